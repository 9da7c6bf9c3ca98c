/// <reference types="vite/client" />

/** The part of a language that the first paint needs: .config/first-texts.ts. */
declare module '*.json?first' {
  const texts: unknown
  export default texts
}

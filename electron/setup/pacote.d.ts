/** The part of pacote that the set-up uses; the package brings no types. Source: pacote's README. */
declare module 'pacote' {
  interface PacoteOptions {
    /** Subresource integrity that the packed package must have, else `EINTEGRITY`. */
    readonly integrity: string
    readonly registry?: string
    /** Folder of npm's content cache (`_cacache`). */
    readonly cache?: string
    readonly ca?: string
    readonly proxy?: string
    readonly httpsProxy?: string
    readonly noProxy?: string
    readonly strictSSL?: boolean
  }
  const pacote: {
    /** Fetches a package, verifies it and unpacks it into `folder`. */
    extract(spec: string, folder: string, options: PacoteOptions): Promise<{ integrity: string }>
  }
  export default pacote
  export type { PacoteOptions }
}

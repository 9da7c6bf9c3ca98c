import { ref, type Ref } from 'vue'

/** A font that has not come by then is not waited for. */
const WAIT_AT_MOST_MS = 800

/** True when the mono face can be measured: xterm.js computes its grid from the first character that it draws. */
export function useTerminalFont(family: () => string): Ref<boolean> {
  const ready = ref(false)
  const done = (): void => {
    ready.value = true
  }
  const fonts: FontFaceSet | undefined = document.fonts
  if (fonts) fonts.load(`12px ${family()}`).then(done, done)
  else done()
  setTimeout(done, WAIT_AT_MOST_MS)
  return ready
}

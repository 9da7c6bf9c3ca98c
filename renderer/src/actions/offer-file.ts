/** Lets the person save a file by the system's dialog. Where it goes stays with the browser. */
export function offerFile(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/gzip' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken hold of it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}

/** Long enough for a slow machine to begin. */
const KEPT_MS = 60_000

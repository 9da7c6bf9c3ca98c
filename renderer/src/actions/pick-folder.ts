/** A folder or file that a person chooses. The page gets names and contents; where it lies stays with the browser. */

export interface PickedFile {
  /** In the folder, with `/`. */
  readonly path: string
  readonly file: File
}

export interface PickedFolder {
  readonly name: string
  readonly files: readonly PickedFile[]
}

/** Opens the system's dialog; null when nothing was chosen. An empty folder can't be told from that. */
export function pickFolder(): Promise<PickedFolder | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.webkitdirectory = true
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => resolve(null), { once: true })
    input.addEventListener('change', () => resolve(folderOf([...(input.files ?? [])])), { once: true })
    input.click()
  })
}

/** Opens the system's dialog for one file with this ending; null when nothing was chosen. */
export function pickFile(ending: string): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = ending
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => resolve(null), { once: true })
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null), { once: true })
    input.click()
  })
}

function folderOf(files: readonly File[]): PickedFolder | null {
  const [first] = files
  if (first === undefined) return null
  const name = first.webkitRelativePath.split('/')[0] ?? ''
  const inFolder = (file: File): string => file.webkitRelativePath.slice(name.length + 1)
  return { name, files: files.map((file) => ({ path: inFolder(file), file })) }
}

/** A file's contents in base64 (RFC 4648 section 4). Rejects when it can't be read. */
export async function readBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES))
  }
  return btoa(text)
}

/** As many arguments as a call may have, with room. */
const PIECE_BYTES = 16_384

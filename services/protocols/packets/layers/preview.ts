const PREVIEW_BYTES = 200

/** The beginning of some bytes as text; '' when they are no text. */
export function previewOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, PREVIEW_BYTES)).toString('utf8')
  // Half a character at the cut is no reason to call it binary.
  const body = bytes.length > PREVIEW_BYTES ? text.replace(/\ufffd{1,3}$/, '') : text
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/.test(body)) return ''
  return body.replace(/\s+/g, ' ').trim() + (bytes.length > PREVIEW_BYTES ? '…' : '')
}

/** Which content a file holds, by the ending of its name (IANA media types registry; RFC 9239 for JavaScript). */

const UTF_8 = '; charset=utf-8'

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    html: `text/html${UTF_8}`,
    htm: `text/html${UTF_8}`,
    css: `text/css${UTF_8}`,
    js: `text/javascript${UTF_8}`,
    mjs: `text/javascript${UTF_8}`,
    txt: `text/plain${UTF_8}`,
    md: `text/markdown${UTF_8}`,
    csv: `text/csv${UTF_8}`,
    xml: `application/xml${UTF_8}`,
    // JSON is UTF-8 by definition (RFC 8259 section 8.1), a charset would mean nothing.
    json: 'application/json',
    map: 'application/json',
    webmanifest: 'application/manifest+json',
    svg: `image/svg+xml${UTF_8}`,
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
    ico: 'image/vnd.microsoft.icon',
    woff: 'font/woff',
    woff2: 'font/woff2',
    ttf: 'font/ttf',
    otf: 'font/otf',
    wasm: 'application/wasm',
    pdf: 'application/pdf',
    mp3: 'audio/mpeg',
    ogg: 'audio/ogg',
    wav: 'audio/wav',
    mp4: 'video/mp4',
    webm: 'video/webm',
    zip: 'application/zip',
    gz: 'application/gzip',
  }),
)

/** The `Content-Type` for a file name; unknown endings are plain bytes, which no browser runs. */
export function contentTypeOf(fileName: string): string {
  const dot = fileName.lastIndexOf('.')
  const ending = dot < 0 ? '' : fileName.slice(dot + 1).toLowerCase()
  return TYPES.get(ending) ?? 'application/octet-stream'
}

import { parse, type HTMLElement } from 'node-html-parser'

/** What a page needs besides itself, and the page made whole with it. */

export interface FetchedAsset {
  readonly contentType: string
  readonly body: Buffer
}

const LARGEST_INLINED_BYTES = 512 * 1024

/** Elements by which a page asks for more, with the attribute that names it. */
const REFERENCES = [
  ['link[rel~=stylesheet]', 'href'],
  ['link[rel~=icon]', 'href'],
  ['script', 'src'],
  ['img', 'src'],
] as const

/** Same-origin paths that a browser would fetch for this page, each once, in the page's order. */
export function findAssets(html: string, page: URL): readonly URL[] {
  const root = parse(html)
  const urls = REFERENCES.flatMap(([selector, attribute]) =>
    root.querySelectorAll(selector).flatMap((element) => resolve(element.getAttribute(attribute), page) ?? []),
  )
  return [...new Map(urls.map((url) => [url.href, url])).values()]
}

function resolve(reference: string | undefined, page: URL): URL | null {
  if (reference === undefined || reference === '' || !URL.canParse(reference, page.href)) return null
  const url = new URL(reference, page)
  return url.origin === page.origin ? url : null
}

/** The page as one text: styles and pictures inside, scripts and everything that would load more left out. */
export function makePreview(html: string, page: URL, assets: ReadonlyMap<string, FetchedAsset>): string {
  const root = parse(html)
  root
    .querySelectorAll('script, base, meta[http-equiv], iframe, object, embed, link[rel~=icon]')
    .forEach((element) => element.remove())
  const fetched = (element: HTMLElement, attribute: string): FetchedAsset | undefined => {
    const url = resolve(element.getAttribute(attribute), page)
    const asset = url === null ? undefined : assets.get(url.href)
    return asset && asset.body.length <= LARGEST_INLINED_BYTES ? asset : undefined
  }
  for (const link of root.querySelectorAll('link')) {
    const style = fetched(link, 'href')
    // A style may not end its own element.
    if (style) link.replaceWith(`<style>${style.body.toString('utf8').replaceAll('</', '<\\/')}</style>`)
    else link.remove()
  }
  for (const image of root.querySelectorAll('img')) {
    const picture = fetched(image, 'src')
    if (picture) image.setAttribute('src', `data:${picture.contentType};base64,${picture.body.toString('base64')}`)
    else image.removeAttribute('src')
    image.removeAttribute('srcset')
  }
  return root.toString()
}

import { describe, expect, it } from 'vitest'
import { findAssets, makePreview } from '../../../../services/engine/browser/page-assets.ts'

const PAGE = new URL('http://www.foobar.com:8080/guestbook')
const HTML = `<!doctype html><html><head>
<link rel="stylesheet" href="/assets/style.css"><link rel="icon" href="/favicon.svg">
<script src="/assets/app.js"></script></head>
<body onload="x()"><img src="logo.svg" alt="logo"><img src="http://elsewhere.example/x.png"><script>alert(1)</script></body></html>`

describe('findAssets', () => {
  it('lists what a browser would fetch from the same origin, once each', () => {
    const paths = findAssets(HTML + '<img src="/logo.svg">', PAGE).map((url) => url.pathname)
    expect(paths).toEqual(['/assets/style.css', '/favicon.svg', '/assets/app.js', '/logo.svg'])
  })
})

describe('makePreview', () => {
  it('puts styles and pictures inside and leaves scripts out', () => {
    const assets = new Map([
      [
        'http://www.foobar.com:8080/assets/style.css',
        { contentType: 'text/css', body: Buffer.from('body{color:blue}</style><p>') },
      ],
      ['http://www.foobar.com:8080/logo.svg', { contentType: 'image/svg+xml', body: Buffer.from('<svg/>') }],
    ])
    const preview = makePreview(HTML, PAGE, assets)
    expect(preview).toContain('<style>body{color:blue}<\\/style><p></style>')
    expect(preview).toContain(`src="data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}"`)
    expect(preview).not.toContain('<script')
    expect(preview).not.toContain('elsewhere.example')
    expect(preview).not.toContain('<link')
  })
})

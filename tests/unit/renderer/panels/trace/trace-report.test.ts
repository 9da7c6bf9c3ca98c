import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { getCurrentInstance, h, type AppContext } from 'vue'
import { traceReport } from '../../../../../renderer/src/panels/trace/trace-report.ts'
import { mountWithLab } from '../../mount.ts'
import { aHop, aTrace } from './traces.ts'

async function report(title = 'Trace 1'): Promise<string> {
  let context: AppContext | undefined
  const Probe = {
    setup() {
      context = getCurrentInstance()?.appContext
      return () => h('p')
    },
  }
  await mountWithLab(Probe)
  await flushPromises()
  if (!context) throw new Error('nothing was mounted')
  const trace = aTrace([aHop({ requestLine: 'GET /<script>alert(1)</script>' }), aHop({ failed: 'reset' })])
  return traceReport({ trace, topology: 'a <topology>', atMs: 0, language: 'fr', title }, context)
}

it('is one page that stands by itself: nothing to run, nothing to load', async () => {
  const page = new DOMParser().parseFromString(await report(), 'text/html')
  expect(page.documentElement.lang).toBe('fr')
  expect(page.querySelectorAll('script, link, img, iframe, button, [href], [src], [onclick]')).toHaveLength(0)
  expect(page.querySelectorAll('style')).toHaveLength(1)
})

it('holds the drawing, the waterfall and every sentence', async () => {
  const page = new DOMParser().parseFromString(await report(), 'text/html')
  expect(page.querySelectorAll('.trace-body .row').length).toBe(4)
  expect(page.querySelectorAll('.trace-waterfall tbody tr').length).toBe(2)
  expect(page.querySelectorAll('ol li')).toHaveLength(2)
  expect(page.body.textContent).toContain('The browser asks lb-1: GET /.')
})

it('takes what went over the network for text', async () => {
  const html = await report('Trace <b>&amp;')
  expect(html).toContain('<title>Trace &lt;b>&amp;amp;</title>')
  const page = new DOMParser().parseFromString(html, 'text/html')
  expect(page.querySelectorAll('script, topology')).toHaveLength(0)
  expect(page.body.textContent).toContain('GET /<script>alert(1)</script>')
  expect(page.body.textContent).toContain('a <topology>')
})

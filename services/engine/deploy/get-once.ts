import { request } from 'node:http'

export interface Answer {
  /** Null when there was no whole answer. */
  readonly status: number | null
  readonly release: string | null
  readonly ms: number
  readonly failure: string
}

export interface GetTarget {
  readonly address: string
  readonly port: number
  readonly path: string
}

/** One GET over a connection of its own. Never rejects. */
export function getOnce({ address, port, path }: GetTarget, limitMs: number): Promise<Answer> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const done = (status: number | null, release: string | null, failure: string): void => {
      clearTimeout(timer)
      resolve({ status, release, ms: performance.now() - startedAt, failure })
    }
    const call = request({ host: address, port, path, agent: false }, (answer) => {
      const release = answer.headers['x-release']
      answer.resume()
      answer.once('end', () => done(answer.statusCode ?? null, typeof release === 'string' ? release : null, ''))
      answer.once('error', (error) => done(null, null, error.message))
    })
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
    call.once('error', (error) => done(null, null, error.message))
    call.end()
  })
}

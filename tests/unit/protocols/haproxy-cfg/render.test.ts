import { expect, it } from 'vitest'
import { BALANCE_ALGORITHMS } from '../../../../services/contract/names.ts'
import { parseHaproxyCfg } from '../../../../services/protocols/haproxy-cfg/parse.ts'
import { renderHaproxyCfg, type BalancerPlan } from '../../../../services/protocols/haproxy-cfg/render.ts'

const PLAN: BalancerPlan = {
  name: 'lb-1',
  bind: { address: '127.10.0.10', port: 8080 },
  stats: { address: '127.10.0.10', port: 9910 },
  balance: 'roundrobin',
  check: { path: '/healthz', intervalMs: 500, rise: 2, fall: 3 },
  source: '127.10.0.10',
  servers: [
    { name: 'web-1', address: '127.10.0.21', port: 8080, weight: 1 },
    { name: 'web-2', address: '::1', port: 8081, weight: 0, backup: true },
  ],
}

it.each(BALANCE_ALGORITHMS)('writes what parseHaproxyCfg reads back (%s)', (balance) => {
  const { config, problems } = parseHaproxyCfg(renderHaproxyCfg({ ...PLAN, balance }))
  expect(problems).toBeNull()
  expect(config?.global).toMatchObject({ maxconn: 4096, statsSocket: { ...PLAN.stats, level: 'admin' } })
  expect(config?.frontends).toMatchObject([{ binds: [PLAN.bind], defaultBackend: 'servers', forwardFor: true }])
  expect(config?.backends).toMatchObject([
    {
      balance,
      httpCheck: { method: 'GET', uri: '/healthz' },
      redispatch: 1,
      retries: 3,
      responseHeaders: [{ name: 'Via', value: '1.1 lb-1' }],
      servers: PLAN.servers.map((server) => ({
        backup: false,
        ...server,
        source: PLAN.source,
        check: true,
        interMs: 500,
        rise: 2,
        fall: 3,
      })),
    },
  ])
  expect(config?.backends[0]?.retryOn).toContain('empty-response')
  // Minutes, so that a request can be held while it is stepped through.
  for (const name of ['client', 'server', 'http-request', 'http-keep-alive'] as const)
    expect(config?.backends[0]?.timeouts[name]).toBe(900_000)
})

import { afterEach, expect, it } from 'vitest'
import { BackendServer } from '../../../../services/programs/load-balancer/backend-server.ts'
import { Deadlines } from '../../../../services/programs/load-balancer/deadlines.ts'

const deadlines = new Deadlines()
afterEach(() => deadlines.close())

function server(): BackendServer {
  const settings = { check: true, interMs: 1, fastInterMs: null, downInterMs: null, rise: 2, fall: 3, weight: 1 }
  const place = { name: 'web-1', line: 1, address: '127.0.0.1', port: 1, source: null, maxconn: null }
  return new BackendServer(
    { ...settings, ...place, backup: false, disabled: false },
    1,
    { connectMs: null, serverMs: null },
    deadlines,
  )
}

const check = (ok: boolean): Parameters<BackendServer['applyCheck']>[0] => ({
  ok,
  status: ok ? 'L4OK' : 'L4CON',
  code: null,
  durationMs: 0,
  reason: '',
})

it('goes down and up by the rules of rise and fall', () => {
  const web = server()
  const after = (ok: boolean): string => (web.applyCheck(check(ok)) ? `${web.statusText}!` : web.statusText)
  expect([true, false, false, true, false, false, false, false].map(after)).toEqual([
    'UP',
    'UP 2/3',
    'UP 1/3',
    'UP',
    'UP 2/3',
    'UP 1/3',
    'DOWN!',
    'DOWN',
  ])
  expect([true, false, true, true].map(after)).toEqual(['DOWN 1/2', 'DOWN', 'DOWN 1/2', 'UP!'])
  expect(web.timesDown).toBe(1)
})

it('is down after one bad check as long as no check was good', () => {
  const web = server()
  expect(web.usable).toBe(true)
  expect(web.applyCheck(check(false))).toBe(true)
  expect(web.usable).toBe(false)
})

it('takes no new requests in drain, in maintenance and with weight 0', () => {
  const web = server()
  let changes = 0
  web.onChange = () => (changes += 1)
  const states = (['drain', 'maint', 'ready'] as const).map((state) => {
    web.setAdmin(state)
    return [web.statusText.split(' ')[0], web.up, web.usable]
  })
  expect(states).toEqual([
    ['DRAIN', true, false],
    ['MAINT', false, false],
    ['UP', true, true],
  ])
  web.setWeight(0)
  expect([web.up, web.usable, changes]).toEqual([true, false, 4])
})

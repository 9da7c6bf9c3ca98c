import { setTimeout as pause } from 'node:timers/promises'
import { REPAIR_CHECKS, type RepairCheck, type RepairCheckName } from '../../contract/index.ts'
import { resolveName } from '../browser/dns-lookup.ts'
import { getOnce } from '../deploy/get-once.ts'
import type { FaultGround } from './fault-driver.ts'

/** How long the lab may take to be as before: balancers need some health checks until they trust a server again. */
const LIMIT_MS = 15_000
const EVERY_MS = 100
const ANSWER_LIMIT_MS = 3_000

/** What is wrong, or null. */
type Look = (ground: FaultGround) => Promise<string | null> | string | null

const LOOKS: Readonly<Record<RepairCheckName, Look>> = {
  'no-faults': ({ events }) => {
    const left = events.state.faults.map(({ id, spec }) => `${spec.fault} (number ${id})`)
    return left.length === 0 ? null : `still set: ${left.join(', ')}`
  },
  'network-clean': ({ events, network }) => {
    const { state } = events.state.network
    const left = network.faults.all.map(({ order }) => order.kind)
    if (left.length > 0) return `the network cards still do: ${left.join(', ')}`
    return state === 'ready' || state === 'unsupported' ? null : `the network cards are ${state}`
  },
  'services-ready': ({ events }) => {
    const others = events.state.services.filter(({ state }) => state !== 'ready')
    return others.length === 0 ? null : others.map(({ id, state }) => `${id} is ${state}`).join(', ')
  },
  'backends-up': ({ events, plan }) => {
    const known = events.state.backends
    const expected = plan.ofRole('load-balancer').flatMap(({ spec }) => spec.servers).length
    const down = known.filter(({ state }) => state === 'down' || state === 'unknown')
    if (down.length > 0)
      return down.map(({ balancer, server, state }) => `${server} is ${state} at ${balancer}`).join(', ')
    return known.length < expected ? 'a balancer has not told of its servers yet' : null
  },
  'names-resolve': async ({ plan }) => {
    const name = new URL(plan.entryUrl).hostname
    try {
      const { address } = await resolveName(name, plan.dns, plan.clientAddress)
      const ours = plan.hostStates().some((host) => host.address === address)
      return ours ? null : `${name} leads to ${address}, which is no host of this lab`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  },
  /** As often as there are web servers, so that a balancer that takes turns asks each of them. */
  'pages-answer': async ({ plan }) => {
    const { address, port } = plan.entry
    const calls = plan.ofRole('web-server').map(() => getOnce({ address, port, path: '/' }, ANSWER_LIMIT_MS))
    const bad = (await Promise.all(calls)).filter(({ status }) => status !== 200)
    return bad[0] === undefined ? null : `${plan.entryUrl} answered ${bad[0].status ?? bad[0].failure}`
  },
}

const FOUND_GOOD: Readonly<Record<RepairCheckName, (ground: FaultGround) => string>> = {
  'no-faults': () => 'no fault is set',
  'network-clean': () => 'the network cards let everything through',
  'services-ready': ({ plan }) => `${plan.services.length} of ${plan.services.length} services are ready`,
  'backends-up': ({ events }) => `${events.state.backends.length} servers are up at their balancers`,
  'names-resolve': ({ plan }) => `${new URL(plan.entryUrl).hostname} leads to a host of this lab`,
  'pages-answer': ({ plan }) => `${plan.entryUrl} answered 200`,
}

/** Checks by real questions that the lab is as before; waits a while for what takes time. Never rejects. */
export async function proveRepaired(ground: FaultGround): Promise<readonly RepairCheck[]> {
  const endAtMs = performance.now() + LIMIT_MS
  const checks: RepairCheck[] = []
  for (const check of REPAIR_CHECKS) {
    let wrong = await LOOKS[check](ground)
    while (wrong !== null && performance.now() < endAtMs) {
      await pause(EVERY_MS)
      wrong = await LOOKS[check](ground)
    }
    checks.push({ check, ok: wrong === null, detail: wrong ?? FOUND_GOOD[check](ground) })
  }
  return checks
}

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { afterEach } from 'vitest'
import { readServerStats } from '../../../services/protocols/haproxy-stats/show-stat.ts'
import {
  BALANCER,
  startBalancer,
  startWebServer,
  type BalancerPlan,
  type RunningBalancer,
  type RunningServer,
} from './load-balancer-lab.ts'

/** What the tests of failing servers share. */

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
export const POST = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello'
export const CHECK = 'default-server check inter 300ms fastinter 20ms downinter 50ms rise 2 fall 2'

const owned: (() => Promise<unknown>)[] = []

/** For the top of a test file: everything that is started here ends after each of its tests. */
export function endOwnedAfterEach(): void {
  afterEach(async () => {
    for (const end of owned.splice(0).reverse()) await end()
  })
}

export async function balance(plan: BalancerPlan): Promise<RunningBalancer> {
  const balancer = await startBalancer(plan)
  owned.push(() => balancer.stop())
  return balancer
}

export async function serve(running: Promise<RunningServer>): Promise<RunningServer> {
  const server = await running
  owned.push(() => server.close())
  return server
}

export async function webServer(name: string, address: string, port: number): Promise<ChildProcess> {
  const child = await startWebServer(name, address, port)
  owned.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  })
  return child
}

export async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

export async function stats(
  balancer: RunningBalancer,
): Promise<Record<string, ReturnType<typeof readServerStats>[number]>> {
  return Object.fromEntries(readServerStats(await balancer.command('show stat')).map((row) => [row.server, row]))
}

/** Keeps `clients` keep-alive connections busy with GETs until told to stop; gives every outcome. */
export function load(
  balancer: RunningBalancer,
  path: string,
  clients = 8,
): { readonly outcomes: string[]; stop(): Promise<void> } {
  const outcomes: string[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let going = true
  const client = async (): Promise<void> => {
    while (going) outcomes.push(await get(balancer, path, agent))
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    outcomes,
    async stop() {
      going = false
      await all
      agent.destroy()
    },
  }
}

/** `200 web-1`, or what went wrong. */
export function get(balancer: RunningBalancer, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: BALANCER, port: balancer.port, path, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(`${response.statusCode ?? 0} ${text.split(' ')[0] ?? ''}`))
      response.on('error', (error) => resolve(error.message))
    })
    asked.on('error', (error) => resolve(error.message))
    asked.end()
  })
}

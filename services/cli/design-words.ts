import type { ChangeDone, ChangeWay, DesignedBalancer, DesignStep, DesignWork } from '../contract/index.ts'
import { table, type Output } from './output.ts'

/** How the command line puts changes of the design into words. */

const WAY_WORDS: Readonly<Record<ChangeWay, string>> = { apply: 'design', undo: 'undone', redo: 'done again' }

/** `undone: Add server-3`. */
export function designWords({ label, way }: ChangeDone): string {
  return `${WAY_WORDS[way]}: ${label.text}`
}

const STEP_WORDS: Readonly<Record<DesignStep, string>> = {
  install: 'files and codebase',
  start: 'starting its processes',
  health: 'asking its health page',
  register: 'waiting until the balancer sends it requests',
  drain: 'draining: no new requests',
  sessions: 'waiting for its last sessions',
  stop: 'stopping its processes',
  reload: 'reading its new configuration',
  workers: 'reading its new workers',
  restart: 'restarting',
}

/** `  server-3: asking its health page`. */
export function stepWords({ step, place }: DesignWork): string {
  return `  ${place ?? ''}: ${step === null ? '' : STEP_WORDS[step]}`
}

export function balanceText(balancers: readonly DesignedBalancer[], out: Output): string {
  if (balancers.length === 0) return 'This lab has no load balancer.'
  return balancers
    .map(({ balancer, algorithm, servers }) => {
      const rows = servers.map(({ service, weight, backup }) => [
        `  ${service}`,
        `weight ${weight}`,
        backup ? 'backup' : 'active',
      ])
      return `${out.style('strong', balancer)} balances by ${algorithm}\n${table(rows, (cell) => cell.length)}`
    })
    .join('\n')
}

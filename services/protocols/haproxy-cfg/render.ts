import type { BalanceAlgorithm } from '../../contract/names.ts'
import type { Endpoint } from './model.ts'

/** The balancer that the lab writes a haproxy.cfg for. */
export interface BalancerPlan {
  /** The balancer's name, which it adds to `Via`. */
  readonly name: string
  readonly bind: Endpoint
  readonly stats: Endpoint
  readonly balance: BalanceAlgorithm
  /** The page that tells whether a server is well. */
  readonly check: CheckPlan
  /** The balancer's own address: connections to the servers come from it. */
  readonly source: string
  readonly servers: readonly ServerPlan[]
}

export interface CheckPlan {
  readonly path: string
  readonly intervalMs: number
  /** Good checks in a row that bring a server up, and bad ones that take it down. */
  readonly rise: number
  readonly fall: number
}

export interface ServerPlan extends Endpoint {
  readonly name: string
  readonly weight: number
  readonly backup?: boolean
}

/** The names that the lab's file uses; the runtime API speaks of `servers/web-1`. */
export const FRONTEND_NAME = 'www'
export const BACKEND_NAME = 'servers'

/**
 * The lab's haproxy.cfg: HAProxy and the built-in balancer both take it. The long time-outs are for stepping: a request
 * that a person holds for minutes must not be given up.
 */
export function renderHaproxyCfg(plan: BalancerPlan): string {
  return `# The load balancer ${plan.name}. HAProxy and the lab's own balancer both read this file.
# Change it, then restart ${plan.name}; "haproxy -c -f haproxy.cfg" checks it.

global
    maxconn 4096
    # One line per request in the terminal.
    log stdout format raw local0
    # Ask and command the running balancer here: echo "show stat" | nc ${plan.stats.address} ${plan.stats.port}
    stats socket ipv4@${authority(plan.stats)} level admin

defaults
    mode http
    log global
    option httplog
    option dontlognull
    # When the file is read anew, the old process answers what comes on connections that are open before it closes them.
    option idle-close-on-response
    timeout connect 2s
    # Long, so that a request can be stepped through by hand.
    timeout client 15m
    timeout server 15m
    timeout http-request 15m
    timeout http-keep-alive 15m
    timeout queue 10s
    timeout check 2s
    # A request that a server fails is sent to another one, up to 3 times, if doing it twice does no harm (GET, not POST).
    option redispatch 1
    retries 3
    retry-on all-retryable-errors
    # Tells the servers who the client is: X-Forwarded-For.
    option forwardfor

frontend ${FRONTEND_NAME}
    bind ${authority(plan.bind)}
    default_backend ${BACKEND_NAME}

backend ${BACKEND_NAME}
    # Who gets the next request: roundrobin, leastconn, source, random or first.
    balance ${plan.balance}
    # A server is well when this page answers 2xx or 3xx.
    option httpchk GET ${plan.check.path}
    http-response add-header Via "1.1 ${plan.name}"
    # Down after so many bad checks in a row (fall), up again after so many good ones (rise).
    default-server check ${checkWords(plan.check)}
${plan.servers.map((server) => `    ${serverLine(server, plan.source)}\n`).join('')}`
}

/** Between up and down it is asked more often, so that a change is not waited for longer than needed. */
const FASTEST_CHECK_MS = 100

function checkWords({ intervalMs, rise, fall }: CheckPlan): string {
  const fast = Math.min(intervalMs, FASTEST_CHECK_MS)
  return `inter ${intervalMs}ms fastinter ${fast}ms rise ${rise} fall ${fall}`
}

function serverLine(server: ServerPlan, source: string): string {
  const backup = server.backup ? ' backup' : ''
  return `server ${server.name} ${authority(server)} weight ${server.weight}${backup} source ${source}`
}

function authority(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}

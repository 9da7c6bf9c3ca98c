/** The words of the lab, as closed lists. One word per thing: every other file takes them from here. */

export const ROLES = ['dns', 'resolver', 'load-balancer', 'web-server', 'app-server', 'database'] as const
export type Role = (typeof ROLES)[number]

/** The program that plays a role: the lab's own one, or a real one found on the machine. */
export const ENGINES = ['builtin', 'haproxy'] as const
export type Engine = (typeof ENGINES)[number]

/** Who gets the next request (HAProxy manual, `balance`). */
export const BALANCE_ALGORITHMS = ['roundrobin', 'leastconn', 'source', 'random', 'first'] as const
export type BalanceAlgorithm = (typeof BALANCE_ALGORITHMS)[number]

/** `client` is the person's own computer with the browser in it. */
export const HOST_KINDS = ['client', 'physical', 'virtual'] as const
export type HostKind = (typeof HOST_KINDS)[number]

export const SERVICE_STATES = ['stopped', 'starting', 'running', 'ready', 'stopping', 'frozen', 'failed'] as const
/** `running`: the process lives but does not answer its readiness probe yet (or any more). */
export type ServiceStateName = (typeof SERVICE_STATES)[number]

export const LAB_PHASES = ['idle', 'starting', 'running', 'stopping'] as const
export type LabPhase = (typeof LAB_PHASES)[number]

export const SERVICE_ACTIONS = ['start', 'stop', 'kill', 'freeze', 'resume', 'restart'] as const
export type ServiceAction = (typeof SERVICE_ACTIONS)[number]

/** What a balancer thinks of one of its servers, in HAProxy's words. */
export const BACKEND_STATES = ['up', 'down', 'drain', 'maint', 'unknown'] as const
export type BackendState = (typeof BACKEND_STATES)[number]

/** A host, service, topology or release name: a DNS label, so that it is safe as a file name too (RFC 1035 section 2.3.1). */
export const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?$/

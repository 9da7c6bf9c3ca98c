import { z } from 'zod'
import { CAPACITY_DEFAULTS, CAPACITY_LIMITS } from '../../contract/capacity.ts'
import { BALANCE_ALGORITHMS } from '../../contract/names.ts'
import { faultInFile } from './fault-schema.ts'

/** The written plan of a lab, as it stands in a YAML file. Unknown keys are mistakes. */

const NAME = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/
const name = z.string().regex(NAME, 'a name of small letters, digits, "-" or "_"')
const port = z.int().min(1024, 'a port from 1024 to 65535').max(65535, 'a port from 1024 to 65535')
/** Hosts live in 127.10.0.0/16; other loopback networks are the lab's own business. */
const address = z
  .string()
  .regex(/^127\.10\.(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])$/, 'an address 127.10.x.y')

const common = {
  port,
  /** Services that start before this one; it does not wait until they are ready. */
  startAfter: z.array(name).optional(),
  /** Services that must be ready (or have failed) before this one starts. */
  startWhenReady: z.array(name).optional(),
  automaticRestart: z.boolean().default(false),
}

const record = z.strictObject({
  name: z.string().min(1),
  type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT']),
  /** A host of this topology whose address is meant (type A only). */
  host: name.optional(),
  /** The record's data as it stands in a zone file. */
  value: z.string().optional(),
  ttl: z.int().min(0).max(604800).optional(),
})

const dns = z.strictObject({
  role: z.literal('dns'),
  ...common,
  ttl: z.int().min(0).max(604800).default(60),
  records: z.array(record).min(1),
})

/** A caching resolver, as an Internet provider has one: visitors ask it, and it asks the DNS servers. */
const resolver = z.strictObject({
  role: z.literal('resolver'),
  ...common,
  /** The services with the role `dns` that it asks, the next when one does not answer. */
  servers: z.array(name).min(1),
  /** Where it tells its cache and takes orders to forget. */
  controlPort: port,
  /** Seconds; longer times to live are cut. */
  maxTtl: z.int().min(0).max(604800).default(86400),
  /** The same for answers that there is nothing (RFC 2308). */
  maxNegativeTtl: z.int().min(0).max(604800).default(3600),
})

const loadBalancer = z.strictObject({
  role: z.literal('load-balancer'),
  ...common,
  engine: z.enum(['builtin', 'haproxy']).default('builtin'),
  statsPort: port,
  algorithm: z.enum(BALANCE_ALGORITHMS).default('roundrobin'),
  servers: z
    .array(
      z.strictObject({ service: name, weight: z.int().min(0).max(256).default(1), backup: z.boolean().default(false) }),
    )
    .min(1),
  healthCheck: z
    .strictObject({
      path: z.string().startsWith('/').default('/healthz'),
      intervalMs: z.int().min(50).max(60_000).default(500),
      rise: z.int().min(1).max(100).default(2),
      fall: z.int().min(1).max(100).default(2),
    })
    .prefault({}),
})

const webServer = z.strictObject({ role: z.literal('web-server'), ...common, application: name })
const appServer = z.strictObject({
  role: z.literal('app-server'),
  ...common,
  database: name,
  /** Modelled workers: with `workers`, each dynamic request takes `costMs` of one; without, nothing is modelled. */
  workers: z.int().min(1).max(CAPACITY_LIMITS.maxWorkers).optional(),
  costMs: z.number().min(1).max(CAPACITY_LIMITS.maxCostMs).default(CAPACITY_DEFAULTS.costMs),
  /** Requests that may wait for a worker; beyond that the answer is 503. */
  queue: z.int().min(0).max(CAPACITY_LIMITS.maxQueue).default(CAPACITY_DEFAULTS.queueLimit),
})
const database = z.strictObject({
  role: z.literal('database'),
  ...common,
  file: z.string().regex(/^[\w-]+\.sqlite$/, 'a file name such as foobar.sqlite'),
})

const serviceSchema = z.discriminatedUnion('role', [dns, resolver, loadBalancer, webServer, appServer, database])

const hostSchema = z.strictObject({
  kind: z.enum(['physical', 'virtual']),
  address,
  services: z
    .record(name, serviceSchema)
    .refine((services) => Object.keys(services).length > 0, 'at least one service'),
})

export const topologySchema = z.strictObject({
  name,
  domain: z.string().regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain such as foobar.com'),
  /** The person's own computer. */
  client: z.strictObject({ address }),
  /** Folder of resources/codebases, and the release that new servers start with. */
  codebase: name,
  release: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'a release such as v1'),
  hosts: z.record(name, hostSchema),
  /** What is broken from the start, to be found and repaired. */
  faults: z.array(faultInFile).optional(),
})

export type Topology = z.infer<typeof topologySchema>
export type ServiceSpec = z.infer<typeof serviceSchema>
export type ServiceSpecOf<R extends ServiceSpec['role']> = Extract<ServiceSpec, { role: R }>
export type RecordSpec = z.infer<typeof record>

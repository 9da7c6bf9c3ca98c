import { z } from 'zod'
import { FAULT_DIRECTIONS } from './faults.ts'
import { NAME_PATTERN } from './names.ts'

/** The input of the faults' commands; apart from the types, so that who only folds events needs no schema library. */

const name = z.string().regex(NAME_PATTERN)
/** `lb-1>web-1`, as `LinkState.id`. */
export const FAULT_LINK = z.string().regex(/^[a-z0-9_.-]+>[a-z0-9_.-]+$/)
const ms = z.number().min(0).max(60_000)

/** What is set of a fault, by its kind; kinds without figures are not here. */
export const FAULT_SHAPES = {
  slow: { ms },
  'memory-limit': { mib: z.int().min(16).max(4096) },
  'error-rate': { failures: z.int().min(1).max(1000), of: z.int().min(1).max(1000) },
  'dns-wrong-answer': { address: z.ipv4() },
  latency: { ms, jitterMs: ms.default(0) },
  bandwidth: { kibPerSecond: z.number().min(1).max(10_000_000) },
  'fail-next': { count: z.int().min(1).max(100_000) },
  loss: { percent: z.number().gt(0).max(100) },
} as const

const onService = { target: z.literal('service'), service: name } as const
const onHost = { target: z.literal('host'), host: name } as const
const onLink = {
  target: z.literal('link'),
  link: FAULT_LINK,
  direction: z.enum(FAULT_DIRECTIONS).default('both'),
} as const
const onNic = { target: z.literal('nic'), host: name, direction: z.enum(FAULT_DIRECTIONS).default('both') } as const

const serviceFaults = [
  /** SIGKILL; repaired by a start. */
  z.strictObject({ fault: z.literal('kill'), ...onService }),
  z.strictObject({ fault: z.literal('stop'), ...onService }),
  z.strictObject({ fault: z.literal('freeze'), ...onService }),
  /** The process ends by itself at every start, from now on (the running one is restarted to meet it). */
  z.strictObject({ fault: z.literal('crash-at-start'), ...onService }),
  /** Every request takes so much longer. */
  z.strictObject({ fault: z.literal('slow'), ...onService, ...FAULT_SHAPES.slow }),
  z.strictObject({ fault: z.literal('memory-limit'), ...onService, ...FAULT_SHAPES['memory-limit'] }),
  /** `failures` of every `of` requests are answered with an error. */
  z.strictObject({ fault: z.literal('error-rate'), ...onService, ...FAULT_SHAPES['error-rate'] }),
  /** SQLite answers SQLITE_FULL to whatever would write. */
  z.strictObject({ fault: z.literal('disk-full'), ...onService }),
  /** The DNS server answers with this address, whatever its zone says. */
  z.strictObject({ fault: z.literal('dns-wrong-answer'), ...onService, ...FAULT_SHAPES['dns-wrong-answer'] }),
  z.strictObject({ fault: z.literal('dns-servfail'), ...onService }),
  z.strictObject({ fault: z.literal('dns-no-answer'), ...onService }),
] as const

const hostFaults = [
  /** All services of the host are killed and its NIC is dark: connections time out and are not refused. */
  z.strictObject({ fault: z.literal('power-off'), ...onHost }),
] as const

const latency = { fault: z.literal('latency'), ...FAULT_SHAPES.latency } as const
const bandwidth = { fault: z.literal('bandwidth'), ...FAULT_SHAPES.bandwidth } as const
const failNext = { fault: z.literal('fail-next'), ...FAULT_SHAPES['fail-next'] } as const
const loss = { fault: z.literal('loss'), ...FAULT_SHAPES.loss } as const

/** UDP is dropped; of TCP, loss is modelled as the delay of a retransmission. */
const networkFaults = [
  z.strictObject({ fault: z.literal('unplug'), ...onLink }),
  z.strictObject({ fault: z.literal('refuse'), ...onLink }),
  z.strictObject({ fault: z.literal('reset'), ...onLink }),
  z.strictObject({ ...latency, ...onLink }),
  z.strictObject({ ...bandwidth, ...onLink }),
  z.strictObject({ ...failNext, ...onLink }),
  z.strictObject({ ...loss, ...onLink }),
  z.strictObject({ fault: z.literal('unplug'), ...onNic }),
  z.strictObject({ fault: z.literal('refuse'), ...onNic }),
  z.strictObject({ fault: z.literal('reset'), ...onNic }),
  z.strictObject({ ...latency, ...onNic }),
  z.strictObject({ ...bandwidth, ...onNic }),
  z.strictObject({ ...failNext, ...onNic }),
  z.strictObject({ ...loss, ...onNic }),
] as const

/** What is to be broken: which fault, on what, how much. */
export const faultSpec = z.union([...serviceFaults, ...hostFaults, ...networkFaults])
export type FaultSpec = z.infer<typeof faultSpec>

/** The input of `addFault`; with `forMs` a timer ends it. */
export const faultOrder = z.strictObject({
  spec: faultSpec,
  forMs: z.number().min(10).max(3_600_000).optional(),
})
export type FaultOrder = z.infer<typeof faultOrder>

/** The commands of faults; part of `COMMAND_INPUTS`. */
export const FAULT_INPUTS = {
  addFault: faultOrder,
  clearFault: z.strictObject({ id: z.int().positive() }),
  clearAllFaults: z.strictObject({}),
} as const

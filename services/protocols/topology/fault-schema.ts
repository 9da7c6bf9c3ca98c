import { z } from 'zod'
import { FAULT_LINK, FAULT_SHAPES, type FaultOrder } from '../../contract/fault-order.ts'
import { FAULT_DIRECTIONS } from '../../contract/faults.ts'

/**
 * Faults as they stand in a topology file: `{ fault: latency, link: client>lb-1, ms: 70 }`. The words are those of the
 * command line; whether a host's power or its network card is meant follows from the kind.
 */

const name = z.string()
/** Repaired by itself after so many seconds. */
const seconds = z.number().min(0.01).max(3600).optional()

function onService<Kind extends string, Shape extends z.ZodRawShape>(fault: Kind, shape: Shape) {
  return z.strictObject({ fault: z.literal(fault), service: name, ...shape, seconds })
}

/** On a link, or on the network card of a host. */
function onWire<Kind extends string, Shape extends z.ZodRawShape>(fault: Kind, shape: Shape) {
  const direction = z.enum(FAULT_DIRECTIONS).default('both')
  return z.strictObject({
    fault: z.literal(fault),
    link: FAULT_LINK.optional(),
    host: name.optional(),
    direction,
    ...shape,
    seconds,
  })
}

export const faultInFile = z.discriminatedUnion('fault', [
  onService('kill', {}),
  onService('stop', {}),
  onService('freeze', {}),
  onService('crash-at-start', {}),
  onService('slow', FAULT_SHAPES.slow),
  onService('memory-limit', FAULT_SHAPES['memory-limit']),
  onService('error-rate', FAULT_SHAPES['error-rate']),
  onService('disk-full', {}),
  onService('dns-wrong-answer', FAULT_SHAPES['dns-wrong-answer']),
  onService('dns-servfail', {}),
  onService('dns-no-answer', {}),
  z.strictObject({ fault: z.literal('power-off'), host: name, seconds }),
  onWire('unplug', {}),
  onWire('refuse', {}),
  onWire('reset', {}),
  onWire('latency', FAULT_SHAPES.latency),
  onWire('bandwidth', FAULT_SHAPES.bandwidth),
  onWire('fail-next', FAULT_SHAPES['fail-next']),
  onWire('loss', FAULT_SHAPES.loss),
])
export type FaultInFile = z.infer<typeof faultInFile>

/** The fault as the engine takes it. The file has been checked: a fault on the wire has a link or a host. */
export function orderOf({ seconds: length, ...fault }: FaultInFile): FaultOrder {
  return { spec: specOf(fault), ...(length === undefined ? {} : { forMs: length * 1000 }) }
}

function specOf(fault: Omit<FaultInFile, 'seconds'>): FaultOrder['spec'] {
  const target =
    'service' in fault
      ? 'service'
      : fault.fault === 'power-off'
        ? 'host'
        : 'link' in fault && fault.link !== undefined
          ? 'link'
          : 'nic'
  // What is absent in the file must not be there as undefined.
  const entries = Object.entries({ ...fault, target }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as unknown as FaultOrder['spec']
}

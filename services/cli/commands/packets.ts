import { LabError, MAX_PAGE_ROWS, type LabEvent, type PacketPage } from '../../contract/index.ts'
import type { ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { tellFilterError } from '../../engine/network/sentences.ts'
import { Bell } from '../bell.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { CliError } from '../failures.ts'
import { packetAnswer } from '../json-answers.ts'
import { filterPlace, packetText } from '../network-words.ts'
import { PacketTail } from '../packet-tail.ts'
import { count } from '../words.ts'

export const DEFAULT_PACKET_LIMIT = 50
/** As often as the engine reads the network cards. */
const FOLLOW_EVERY_MS = 100

export interface PacketsOptions extends LabChoice {
  readonly filter?: string
  readonly follow?: boolean
  readonly limit: number
}

/** Prints the newest packets that pass the filter, oldest first; with `follow` goes on until Ctrl-C or the lab's end. */
export async function packets(context: CommandContext, options: PacketsOptions): Promise<void> {
  const { filter = '', limit } = options
  const tail = new PacketTail()
  const onEvents = (events: readonly LabEvent[]): void => {
    if (events.some(({ type }) => type === 'packetsCleared')) tail.forget()
  }
  const work = async (lab: ConnectedLab): Promise<void> => {
    // Only who has subscribed is told when packets are cleared.
    if (options.follow) await lab.subscribe()
    tail.start(await readPage(lab, filter, null, 1), limit)
    if (options.follow) await follow(context, lab, filter, tail)
    else await printNew(context, lab, filter, tail, limit)
  }
  // Ctrl-C is how a person ends following, so it is no failure.
  await withLab(context, options, work, { onEvents }).catch((error: unknown) => {
    if (!(options.follow && error instanceof CliError && error.code === 'INTERRUPTED')) throw error
  })
}

/** Network cards that are started anew come back; a lab that ends does not. */
async function follow(context: CommandContext, lab: ConnectedLab, filter: string, tail: PacketTail): Promise<void> {
  const bell = new Bell()
  let isOver = false
  void lab.closed.then(() => {
    isOver = true
    bell.ring()
  })
  while (!isOver) {
    try {
      await printNew(context, lab, filter, tail, Infinity)
    } catch (error) {
      const code = error instanceof LabError ? error.code : null
      if (code === 'LAB_UNREACHABLE' || code === 'LAB_NOT_RUNNING') return
      if (code !== 'NETWORK_OFF' && code !== 'NETWORK_FAILED') throw error
    }
    await bell.wait(FOLLOW_EVERY_MS)
  }
}

/** Prints what is there and was not printed before, at most `limit` packets. */
async function printNew(
  { out, interrupt }: CommandContext,
  lab: ConnectedLab,
  filter: string,
  tail: PacketTail,
  limit: number,
): Promise<void> {
  let printed = 0
  // Who left by Ctrl-C wants to see no more, even if an answer is still to come.
  while (printed < limit && !interrupt.signal.aborted) {
    const page = await readPage(lab, filter, tail.from, MAX_PAGE_ROWS)
    const { rows, missed, isEnd } = tail.take(page)
    if (missed > 0) out.remark(`${count(missed, 'packet')} were dropped before they could be printed.`)
    for (const row of rows.slice(0, limit - printed)) out.stream(packetAnswer(row), packetText(row))
    printed += rows.length
    if (isEnd) return
  }
}

/** Throws `FILTER_INVALID` with the place of the mistake. */
async function readPage(lab: ConnectedLab, filter: string, from: number | null, limit: number): Promise<PacketPage> {
  const page = await lab.run('readPackets', { filter, from, limit })
  const { error } = page
  if (error === null) return page
  const { start, end, expected } = error
  throw new CliError('FILTER_INVALID', tellFilterError(error), {
    text: filterPlace(filter, error),
    data: { filter, start, end, expected },
  })
}

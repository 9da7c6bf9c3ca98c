import { LabError, type LabEvent, type PacketView, type StepState, type StepStop } from '../../contract/index.ts'
import { connectToLab, type ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { tellStepLost } from '../../engine/network/sentences.ts'
import { Bell } from '../bell.ts'
import { chooseLab, withLab, type CommandContext, type LabChoice } from '../context.ts'
import { CliError } from '../failures.ts'
import { stepAnswer, stopAnswer } from '../json-answers.ts'
import { CTRL_C, Keys } from '../keys.ts'
import { stepEndText, stopText } from '../network-words.ts'

/** The pace of `p`: slow enough to read a stop's first lines. */
const PLAY_MS = 1500
const HELP = 'Enter = next   p = play or pause   e = run to the end   q = give up'
const CANCEL_LIMIT_MS = 3000

export interface StepOptions extends LabChoice {
  /** Milliseconds at each stop. */
  readonly auto?: number
  readonly cancel?: boolean
}

/** Sends a request that is held at every network card; keys (or `auto`) let it go on. */
export async function step(context: CommandContext, url: string | undefined, options: StepOptions): Promise<void> {
  const { out, keyboard } = context
  if (options.cancel) {
    const given = await withLab(context, options, (lab) => lab.run('stepCancel', {}))
    return out.result(stepAnswer(given), () => stepEndText(given, out))
  }
  if (options.auto === undefined && (keyboard === null || out.json)) {
    const why = out.json ? '--json leaves no room for keys' : 'there is no terminal'
    throw new CliError('NO_TERMINAL', `Nobody can press a key here, for ${why}. Say how long to stay: --auto 1000`)
  }
  const walk = new Walk(context)
  const record = await chooseLab(context.world, options)
  const lab = await context.interrupt.during(connectToLab(record, walk))
  const keys = options.auto === undefined && keyboard !== null ? new Keys(keyboard, (key) => walk.press(key)) : null
  try {
    await walk.run(lab, url, options.auto ?? null)
  } finally {
    keys?.close()
    lab.close()
  }
}

/** One stepped request on its way, as the person at the terminal follows it. */
class Walk {
  private readonly context: CommandContext
  private readonly bell = new Bell()
  private readonly pressed: string[] = []
  private readonly lost = new Set<number>()
  private state: StepState | null = null
  private traceId: string | null = null
  private shown = 0
  private isClosed = false

  constructor(context: CommandContext) {
    this.context = context
  }

  onEvents(events: readonly LabEvent[]): void {
    for (const event of events) {
      if (event.type === 'stepChanged' && event.step.traceId === this.traceId) this.state = event.step
    }
    this.bell.ring()
  }

  press(key: string): void {
    this.pressed.push(key)
    this.bell.ring()
  }

  async run(lab: ConnectedLab, url: string | undefined, autoMs: number | null): Promise<void> {
    const { out, interrupt } = this.context
    void interrupt.happened.then(() => this.bell.ring())
    void lab.closed.then(() => {
      this.isClosed = true
      this.bell.ring()
    })
    await lab.subscribe()
    const started = await lab.run('stepRequest', url === undefined ? {} : { url })
    this.traceId = started.traceId
    // What happened before the answer came has been told already.
    const { step } = (await lab.subscribe()).state
    this.state = step?.traceId === started.traceId ? step : started
    out.say(`${out.style('strong', started.url)} goes through the lab step by step.`)
    if (autoMs !== null) await lab.run('stepPlay', { paceMs: autoMs }).catch(tolerateLate)
    else out.say(out.style('quiet', HELP))
    const end = await this.walkToEnd(lab, this.state)
    out.stream(stepAnswer(end), stepEndText(end, out))
    if (end.phase === 'failed' && end.failure) throw new LabError(end.failure.code, end.failure.params)
  }

  private async walkToEnd(lab: ConnectedLab, started: StepState): Promise<StepState> {
    for (;;) {
      const now = this.state ?? started
      await this.show(lab, now)
      if (now.phase !== 'moving' && now.phase !== 'waiting') return now
      const key = this.pressed.shift()
      if (this.context.interrupt.signal.aborted || key === CTRL_C) return this.giveUp(lab)
      if (this.isClosed) throw new CliError('INTERRUPTED', 'The lab has ended, and the request with it.')
      if (key === undefined) await this.bell.wait()
      else await this.obey(lab, key)
    }
  }

  /** Ctrl-C: the request is given up, as by closing a browser; the lab goes on. */
  private async giveUp(lab: ConnectedLab): Promise<never> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, CANCEL_LIMIT_MS).unref())
    await Promise.race([lab.run('stepCancel', {}).catch(tolerateLate), late])
    throw new CliError('INTERRUPTED', 'The request is given up; the lab goes on.')
  }

  private async obey(lab: ConnectedLab, key: string): Promise<void> {
    const now = this.state
    const order = { '\r': 'next', '\n': 'next', ' ': 'next', n: 'next', p: 'play', e: 'end', q: 'quit' }[key]
    if (order === 'next' && now?.phase === 'waiting') await this.order(lab.run('stepNext', {}))
    if (order === 'play') {
      const isPlaying = now?.paceMs != null
      await this.order(isPlaying ? lab.run('stepPause', {}) : lab.run('stepPlay', { paceMs: PLAY_MS }))
    }
    if (order === 'end') await this.order(lab.run('stepToEnd', {}))
    if (order === 'quit') await this.order(lab.run('stepCancel', {}))
  }

  /** What the lab answers is newer than what it has told. */
  private async order(answer: Promise<StepState>): Promise<void> {
    const state = await answer.catch(tolerateLate)
    if (state !== undefined && state.stops.length >= (this.state?.stops.length ?? 0)) this.state = state
  }

  private async show(lab: ConnectedLab, { stops }: StepState): Promise<void> {
    const { out } = this.context
    for (const stop of stops.slice(this.shown)) {
      this.shown += 1
      out.stream(stopAnswer(stop), `\n${stopText(stop, out.json ? null : await heldPacket(lab, stop), out)}`)
    }
    for (const { no, ended } of stops) {
      if (ended?.how !== 'lost' || this.lost.has(no)) continue
      this.lost.add(no)
      out.say(`  ${out.style('bad', `Stop ${no}:`)} ${tellStepLost(ended.reason)}`)
    }
  }
}

/** What the packet holds; null when that is not recorded (any more). */
async function heldPacket(lab: ConnectedLab, { packet }: StepStop): Promise<PacketView | null> {
  if (packet === 0) return null
  return lab.run('readPacket', { no: packet }).catch((error: unknown) => {
    if (error instanceof LabError && (error.code === 'PACKET_GONE' || error.code === 'NETWORK_OFF')) return null
    throw error
  })
}

/** The request may have moved on or ended while an order was on its way. */
function tolerateLate(error: unknown): undefined {
  const isLate = error instanceof LabError && ['STEP_NONE', 'STEP_MOVING', 'LAB_UNREACHABLE'].includes(error.code)
  if (!isLate) throw error
}

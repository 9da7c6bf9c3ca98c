import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TerminalScreen } from '../../../../../renderer/src/panels/terminals/feed-outlet.ts'
import { TerminalFeed } from '../../../../../renderer/src/panels/terminals/terminal-feed.ts'
import { WritePump } from '../../../../../renderer/src/panels/terminals/write-pump.ts'
import { LabError, TERMINAL_WINDOW_CHARS } from '../../../../../services/contract/index.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../../../services/contract/index.ts'

/** An engine that keeps the contract's window: it holds back what is not acknowledged. */
class Engine {
  readonly commands: string[] = []
  listener: ((data: string, reset: boolean) => void) | null = null
  attachFailure: Error | null = null
  unacknowledged = 0
  most = 0
  private held = ''

  readonly client = {
    run: async <Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> => {
      this.commands.push(command)
      if (command === 'attachTerminal' && this.attachFailure) throw this.attachFailure
      if ('chars' in input) {
        this.unacknowledged -= input.chars
        this.flush()
      }
      return null as never
    },
    onTerminalData: (_service: string, listener: (data: string, reset: boolean) => void): (() => void) => {
      this.listener = listener
      return () => (this.listener = null)
    },
  }

  say(data: string): void {
    this.held += data
    this.flush()
  }

  restart(data: string): void {
    this.unacknowledged += data.length
    this.listener?.(data, true)
  }

  private flush(): void {
    const part = this.held.slice(0, TERMINAL_WINDOW_CHARS - this.unacknowledged)
    if (part === '') return
    this.held = this.held.slice(part.length)
    this.unacknowledged += part.length
    this.most = Math.max(this.most, this.unacknowledged)
    this.listener?.(part, false)
  }
}

class Screen implements TerminalScreen {
  text = ''
  resets = 0
  pending: ((tookMs: number) => void) | null = null
  write(data: string, done: (tookMs: number) => void): void {
    this.text += data
    this.pending = done
  }
  reset(): void {
    this.text = ''
    this.resets += 1
  }
  finish(): void {
    const done = this.pending
    this.pending = null
    done?.(1)
  }
}

let engine: Engine
let screen: Screen
let feed: TerminalFeed
let frames: (() => void)[]
let heard: number

beforeEach(() => {
  vi.useFakeTimers()
  engine = new Engine()
  screen = new Screen()
  frames = []
  const pump = new WritePump({ next: (callback) => frames.push(callback) })
  heard = 0
  feed = new TerminalFeed({
    service: 'app-1',
    client: engine.client,
    pump,
    tabLines: 100,
    tileLines: 10,
    onOutput: () => (heard += 1),
  })
  feed.tab.screen = screen
})
afterEach(() => {
  feed.dispose()
  vi.useRealTimers()
})

/** Draws until nothing waits. */
function drawAll(): void {
  for (let round = 0; round < 10_000 && (frames.length > 0 || screen.pending); round += 1) {
    for (const frame of frames.splice(0)) frame()
    screen.finish()
    vi.advanceTimersByTime(60)
  }
}

describe('TerminalFeed', () => {
  it('attaches once, and listens before it asks', async () => {
    const attached = feed.attach()
    expect(engine.listener).not.toBeNull()
    await attached
    await feed.attach()
    expect(engine.commands).toEqual(['attachTerminal'])
  })

  it('can be attached later when the engine refused at first', async () => {
    engine.attachFailure = new LabError('LAB_NOT_RUNNING')
    await expect(feed.attach()).rejects.toThrow('No lab is running')
    expect(engine.listener).toBeNull()
    engine.attachFailure = null
    await feed.attach()
    expect(feed.attached).toBe(true)
  })

  it('draws everything in order and never lets more than the window be under way', async () => {
    await feed.attach()
    feed.tab.setVisible(true)
    let said = ''
    for (let i = 0; i < 20_000; i += 1) said += `line ${i} of a flood that is longer than the window\r\n`
    engine.say(said)
    drawAll()
    expect(screen.text).toBe(said)
    expect(engine.most).toBe(TERMINAL_WINDOW_CHARS)
    expect(engine.unacknowledged).toBe(0)
  })

  it('acknowledges nothing before it is drawn', async () => {
    await feed.attach()
    feed.tab.setVisible(true)
    engine.say('hello')
    for (const frame of frames.splice(0)) frame()
    vi.advanceTimersByTime(1000)
    expect(engine.unacknowledged).toBe(5)
    screen.finish()
    vi.advanceTimersByTime(60)
    expect(engine.unacknowledged).toBe(0)
  })

  it('draws nothing while hidden, yet keeps the engine going and the last lines for later', async () => {
    await feed.attach()
    for (let i = 0; i < 50_000; i += 1) {
      engine.say(`line ${i}\r\n`)
      if (i % 100 === 0) vi.advanceTimersByTime(60)
    }
    vi.advanceTimersByTime(60)
    expect(frames).toHaveLength(0)
    expect(engine.unacknowledged).toBe(0)
    feed.tab.setVisible(true)
    drawAll()
    const lines = screen.text.replace('\u001b[0m', '').trimEnd().split('\r\n')
    expect(lines.at(-1)).toBe('line 49999')
    expect(lines.length).toBeGreaterThanOrEqual(100)
    expect(lines.length).toBeLessThan(200)
    expect(lines[0]).toMatch(/^line \d+$/)
    expect(screen.resets).toBe(1)
    expect(engine.unacknowledged).toBe(0)
  })

  it('acknowledges each character once when it is hidden with output still waiting', async () => {
    await feed.attach()
    feed.tab.setVisible(true)
    engine.say('a\r\n'.repeat(30))
    feed.tab.setVisible(false)
    vi.advanceTimersByTime(60)
    expect(engine.unacknowledged).toBe(0)
    feed.tab.setVisible(true)
    engine.say('b\r\n')
    drawAll()
    expect(screen.text).toBe('a\r\n'.repeat(30) + 'b\r\n')
    expect(engine.unacknowledged).toBe(0)
  })

  it('starts anew on a reset, and acknowledges what it throws away', async () => {
    await feed.attach()
    feed.tab.setVisible(true)
    engine.say('old')
    drawAll()
    engine.say('older and not drawn')
    engine.restart('kept so far')
    drawAll()
    expect(screen.text).toBe('kept so far')
    expect(engine.unacknowledged).toBe(0)
  })

  it('clears the screen on an empty reset, too', async () => {
    await feed.attach()
    feed.tab.setVisible(true)
    engine.say('old')
    drawAll()
    engine.restart('')
    drawAll()
    expect(screen.text).toBe('')
  })

  it('gives the tile the last lines only, and the tab everything it missed meanwhile', async () => {
    const tile = new Screen()
    feed.tile.screen = tile
    await feed.attach()
    feed.tab.setVisible(true)
    for (let i = 0; i < 50; i += 1) engine.say(`line ${i}\r\n`)
    drawAll()
    feed.tab.setVisible(false)
    feed.tile.setVisible(true)
    engine.say('for both\r\n')
    drawAll()
    tile.finish()
    vi.advanceTimersByTime(60)
    const lines = tile.text.replace('\u001b[0m', '').trimEnd().split('\r\n')
    expect(lines.slice(-2)).toEqual(['line 49', 'for both'])
    expect(lines.length).toBeLessThanOrEqual(12)
    expect(engine.unacknowledged).toBe(0)
    feed.tile.setVisible(false)
    feed.tab.setVisible(true)
    drawAll()
    expect(screen.text.split('\r\n')).toHaveLength(52)
    expect(screen.text.endsWith('line 49\r\nfor both\r\n')).toBe(true)
    expect(engine.unacknowledged).toBe(0)
  })

  it('says that there is output, but not for an empty reset', async () => {
    await feed.attach()
    engine.restart('')
    expect(heard).toBe(0)
    engine.say('x')
    expect(heard).toBe(1)
  })

  it('detaches when it is disposed of, and is deaf from then on', async () => {
    await feed.attach()
    feed.dispose()
    expect(engine.commands).toEqual(['attachTerminal', 'detachTerminal'])
    expect(engine.listener).toBeNull()
    await feed.attach()
    expect(engine.commands).toHaveLength(2)
  })
})

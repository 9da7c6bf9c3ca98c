import { Terminal } from '@xterm/xterm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IGNORED_OSC, ignoreOutsideCommands } from '../../../../../renderer/src/panels/terminals/terminal-guards.ts'

let terminal: Terminal

beforeEach(() => {
  terminal = new Terminal({ cols: 80, rows: 10, allowProposedApi: true, logLevel: 'off' })
  ignoreOutsideCommands(terminal)
})
afterEach(() => terminal.dispose())

function write(data: string): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve))
}

function firstLine(): string {
  return terminal.buffer.active.getLine(0)?.translateToString(true) ?? ''
}

describe('ignoreOutsideCommands', () => {
  it('shows nothing of any ignored command, and goes on with the text after it', async () => {
    for (const code of IGNORED_OSC) await write(`\u001b]${code};requests=12\u0007`)
    await write('after')
    expect(firstLine()).toBe('after')
    expect(terminal.buffer.active.cursorX).toBe(5)
  })

  it('lets no output change a title', async () => {
    const changed = vi.fn()
    terminal.onTitleChange(changed)
    await write('\u001b]0;evil\u0007\u001b]2;evil\u001b\\')
    expect(changed).not.toHaveBeenCalled()
  })

  it('answers no question about colours, which would be input to the program', async () => {
    const answered = vi.fn()
    terminal.onData(answered)
    await write('\u001b]10;?\u0007\u001b]11;?\u0007\u001b]4;1;?\u0007\u001b]52;c;?\u0007')
    expect(answered).not.toHaveBeenCalled()
  })

  it('keeps the text of a hyperlink and drops the link', async () => {
    await write('\u001b]8;;https://example.org/\u0007text\u001b]8;;\u0007 more')
    expect(firstLine()).toBe('text more')
    expect(terminal.buffer.active.getLine(0)?.getCell(0)?.isUnderline()).toBe(0)
  })
})

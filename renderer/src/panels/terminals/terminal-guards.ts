import type { Terminal } from '@xterm/xterm'

/**
 * Operating system commands (ECMA-48 section 8.3.89) that a program's output may carry and that have no effect here:
 * titles (0, 1, 2), palette and colours (4, 5, 10 to 19, 104, 105, 110 to 119), hyperlinks (8), notifications (9, 777),
 * clipboard (52), and the lab's own figures (7770), which are for the engine.
 */
export const IGNORED_OSC: readonly number[] = [
  0, 1, 2, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 52, 104, 105, 110, 111, 112, 113, 114, 115, 116, 117,
  118, 119, 777, 7770,
]

/** Makes a terminal deaf to commands by which output could act outside its own grid of characters. */
export function ignoreOutsideCommands(terminal: Pick<Terminal, 'parser'>): void {
  for (const code of IGNORED_OSC) terminal.parser.registerOscHandler(code, () => true)
}

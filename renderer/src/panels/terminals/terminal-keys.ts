/** What a key means in a terminal, besides what the program makes of it. */
export type TerminalAction =
  | 'find'
  | 'copy'
  | 'paste'
  | 'select-all'
  | 'larger'
  | 'smaller'
  | 'normal-size'
  | 'page-up'
  | 'page-down'
  | 'line-up'
  | 'line-down'
  | 'top'
  | 'end'
  | 'leave'

/** An action of ours, or who else gets the key: the program in the terminal, or the window's own shortcuts. */
export type KeyMeaning = TerminalAction | 'program' | 'window'

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

export interface TerminalSituation {
  readonly takesInput: boolean
  readonly hasSelection: boolean
}

/** Keys of the whole window (UI.md); no program of the lab needs them. */
const WINDOW_KEYS: ReadonlySet<string> = new Set(['F1', 'F5', 'F6', 'F8', 'F10'])
const WINDOW_KEYS_WITH_CTRL: ReadonlySet<string> = new Set(['enter', 'k', '1', '2', '3', '4', '5', '6'])

/** Sizes are on the same keys as in a browser; + needs Shift on many keyboards. */
const SIZE_KEYS: Readonly<Record<string, TerminalAction>> = {
  '+': 'larger',
  '=': 'larger',
  '-': 'smaller',
  _: 'smaller',
  '0': 'normal-size',
}

const SCROLL_KEYS: Readonly<Record<string, TerminalAction>> = {
  PageUp: 'page-up',
  PageDown: 'page-down',
  ArrowUp: 'line-up',
  ArrowDown: 'line-down',
  Home: 'top',
  End: 'end',
}

/** Says who a key belongs to. A terminal that takes no input leaves every key but its own to the window. */
export function readKey(press: KeyPress, situation: TerminalSituation): KeyMeaning {
  const command = press.ctrlKey || press.metaKey
  if (command && !press.altKey) {
    const action = readCommandKey(press, situation)
    if (action) return action
  }
  if (press.key === 'Escape' && press.shiftKey) return 'leave'
  if (WINDOW_KEYS.has(press.key)) return 'window'
  const scroll = SCROLL_KEYS[press.key]
  if (scroll && (press.shiftKey || !situation.takesInput)) return scroll
  return situation.takesInput ? 'program' : 'window'
}

function readCommandKey(press: KeyPress, { takesInput, hasSelection }: TerminalSituation): KeyMeaning | null {
  const key = press.key.toLowerCase()
  const size = SIZE_KEYS[key]
  if (size) return size
  if (key === 'f') return 'find'
  if (!press.shiftKey && WINDOW_KEYS_WITH_CTRL.has(key)) return 'window'
  // With input, the plain keys are the program's: Ctrl+C interrupts it, Ctrl+A and Ctrl+V edit its line.
  const ours = press.shiftKey || press.metaKey || !takesInput
  if (!ours) return null
  if (key === 'c') return hasSelection || press.shiftKey ? 'copy' : null
  if (key === 'v') return takesInput ? 'paste' : null
  if (key === 'a') return 'select-all'
  return null
}

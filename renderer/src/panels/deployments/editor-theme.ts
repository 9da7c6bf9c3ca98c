import { EditorView } from 'codemirror'

/** The editor in the window's own colours and faces; they follow its theme, since they are names of tokens. */
export const colours = EditorView.theme({
  '&': {
    height: '100%',
    backgroundColor: 'var(--terminal-background)',
    color: 'var(--text)',
    fontSize: 'var(--text-small)',
  },
  '&.cm-focused': { outline: 'var(--focus-width) solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)', userSelect: 'text' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-muted)',
    borderRight: 'var(--line) solid var(--border)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--surface-hover) 45%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--surface-hover)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--terminal-selection)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--state-amber-quiet)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--state-green-quiet)' },
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface-raised)', border: 'var(--line) solid var(--border)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--surface-raised)',
    backgroundImage: 'none',
    border: 'var(--line) solid var(--border-strong)',
  },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--surface-hover)', border: 'none', color: 'var(--text-muted)' },
})

import type { Component } from 'vue'

export const ACTION_GROUPS = [
  'lab',
  'deployments',
  'traffic',
  'capacity',
  'faults',
  'audit',
  'files',
  'design',
  'network',
  'dns',
  'view',
  'service',
  'settings',
  'help',
] as const
export type ActionGroup = (typeof ACTION_GROUPS)[number]

/** Something a person can tell the window to do; buttons, menus, shortcuts and the command palette all run these. */
export interface UiAction {
  readonly id: string
  readonly group: ActionGroup
  readonly label: string
  readonly icon: Component
  /** How it is written on the screen; src/composables/use-shortcuts.ts listens for it. */
  readonly shortcut: string | null
  /** A sentence more than the label, for a tooltip. */
  readonly hint: string | null
  /** Why it cannot be run now; null when it can. */
  readonly reason: string | null
  run(): void
}

/** An action that can always be run and needs no more words. */
export function simpleAction(
  action: Pick<UiAction, 'id' | 'group' | 'label' | 'icon' | 'run'> & Partial<UiAction>,
): UiAction {
  return { shortcut: null, hint: null, reason: null, ...action }
}

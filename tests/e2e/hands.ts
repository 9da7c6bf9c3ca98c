import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixture.ts'

/** What a person does again and again in the window. */

/** A panel of the dock comes forward. */
export async function openTab(window: Page, name: string): Promise<void> {
  await window.getByRole('tab', { name: `Tools: ${name}` }).click()
}

/** Runs a command of the palette by its words, with the keyboard alone. */
export async function command(window: Page, text: string): Promise<void> {
  await window.keyboard.press('Control+k')
  const words = window.getByRole('textbox', { name: 'Type a command' })
  await words.pressSequentially(text)
  await window.keyboard.press('Enter')
  await expect(words).toHaveCount(0)
}

/** Nothing that axe finds is wrong in the window, or in the part of it that is named: what lies under a dialog is dimmed. */
export async function axe(window: Page, part?: string): Promise<void> {
  // Whatever is pointed at shows its tip, which is no part of what is looked at.
  await window.mouse.move(0, 0)
  await expect(window.getByRole('tooltip')).toHaveCount(0)
  const builder = new AxeBuilder({ page: window }).setLegacyMode(true)
  const { violations } = await (part === undefined ? builder : builder.include(part)).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
}

/** Starts the lab that is chosen at first, the distributed one, and waits until all of it runs. */
export async function startLab(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Start lab' }).click()
  await labIsReady(window, 7)
}

const EVERYTHING_READY = /Lab is running\s*·\s*(\d+) of \1 ready/

/** A lab's start takes seconds, and more of them on a busy machine. */
const READY_MS = 30_000

/**
 * The lab runs and everything in it is ready, of so many services where they are given. "Starting: 7 of 7 ready" is not
 * it: no request is sent yet.
 */
export async function labIsReady(window: Page, services?: number): Promise<void> {
  const status = window.getByRole('status').filter({ hasText: EVERYTHING_READY })
  await expect(services === undefined ? status : status.filter({ hasText: `${services} of` })).toBeVisible({
    timeout: READY_MS,
  })
}

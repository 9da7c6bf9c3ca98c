import { test as base } from '@playwright/test'
import { RunningApp } from './running-app.ts'

/** A test in a real window: `hoplab` is the app, started for this test and ended after it. */
export const test = base.extend<{ hoplab: RunningApp }>({
  // Playwright reads which fixtures are wanted from this pattern, so it must be one, also when it is empty.
  hoplab: async ({}, use) => {
    const hoplab = await RunningApp.launch()
    await use(hoplab)
    await hoplab.dispose()
  },
})

export { expect } from '@playwright/test'

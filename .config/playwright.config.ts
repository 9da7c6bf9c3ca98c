import { defineConfig } from '@playwright/test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Tests in a real window. One after the other: each starts a whole lab on the same loopback addresses. */
export default defineConfig({
  testDir: `${root}tests/e2e`,
  outputDir: `${root}tests/.results/e2e`,
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: process.env['HOPLAB_REPORT'] ?? `${root}tests/.results/e2e.json` }]],
  use: { trace: 'off' },
})

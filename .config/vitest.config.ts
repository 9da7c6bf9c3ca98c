import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { firstTexts } from './first-texts.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends a test that hangs; a machine that is busy with other things must not fail one. */
const UNIT_LIMIT_MS = 30_000

/**
 * One project per kind of test, so that `npm run check` can run the quick ones alone. Test files share a worker's modules
 * (`isolate: false`): loading them anew for each file took two thirds of the time.
 */
export default defineConfig({
  root,
  test: {
    projects: [
      { test: { name: 'architecture', root, include: ['tests/architecture/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'unit',
          root,
          include: ['tests/unit/**/*.test.ts'],
          exclude: ['tests/unit/renderer/**'],
          isolate: false,
          testTimeout: UNIT_LIMIT_MS,
        },
      },
      {
        plugins: [vue(), firstTexts()],
        test: {
          name: 'renderer',
          root,
          include: ['tests/unit/renderer/**/*.test.ts'],
          environment: 'happy-dom',
          setupFiles: ['tests/unit/renderer/set-up.ts'],
          isolate: false,
          testTimeout: UNIT_LIMIT_MS,
        },
      },
      {
        test: {
          name: 'integration',
          root,
          include: ['tests/integration/**/*.test.ts'],
          // Real processes on fixed loopback addresses: one file after the other.
          fileParallelism: false,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})

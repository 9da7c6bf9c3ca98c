import { cruise, type ICruiseResult, type IForbiddenRuleType, type IViolation } from 'dependency-cruiser'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../electron/setup/project.mjs'
import config from '../../.config/dependency-cruiser.config.js'

/** The import rules of the house stand in .config/dependency-cruiser.config.js; here the code is held to them. */

async function cruiseFolders(folders: readonly string[], baseDir: string): Promise<ICruiseResult> {
  const { options, forbidden } = config
  const result = await cruise([...folders], {
    ...options,
    baseDir,
    tsConfig: { fileName: join(ROOT, 'tsconfig.json') },
    validate: true,
    ruleSet: { forbidden: (forbidden ?? []) as IForbiddenRuleType[] },
  })
  if (typeof result.output === 'string') throw new Error('dependency-cruiser was not asked for text')
  return result.output
}

function describeViolation(violation: IViolation): string {
  return `${violation.rule.name}: ${violation.from} imports ${violation.to}`
}

/** A small project in which each file breaks one rule. */
const BROKEN: Readonly<Record<string, string>> = {
  'services/contract/state.ts': "import '../engine/lab.ts'",
  'services/engine/lab.ts': "import '../programs/dns/main.ts'\nimport 'electron'",
  'services/engine/one.ts': "import './two.ts'",
  'services/engine/two.ts': "import './one.ts'",
  'services/engine/typed-one.ts':
    "import { typedTwo } from './typed-two.ts'\nexport interface One { a: typeof typedTwo }",
  'services/engine/typed-two.ts': "import type { One } from './typed-one.ts'\nexport const typedTwo: One | null = null",
  'services/protocols/zone.ts': "import 'node:fs'\nimport '../engine/lab.ts'",
  'services/programs/dns/main.ts': "import '../web-server/main.ts'\nimport 'undici'",
  'services/programs/web-server/main.ts': 'export {}',
  'services/programs/app-server/main.ts': "import 'undici'\nimport 'electron'",
  'services/cli/main.ts': "import '../protocols/zone.ts'",
  'renderer/src/main.ts': "import '../../services/engine/lab.ts'\nimport 'node:path'",
  'electron/main/index.ts': "import '../../renderer/src/main.ts'\nimport 'electron'",
  'electron/preload/index.ts': "import '../main/index.ts'",
  'electron/setup/start.ts': "import '../main/index.ts'\nimport './gone.ts'",
  'node_modules/electron/package.json': '{ "name": "electron", "main": "index.js" }',
  'node_modules/electron/index.js': '',
  'node_modules/undici/package.json': '{ "name": "undici", "main": "index.js" }',
  'node_modules/undici/index.js': '',
  'package.json': '{ "type": "module", "devDependencies": { "electron": "1", "undici": "1" } }',
}

const FOUND_IN_BROKEN = [
  'app-server-libraries: services/programs/app-server/main.ts imports node_modules/electron/index.js',
  'cli-imports-contract-and-engine-only: services/cli/main.ts imports services/protocols/zone.ts',
  'contract-stands-alone: services/contract/state.ts imports services/engine/lab.ts',
  'engine-imports-contract-and-protocols-only: services/engine/lab.ts imports services/programs/dns/main.ts',
  'main-imports-contract-and-engine-only: electron/main/index.ts imports renderer/src/main.ts',
  'no-circles: services/engine/one.ts imports services/engine/two.ts',
  'only-electron-imports-electron: services/engine/lab.ts imports node_modules/electron/index.js',
  'only-electron-imports-electron: services/programs/app-server/main.ts imports node_modules/electron/index.js',
  'preload-imports-contract-only: electron/preload/index.ts imports electron/main/index.ts',
  'programs-import-protocols-and-kit-only: services/programs/dns/main.ts imports services/programs/web-server/main.ts',
  'programs-use-node-only: services/programs/dns/main.ts imports node_modules/undici/index.js',
  'protocols-import-contract-only: services/protocols/zone.ts imports services/engine/lab.ts',
  'pure-without-io: services/protocols/zone.ts imports fs',
  'renderer-imports-contract-only: renderer/src/main.ts imports services/engine/lab.ts',
  'renderer-without-node: renderer/src/main.ts imports path',
  'resolvable: electron/setup/start.ts imports ./gone.ts',
  'setup-stands-alone: electron/setup/start.ts imports electron/main/index.ts',
]

describe('imports', () => {
  it('follow the rules of the house', async () => {
    const result = await cruiseFolders(['electron', 'renderer', 'services'], ROOT)
    expect(result.summary.totalCruised).toBeGreaterThan(100)
    expect(result.summary.violations.map(describeViolation)).toEqual([])
  })

  it('are caught where they break a rule', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hoplab-imports-'))
    try {
      for (const [path, text] of Object.entries(BROKEN)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      const result = await cruiseFolders(['electron', 'renderer', 'services'], folder)
      expect(result.summary.violations.map(describeViolation).sort()).toEqual(FOUND_IN_BROKEN)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/**
 * Who may import what: the import rules of the house (README, "Where things are"). Read by tests/architecture.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** What a folder may import of ours and of Node and npm; everything else is forbidden. */
const OURS = '^(electron|renderer|services|tests|resources)/'

/** Modules of Node that only compute. */
const PURE_NODE = '^(node:)?(buffer|crypto|string_decoder|util)$'

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Modules that run in a circle depend on who is loaded first. A type may point back: it is gone by then.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vite/client$' },
    },
    {
      name: 'contract-stands-alone',
      comment: 'The contract is what all others agree on: it imports nothing of ours.',
      severity: 'error',
      from: { path: '^services/contract/' },
      to: { path: OURS, pathNot: '^services/contract/' },
    },
    {
      name: 'protocols-import-contract-only',
      severity: 'error',
      from: { path: '^services/protocols/' },
      to: { path: OURS, pathNot: '^services/(contract|protocols)/' },
    },
    {
      name: 'pure-without-io',
      comment: 'Contract and protocols compute; files, sockets and processes are the business of those who use them.',
      severity: 'error',
      from: { path: '^services/(contract|protocols)/' },
      to: { dependencyTypes: ['core'], pathNot: PURE_NODE },
    },
    {
      name: 'programs-import-protocols-and-kit-only',
      comment: 'A program runs alone: it knows no engine and no other program.',
      severity: 'error',
      from: { path: '^services/programs/([^/]+)/' },
      to: { path: OURS, pathNot: ['^services/protocols/', '^services/programs/kit/', '^services/programs/$1/'] },
    },
    {
      name: 'programs-use-node-only',
      comment:
        'Programs start fast and read easily: no libraries, but for the app server that hands them to the application.',
      severity: 'error',
      from: { path: '^services/programs/', pathNot: '^services/programs/app-server/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'app-server-libraries',
      severity: 'error',
      from: { path: '^services/programs/app-server/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^node_modules/(@libsql/client|undici)/',
      },
    },
    {
      name: 'engine-imports-contract-and-protocols-only',
      severity: 'error',
      from: { path: '^services/engine/' },
      to: { path: OURS, pathNot: '^services/(contract|protocols|engine)/' },
    },
    {
      name: 'cli-imports-contract-and-engine-only',
      severity: 'error',
      from: { path: '^services/cli/' },
      to: { path: OURS, pathNot: '^services/(contract|engine|cli)/' },
    },
    {
      name: 'renderer-imports-contract-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: OURS, pathNot: '^(renderer|services/contract)/' },
    },
    {
      name: 'renderer-without-node',
      comment: 'The window runs in a sandbox: it has no Node.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'main-imports-contract-and-engine-only',
      severity: 'error',
      from: { path: '^electron/main/' },
      to: { path: OURS, pathNot: '^(electron/main|services/(contract|engine))/' },
    },
    {
      name: 'preload-imports-contract-only',
      severity: 'error',
      from: { path: '^electron/preload/' },
      to: { path: OURS, pathNot: '^(electron/preload/|electron/main/channels\\.ts$|services/contract/)' },
    },
    {
      name: 'setup-stands-alone',
      comment: 'The set-up runs before anything of the app is built.',
      severity: 'error',
      from: { path: '^electron/setup/' },
      to: { path: OURS, pathNot: '^electron/setup/' },
    },
    {
      name: 'only-electron-imports-electron',
      severity: 'error',
      from: { path: '^(renderer|services)/' },
      to: { path: '^node_modules/electron/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { path: '^(electron|renderer|services)/' },
      to: { path: '^tests/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.json', '.d.ts'],
    },
  },
}

import { build, type InlineConfig, type Rolldown } from 'vite'
import { join, relative } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ROOT } from '../../electron/setup/project.mjs'
import config from '../../electron.vite.config.ts'

/**
 * What the window reads and runs before it can be used. Whoever adds a panel, a store or a library loads it after the first
 * paint (see renderer/src/App.vue): it must not appear here.
 */

/** Libraries of the first paint. */
const PACKAGES = [
  '@intlify/core-base',
  '@intlify/message-compiler',
  '@intlify/shared',
  '@lucide/vue',
  '@vue/reactivity',
  '@vue/runtime-core',
  '@vue/runtime-dom',
  '@vue/shared',
  '@vueuse/core',
  '@vueuse/shared',
  'birpc',
  'pinia',
  'vue',
  'vue-i18n',
]
/** Folders of panels, and stores, that are there from the start. */
const PANELS = ['notices', 'statusbar', 'toolbar']
const STORES = ['lab', 'layout', 'live-rate', 'notices', 'remembered', 'selection', 'settings', 'steps', 'surfaces']

/** With some room for words; whoever needs much more loads it later instead. */
const MAX_SCRIPT_BYTES = 262_144
const MAX_STYLE_BYTES = 20_480

/** The renderer as it is shipped: vitest's own environment would bring what is for developers. */
async function buildRenderer(): Promise<Rolldown.RolldownOutput> {
  vi.stubEnv('NODE_ENV', 'production')
  const { renderer } = config as { readonly renderer: InlineConfig }
  const result = await build({
    ...renderer,
    configFile: false,
    mode: 'production',
    logLevel: 'error',
    root: join(ROOT, 'renderer'),
    build: {
      ...renderer.build,
      write: false,
      rolldownOptions: { ...renderer.build?.rolldownOptions, input: join(ROOT, 'renderer/index.html') },
    },
  }).finally(() => vi.unstubAllEnvs())
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build was asked for.')
  return result
}

/** The entry's chunk and all that it imports at once. */
function firstChunks({ output }: Rolldown.RolldownOutput): readonly Rolldown.OutputChunk[] {
  const chunks = output.filter((file) => file.type === 'chunk')
  const found = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of found) for (const one of chunks) if (imports.includes(one.fileName)) found.add(one)
  return [...found]
}

describe('the first paint', async () => {
  const built = await buildRenderer()
  const chunks = firstChunks(built)
  const modules = chunks
    .flatMap((chunk) => Object.entries(chunk.modules))
    .flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [relative(ROOT, id).replaceAll('\\', '/')] : []))
  const namesBelow = (pattern: RegExp): string[] =>
    [...new Set(modules.flatMap((module) => pattern.exec(module)?.[1] ?? []))].toSorted()

  it('needs one file of code', () => {
    // The bundler's own helpers, 200 bytes, may stand in a file of their own.
    const ours = chunks.filter(({ modules: inside }) =>
      Object.keys(inside).some((id) => !id.includes('rolldown/runtime')),
    )
    expect(ours).toHaveLength(1)
    expect(chunks.length).toBeLessThanOrEqual(2)
    expect(modules).toContain('renderer/src/main.ts')
  })

  it('needs few libraries: no zod, no graphs, no terminals, no popups', () => {
    expect(namesBelow(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/)).toEqual(PACKAGES)
  })

  it('needs the bars, and no panel', () => {
    expect(namesBelow(/^renderer\/src\/panels\/([^/]+)\//).filter((name) => name !== 'topology')).toEqual(PANELS)
    expect(modules.filter((module) => /^renderer\/src\/panels\/topology\/.*\.vue/.test(module))).toEqual([])
  })

  it('needs no store of a panel', () => {
    expect(namesBelow(/^renderer\/src\/stores\/([^/]+)\.ts$/)).toEqual(STORES)
  })

  it('has its own sentences only', () => {
    const texts = modules.filter((module) => module.startsWith('renderer/src/locales/'))
    expect(texts.toSorted()).toEqual(['renderer/src/locales/en.json?first', 'renderer/src/locales/fr.json?first'])
  })

  it('stays small', () => {
    const script = chunks.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0)
    expect(script).toBeLessThan(MAX_SCRIPT_BYTES)
    const styles = chunks.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])])
    const bytes = built.output
      .filter((file) => file.type === 'asset' && styles.includes(file.fileName))
      .reduce((sum, file) => sum + Buffer.byteLength((file as Rolldown.OutputAsset).source), 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(MAX_STYLE_BYTES)
  })
})

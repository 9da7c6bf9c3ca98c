import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { firstTexts } from './.config/first-texts.ts'

/** How long each plugin took says nothing to whoever builds. */
const checks = { pluginTimings: false }

/** The window's three parts. What is in `dependencies` (native libraries) stays outside of the main bundle. */
export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      rolldownOptions: {
        checks,
        input: { index: 'electron/main/index.ts', 'engine-process': 'electron/main/engine-process.ts' },
        output: { format: 'es' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file and can't load others.
      externalizeDeps: false,
      rolldownOptions: {
        checks,
        input: { index: 'electron/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [vue(), firstTexts()],
    // Parts of the libraries that nothing here uses.
    define: {
      __VUE_OPTIONS_API__: false,
      __VUE_I18N_LEGACY_API__: false,
      __VUE_I18N_FULL_INSTALL__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
    },
    build: {
      // Half the text to read and to compile before the window can be used.
      minify: true,
      // What comes after the first paint is loaded from the disk: the usual warning about large files says nothing.
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        checks,
        input: { index: 'renderer/index.html' },
        // What the first paint needs is one file: each file costs a way through the main process and back.
        output: { codeSplitting: { groups: [{ name: 'first-paint', tags: ['$initial'] }] } },
      },
    },
  },
})

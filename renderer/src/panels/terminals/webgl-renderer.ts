import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

/** Once it failed it fails again: then every terminal is drawn by the DOM renderer. */
let usable: boolean | null = null

/** Whether this machine draws WebGL 2 on its graphics card; a software WebGL is slower than the DOM renderer. */
export function canUseWebgl(): boolean {
  usable ??= probe()
  return usable
}

function probe(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  return context !== null
}

/**
 * Draws a terminal by WebGL for as long as it is the visible one (a page has only some 16 contexts). Falls back to the
 * DOM renderer by itself when the context is refused or lost.
 */
export class WebglRenderer {
  private addon: WebglAddon | null = null

  get active(): boolean {
    return this.addon !== null
  }

  enable(terminal: Terminal): void {
    if (this.addon || !canUseWebgl()) return
    try {
      const addon = new WebglAddon()
      addon.onContextLoss(() => {
        usable = false
        this.disable()
      })
      terminal.loadAddon(addon)
      this.addon = addon
    } catch {
      usable = false
    }
  }

  disable(): void {
    this.addon?.dispose()
    this.addon = null
  }
}

import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

export const WEBGL_CHOICES = ['auto', 'always', 'never'] as const
/** `auto`: where a graphics card does it; a WebGL that the processor plays is slower than the DOM renderer. */
export type WebglChoice = (typeof WEBGL_CHOICES)[number]

/** What WebGL calls itself where no graphics card is behind it. */
const SOFTWARE_RENDERER = /swiftshader|llvmpipe|softpipe|software|basic render/i

let onGraphicsCard: boolean | null = null
/** Once it failed or was lost, it fails again. */
let failed = false

function mayUse(choice: WebglChoice): boolean {
  if (failed || choice === 'never') return false
  return choice === 'always' || (onGraphicsCard ??= probe())
}

function probe(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return false
  const name: unknown = context.getParameter(
    context.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER,
  )
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return typeof name === 'string' && !SOFTWARE_RENDERER.test(name)
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

  enable(terminal: Terminal, choice: WebglChoice): void {
    if (this.addon || !mayUse(choice)) return
    try {
      const addon = new WebglAddon()
      addon.onContextLoss(() => {
        failed = true
        this.disable()
      })
      terminal.loadAddon(addon)
      this.addon = addon
    } catch {
      failed = true
    }
  }

  disable(): void {
    this.addon?.dispose()
    this.addon = null
  }
}

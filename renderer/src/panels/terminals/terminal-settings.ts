import { defineStore } from 'pinia'
import { isBoolean, isNumber, oneOf, remembered } from '../../stores/remembered.ts'
import { WEBGL_CHOICES, type WebglChoice } from './webgl-renderer.ts'

const MAX_ZOOM = 16
const MIN_ZOOM = -4

/** How this person reads terminals. Remembered, the same for all of them. */
export const useTerminalSettings = defineStore('terminal-settings', () => {
  /** Pixels more or less than the theme's own size. */
  const zoom = remembered('terminals.zoom', 0, isNumber)
  /** Lets screen readers read the output; costs drawing time, so it is a person's choice. */
  const screenReader = remembered('terminals.screen-reader', false, isBoolean)
  /** The way out where a graphics driver draws wrongly; also what lets a test choose. */
  const webgl = remembered<WebglChoice>('terminals.webgl', 'auto', oneOf(WEBGL_CHOICES))

  function changeZoom(by: number): void {
    zoom.value = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom.value + by))
  }

  function resetZoom(): void {
    zoom.value = 0
  }

  return { zoom, screenReader, webgl, changeZoom, resetZoom }
})

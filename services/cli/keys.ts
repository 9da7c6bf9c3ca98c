/** A terminal's keyboard; the standard input has this shape. */
export interface Keyboard {
  readonly isTTY?: boolean
  setRawMode(raw: boolean): unknown
  on(event: 'data', listener: (data: Uint8Array | string) => void): unknown
  off(event: 'data', listener: (data: Uint8Array | string) => void): unknown
  resume(): unknown
  pause(): unknown
}

/** What a terminal sends for Ctrl-C while keys are read one by one. */
export const CTRL_C = '\u0003'
/** Arrows and the like come as several characters and mean nothing here. */
const KEY = /\u001b(?:\[[\d;]*[A-Za-z~]|O?.)?|[^]/gu

/** Reads keys one by one until `close`, which gives the terminal back as it was. */
export class Keys {
  readonly #keyboard: Keyboard
  readonly #listener: (data: Uint8Array | string) => void

  constructor(keyboard: Keyboard, onKey: (key: string) => void) {
    this.#keyboard = keyboard
    this.#listener = (data) => {
      const text = typeof data === 'string' ? data : Buffer.from(data).toString('utf8')
      for (const [key] of text.matchAll(KEY)) onKey(key)
    }
    keyboard.setRawMode(true)
    keyboard.on('data', this.#listener)
    keyboard.resume()
  }

  close(): void {
    this.#keyboard.off('data', this.#listener)
    this.#keyboard.setRawMode(false)
    this.#keyboard.pause()
  }
}

import { shallowRef, type ShallowRef } from 'vue'

/** What a tip says; the object may change while it is shown. */
export interface TipWords {
  readonly text: string | null
  readonly shortcut: string | null
}

/** What is shown, beside which element. */
export interface ShownTip {
  readonly element: HTMLElement
  readonly words: TipWords
}

/** The pointer rests this long before a tip comes; a tip that follows another one comes at once. */
export const TIP_DELAY_MS = 400
/** The pointer may take this long on its way from the element to its tip, or to the next element. */
export const TIP_GRACE_MS = 150

/** One tip is shown at a time in the whole window: what a hundred buttons have in common is kept once. */
export class Tips {
  readonly shown: ShallowRef<ShownTip | null> = shallowRef(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The pointer came to an element. */
  point(element: HTMLElement, words: TipWords): void {
    this.#after(this.shown.value === null ? TIP_DELAY_MS : 0, () => this.show(element, words))
  }

  /** The pointer is on the tip itself: it stays. */
  hold(): void {
    clearTimeout(this.#timer)
  }

  /** The pointer left the element or its tip. */
  leave(): void {
    this.#after(TIP_GRACE_MS, () => this.hide())
  }

  /** Shows the words, or nothing where there are none. */
  show(element: HTMLElement, words: TipWords): void {
    clearTimeout(this.#timer)
    this.shown.value = element.isConnected && words.text ? { element, words } : null
  }

  /** Hides what is shown, or only what is shown beside `element`. */
  hide(element: HTMLElement | null = null): void {
    clearTimeout(this.#timer)
    if (element === null || this.shown.value?.element === element) this.shown.value = null
  }

  #after(ms: number, work: () => void): void {
    clearTimeout(this.#timer)
    if (ms === 0) work()
    else this.#timer = setTimeout(work, ms)
  }
}

export const tips = new Tips()

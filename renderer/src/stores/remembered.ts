import { customRef, type Ref } from 'vue'

/**
 * A ref that is kept in localStorage as JSON. What is stored there may be of an older version or edited by hand: `accept`
 * says whether it can be used, else the default stands. A full or forbidden storage only costs the memory.
 */
export function remembered<T>(key: string, fallback: T, accept: (value: unknown) => value is T): Ref<T> {
  const storageKey = `hoplab.${key}`
  let current = read(storageKey, fallback, accept)
  return customRef((track, trigger) => ({
    get() {
      track()
      return current
    },
    set(value) {
      current = value
      write(storageKey, value)
      trigger()
    },
  }))
}

function read<T>(key: string, fallback: T, accept: (value: unknown) => value is T): T {
  try {
    const text = localStorage.getItem(key)
    if (text === null) return fallback
    const value: unknown = JSON.parse(text)
    return accept(value) ? value : fallback
  } catch {
    return fallback
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Private windows and full disks: the setting holds until the window closes.
  }
}

/** Accepts one of a closed list of words. */
export function oneOf<const T extends string>(words: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => words.some((word) => word === value)
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

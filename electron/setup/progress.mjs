/** What a person sees of a set-up: one line per thing that happens, with the time since the start. */

/** A failure that a person can mend: its message says what happened and what to do. */
export class SetupError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message)
    this.name = 'SetupError'
  }
}

/** After this long without a line a person is told that the work still goes on. */
const HEARTBEAT_MS = 15_000

/**
 * A duration for people: `0.1 s`, `12.3 s`.
 * @param {number} ms
 */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/**
 * Prints the steps of one run. The first half of a set-up hands `startedMs` (Unix time) to the second one.
 * @param {number} startedMs
 */
export function createProgress(startedMs) {
  let lastLineMs = Date.now()
  /** @param {string} text */
  const line = (text) => {
    lastLineMs = Date.now()
    console.log(`[${seconds(lastLineMs - startedMs).padStart(7)}] ${text}`)
  }
  return {
    line,
    /**
     * Runs one step. `work` gets a function that prints a line of the step, and returns what was done, in a few words.
     * @param {string} name
     * @param {(note: (text: string) => void) => string | Promise<string>} work
     * @returns {Promise<string>} what was done
     */
    async step(name, work) {
      const stepStartedMs = Date.now()
      const heartbeat = setInterval(() => {
        if (Date.now() - lastLineMs >= HEARTBEAT_MS) line(`${name}: still at it`)
      }, 1000)
      try {
        const done = await work((text) => line(`${name}: ${text}`))
        line(`${name}: ${done} (${seconds(Date.now() - stepStartedMs)})`)
        return done
      } catch (error) {
        line(`${name}: failed (${seconds(Date.now() - stepStartedMs)})`)
        throw error
      } finally {
        clearInterval(heartbeat)
      }
    },
  }
}

/**
 * The sentence that a failed command ends with. What is no `SetupError` was not foreseen, so its origin is shown.
 * @param {unknown} error
 */
export function failureSentence(error) {
  if (error instanceof SetupError) return error.message
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${text}\nThis was not foreseen. Run the same command again; if it stays, report the lines above.`
}

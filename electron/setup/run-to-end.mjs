import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { SetupError } from './progress.mjs'

/** Signals that are meant for whatever runs in our place. */
const PASSED_ON = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * The exit code that a shell would report for a child.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCodeOf(code, signal) {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
}

/**
 * Runs a command on our terminal, passes signals on to it and waits for its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runToEnd(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => child.kill(signal)
    for (const signal of PASSED_ON) process.on(signal, passOn)
    child.once('error', (error) => reject(new SetupError(`${command} could not be started: ${error.message}.`)))
    child.once('close', (code, signal) => {
      for (const passed of PASSED_ON) process.off(passed, passOn)
      resolve(exitCodeOf(code, signal))
    })
  })
}

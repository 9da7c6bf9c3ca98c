import { NicFormatError } from '../../protocols/nic/fields.ts'
import type { NicCommand, NicReport } from '../../protocols/nic/messages.ts'
import { readCommandId, readNicCommand } from '../../protocols/nic/read-command.ts'
import type { Log } from '../kit/log.ts'

/** The channel to whoever started this process (`child_process` with `ipc`), when there is one. */

/** Sends a report; does nothing without a channel. */
export function sendReport(report: NicReport): void {
  if (process.connected) process.send?.(report)
}

/** Takes commands from the channel; `ended` is called when the other side is gone. */
export function takeCommands(log: Log, carryOut: (command: NicCommand) => void, ended: () => void): void {
  if (process.send === undefined) return
  process.on('message', (message) => {
    try {
      carryOut(readNicCommand(message))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      answerFailure(log, message, error)
    }
  })
  process.once('disconnect', ended)
}

function answerFailure(log: Log, message: unknown, error: Error): void {
  log.event({ what: 'a command failed', outcome: error.message, level: 'warning' })
  try {
    sendReport({ type: 'failed', id: readCommandId(message), sentence: error.message })
  } catch (unreadable) {
    // Without a number there is nobody to answer; the log has it.
    if (!(unreadable instanceof NicFormatError)) throw unreadable
  }
}

import type { GeneratorReport } from '../../protocols/traffic/batch.ts'

/** The channel to whoever started this process (`child_process` with `ipc` and `serialization: 'advanced'`), if any. */

export function hasChannel(): boolean {
  return process.send !== undefined
}

export function sendReport(report: GeneratorReport): void {
  if (process.connected) process.send?.(report)
}

/** `stop` is called when the other side says so; when it is gone, this process ends at once. */
export function takeCommands(stop: () => void): void {
  process.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop') stop()
  })
  process.once('disconnect', () => process.exit(1))
}

/** Lets go of the channel, so that the process can end. What was sent is delivered first. */
export function closeChannel(): void {
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}

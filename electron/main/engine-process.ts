import type { MessageEvent, MessagePortMain } from 'electron'
import type { ClientChannel } from '../../services/engine/channel/client-channel.ts'
import { openControl, type Control } from '../../services/engine/channel/open-control.ts'
import { serveClient } from '../../services/engine/channel/serve-client.ts'
import { createEngine, loadLabModules } from '../../services/engine/create-engine.ts'
import { engineOptions } from '../../services/engine/engine-options.ts'
import type { LabEngine } from '../../services/engine/index.ts'
import { currentPlatform } from '../../services/engine/platform/current-platform.ts'
import type { ToEngine } from './engine-messages.ts'

/** The engine's own process: serves each port that the shell hands over, until it is told to end. */

interface Running {
  readonly engine: LabEngine
  /** Null where it could not be opened. */
  readonly control: Promise<Control | null>
}

/** The window is there by then; the first lab starts sooner for it. */
const LOAD_AHEAD_MS = 1500

let running: Promise<Running> | null = null

process.parentPort.on('message', ({ data, ports }: MessageEvent) => {
  take(data as ToEngine, ports).catch(fail)
})

async function take(message: ToEngine, ports: readonly MessagePortMain[]): Promise<void> {
  switch (message.type) {
    case 'start':
      running = start(message.root)
      await running
      return
    case 'connect': {
      const engine = (await running)?.engine
      if (engine) for (const port of ports) serveClient(engine, overPort(port))
      return
    }
    case 'dispose':
      await stop(await running)
      process.exit(0)
  }
}

async function stop(ran: Running | null): Promise<void> {
  await ran?.engine.dispose()
  await (await ran?.control)?.close()
}

/** Without an engine this process is of no use; the shell decides whether to try again. */
function fail(error: unknown): never {
  process.stderr.write(
    `The engine failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  process.exit(1)
}

/** A window does not wait for what only others need: the control socket opens beside it. */
async function start(root: string): Promise<Running> {
  const options = engineOptions(root, process.env)
  const engine = await createEngine(options)
  setTimeout(() => void loadLabModules().catch(fail), LOAD_AHEAD_MS)
  return { engine, control: openOrReport(engine, options.stateDir) }
}

/** A lab that cannot be driven from a shell is still a lab: the control socket may fail. */
async function openOrReport(engine: LabEngine, stateDir: string): Promise<Control | null> {
  try {
    return await openControl(engine, { stateDir, platform: currentPlatform() })
  } catch (error) {
    process.stderr.write(`No control socket: ${error instanceof Error ? error.message : String(error)}\n`)
    return null
  }
}

function overPort(port: MessagePortMain): ClientChannel {
  let isOpen = true
  port.on('close', () => {
    isOpen = false
  })
  return {
    post: (data) => {
      if (isOpen) port.postMessage(data)
    },
    on: (listener) => {
      port.on('message', ({ data }) => listener(data))
      port.start()
    },
    onClose: (listener) => {
      if (isOpen) port.once('close', listener)
      else queueMicrotask(listener)
    },
  }
}

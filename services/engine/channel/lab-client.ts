import { createBirpc } from 'birpc'
import {
  ERROR_SENTENCES,
  LabError,
  type ClientFunctions,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type EngineFunctions,
  type Failure,
  type LabEvent,
  type Subscription,
} from '../../contract/index.ts'
import type { ClientChannel } from './client-channel.ts'

/** A lab as its clients without a window see it. */
export interface LabClient {
  /** Resolves with the command's answer; rejects with a `LabError`, also when the connection ends first. */
  run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>
  subscribe(): Promise<Subscription>
  /** Ends when the connection does. */
  readonly closed: Promise<void>
}

export interface LabListener {
  onEvents?(events: readonly LabEvent[]): void
  onTerminalData?(service: string, data: string, reset: boolean): void
}

/** Speaks the contract over a channel; `whenClosed` says what a caller is told whose answer will not come any more. */
export function createLabClient(channel: ClientChannel, listener: LabListener, whenClosed: () => LabError): LabClient {
  const functions: ClientFunctions = {
    onEvents: (events) => listener.onEvents?.(events),
    onTerminalData: (service, data, reset) => listener.onTerminalData?.(service, data, reset),
  }
  const rpc = createBirpc<EngineFunctions, ClientFunctions, false>(functions, {
    proxify: false,
    post: (data) => channel.post(data),
    on: (received) => channel.on(received),
    // A lab may take long over a command; what bounds the waiting is the connection's end.
    timeout: -1,
  })
  const closed = new Promise<void>((resolve) => {
    channel.onClose(() => {
      rpc.$close()
      resolve()
    })
  })

  async function call<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await answer
    } catch (error) {
      throw rpc.$closed ? whenClosed() : asLabError(error)
    }
  }

  return {
    closed,
    subscribe: () => call(rpc.$call('subscribe')),
    run: async (command, input) => {
      const result = await call(rpc.$call('run', command, input))
      if (result.ok) return result.value as CommandOutput<typeof command>
      throw new LabError(result.failure.code, result.failure.params)
    },
  }
}

/** What went wrong unexpectedly comes as a plain failure. */
function asLabError(error: unknown): LabError {
  const { code, message, params } = error as Partial<Failure>
  if (code !== undefined && Object.hasOwn(ERROR_SENTENCES, code)) return new LabError(code, params)
  return new LabError('INTERNAL', { detail: message ?? String(error) })
}

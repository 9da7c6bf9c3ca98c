import { createBirpc } from 'birpc'
import { z } from 'zod'
import {
  COMMAND_INPUTS,
  LabError,
  toFailure,
  type ClientFunctions,
  type CommandName,
  type CommandResult,
  type Subscription,
} from '../../contract/index.ts'
import type { LabEngine } from '../index.ts'
import type { ClientChannel } from './client-channel.ts'

/** A person's window has a handful of calls open at a time; beyond this a client is broken or hostile. */
export const MAX_UNANSWERED_CALLS = 256

/** The only messages that the engine takes from a client: birpc's requests. (It never asks a client anything, so there are no answers.) */
const CALL = z.strictObject({
  t: z.literal('q'),
  m: z.string().max(64),
  a: z.array(z.unknown()).max(2),
  i: z.string().min(1).max(64).optional(),
  o: z.boolean().optional(),
})

/** What a client may call, as it arrives: nothing about the arguments is known yet. */
interface UntrustedFunctions {
  subscribe(...args: readonly unknown[]): Subscription
  run(...args: readonly unknown[]): Promise<CommandResult<CommandName>>
}

export interface ServedClient {
  /** Resolves when every call that came in is answered. */
  settled(): Promise<void>
}

/**
 * Lets a client drive the engine over a channel until the channel closes. What is no call is dropped; a call with
 * arguments of the wrong shape is answered with the failure `INPUT_INVALID`; answers carry failures as data and never a
 * stack trace.
 */
export function serveClient(engine: LabEngine, channel: ClientChannel): ServedClient {
  const calls = new OpenCalls()
  const connection = engine.connect({
    onEvents: (events) => void rpc.$callEvent('onEvents', events).catch(ignoreClosed),
    onTerminalData: (service, data, reset) =>
      void rpc.$callEvent('onTerminalData', service, data, reset).catch(ignoreClosed),
  })

  const functions: UntrustedFunctions = {
    subscribe: () => connection.functions.subscribe(),
    run: (...args) =>
      calls.track(async () => {
        try {
          const { command, input } = readCommand(args)
          if (calls.count > MAX_UNANSWERED_CALLS) throw tooManyCalls(command)
          return await connection.functions.run(command, input)
        } catch (error) {
          return { ok: false, failure: toFailure(error) }
        }
      }),
  }

  const rpc = createBirpc<ClientFunctions, UntrustedFunctions, false>(functions, {
    proxify: false,
    post: (data) => channel.post(data),
    on: (listener) =>
      channel.on((data) => {
        const call = CALL.safeParse(data)
        if (call.success) listener(call.data)
      }),
    serialize: withoutErrors,
    resolver: (name) => ownFunction(functions, name),
    onGeneralError: () => true,
  })

  channel.onClose(() => {
    rpc.$close()
    connection.close()
  })
  return { settled: () => calls.settled() }
}

/** The calls that came in and are not answered yet. */
class OpenCalls {
  count = 0
  #waiting: (() => void)[] = []

  async track<Value>(work: () => Promise<Value>): Promise<Value> {
    this.count += 1
    try {
      return await work()
    } finally {
      this.count -= 1
      // The answer is posted a few microtasks from here; a turn of the event loop later it is on its way.
      if (this.count === 0) setImmediate(() => this.#release())
    }
  }

  settled(): Promise<void> {
    if (this.count === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    if (this.count > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** The command that is meant. Its input is checked by the engine, against COMMAND_INPUTS. */
function readCommand(args: readonly unknown[]): { readonly command: CommandName; readonly input: never } {
  const [command, input] = args
  if (!isCommandName(command)) {
    const name = typeof command === 'string' ? command.slice(0, 64) : typeof command
    throw new LabError('INPUT_INVALID', { command: name, detail: 'there is no such command' })
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new LabError('INPUT_INVALID', { command, detail: 'its input is no object' })
  return { command, input: input as never }
}

function isCommandName(value: unknown): value is CommandName {
  return typeof value === 'string' && Object.hasOwn(COMMAND_INPUTS, value)
}

function tooManyCalls(command: string): LabError {
  return new LabError('INPUT_INVALID', {
    command,
    detail: `more than ${MAX_UNANSWERED_CALLS} commands of this client are unanswered`,
  })
}

/** birpc looks functions up along the prototype chain; `constructor` and the like are not ours to offer. */
function ownFunction(functions: UntrustedFunctions, name: string): (...args: unknown[]) => unknown {
  if (name === 'subscribe' || name === 'run') return functions[name]
  return () => {
    throw new LabError('INPUT_INVALID', { command: name, detail: 'there is no such function' })
  }
}

/** An error in an answer becomes the plain failure: no class, no stack trace crosses the border. */
function withoutErrors(message: { readonly e?: unknown }): object {
  return message.e === undefined ? message : { ...message, e: toFailure(message.e) }
}

/** A client that has gone away gets no more events; that is no failure. */
function ignoreClosed(): void {}

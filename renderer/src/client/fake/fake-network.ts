import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../../services/contract/index.ts'
import type { FakeRecorder } from './fake-packets.ts'

type NetworkCommand = Extract<
  CommandName,
  | 'readPackets'
  | 'findPacket'
  | 'readPacket'
  | 'followStream'
  | 'clearPackets'
  | 'setRecording'
  | 'exportCapture'
  | 'readTrace'
  | 'stepRequest'
  | 'stepNext'
  | 'stepPlay'
  | 'stepPause'
  | 'stepToEnd'
  | 'stepCancel'
  | 'saveReport'
>

async function refuse(): Promise<never> {
  throw new LabError('NETWORK_OFF', { state: 'off' })
}

type NetworkHandlers = {
  readonly [Name in NetworkCommand]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>>
}

/** What the fake lab answers about its network: packets are made up, requests are not stepped through. */
export function networkHandlers(recorder: FakeRecorder): NetworkHandlers {
  return {
    readPackets: async ({ filter, from, limit }) => recorder.readPage(filter, from, limit),
    findPacket: async ({ filter, no }) => recorder.findPacket(filter, no),
    readPacket: async ({ no }) => recorder.readPacket(no),
    followStream: async ({ connection }) => recorder.followStream(connection),
    async clearPackets() {
      recorder.clear()
      return null
    },
    setRecording: async ({ mode, ringBytes }) => recorder.setRecording(mode, ringBytes),
    exportCapture: async () => recorder.exportCapture(),
    readTrace: refuse,
    stepRequest: refuse,
    stepNext: refuse,
    stepPlay: refuse,
    stepPause: refuse,
    stepToEnd: refuse,
    stepCancel: refuse,
    saveReport: refuse,
  }
}

import type { CommandInput, CommandName, CommandOutput } from '../../../../services/contract/index.ts'
import type { FakeRecorder } from './fake-packets.ts'
import type { FakeSteps } from './fake-steps.ts'
import type { FakeTraces } from './fake-traces.ts'

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

type NetworkHandlers = {
  readonly [Name in NetworkCommand]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>>
}

interface FakeNetwork {
  readonly recorder: FakeRecorder
  readonly traces: FakeTraces
  readonly steps: FakeSteps
}

/** What the fake lab answers about its network: packets, traces and stops are made up. */
export function networkHandlers({ recorder, traces, steps }: FakeNetwork): NetworkHandlers {
  return {
    readPackets: async ({ filter, from, limit }) => recorder.readPage(filter, from, limit),
    findPacket: async ({ filter, no }) => recorder.findPacket(filter, no),
    readPacket: async ({ no }) => steps.packet(no) ?? recorder.readPacket(no),
    followStream: async ({ connection }) => recorder.followStream(connection),
    async clearPackets() {
      recorder.clear()
      return null
    },
    setRecording: async ({ mode, ringBytes }) => recorder.setRecording(mode, ringBytes),
    exportCapture: async () => recorder.exportCapture(),
    readTrace: async ({ trace }) => traces.read(trace),
    stepRequest: ({ url }) => steps.start(url),
    stepNext: () => steps.next(),
    stepPlay: ({ paceMs }) => steps.pace(paceMs),
    stepPause: () => steps.pace(null),
    stepToEnd: () => steps.toEnd(),
    stepCancel: () => steps.cancel(),
    saveReport: async ({ name, html }) => ({ path: `/home/student/hoplab/reports/${name}.html`, bytes: html.length }),
  }
}

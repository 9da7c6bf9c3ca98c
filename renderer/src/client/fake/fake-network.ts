import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandName } from '../../../../services/contract/index.ts'

/** The fake lab has no network: nothing is recorded, and it says so. */
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

export const NETWORK_HANDLERS: { readonly [Name in NetworkCommand]: () => Promise<never> } = {
  readPackets: refuse,
  findPacket: refuse,
  readPacket: refuse,
  followStream: refuse,
  clearPackets: refuse,
  setRecording: refuse,
  exportCapture: refuse,
  readTrace: refuse,
  stepRequest: refuse,
  stepNext: refuse,
  stepPlay: refuse,
  stepPause: refuse,
  stepToEnd: refuse,
  stepCancel: refuse,
  saveReport: refuse,
}

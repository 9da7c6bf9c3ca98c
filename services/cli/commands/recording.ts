import type { RecordingMode } from '../../contract/index.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { recordingAnswer } from '../json-answers.ts'
import { recordingText } from '../network-words.ts'

const BYTES_PER_MIB = 1024 * 1024

export interface RecordingOptions extends LabChoice {
  /** Room for packets, in MiB. */
  readonly ring?: number
}

/** Shows what is recorded, after setting what was asked for; what was not named stays as it is. */
export async function recording(
  context: CommandContext,
  mode: RecordingMode | undefined,
  options: RecordingOptions,
): Promise<void> {
  const { ring } = options
  const now = await withLab(context, options, async (lab) => {
    const { recording: before } = (await lab.subscribe()).state.network
    if (mode === undefined && ring === undefined) return before
    const ringBytes = ring === undefined ? before.ringBytes : ring * BYTES_PER_MIB
    return lab.run('setRecording', { mode: mode ?? before.mode, ringBytes })
  })
  context.out.result(recordingAnswer(now), () => recordingText(now))
}

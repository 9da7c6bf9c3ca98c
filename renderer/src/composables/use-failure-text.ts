import type { Failure } from '../../../services/contract/errors.ts'
import { useSentences } from '../i18n/use-sentences.ts'
import { useLabStore } from '../stores/lab.ts'

export interface FailureText {
  /** What happened, in the window's language. */
  failure(failure: Failure): string
  /** A text of the engine as it is. */
  local(text: string): string
}

/** Failures whose paths are shown from the lab's workspace on: what stands before is the same for all of them. */
export function useFailureText(): FailureText {
  const lab = useLabStore()
  const sentences = useSentences()
  const local = (text: string): string =>
    lab.state.workspace === null ? text : text.replaceAll(`${lab.state.workspace}/`, '')
  return { local, failure: (failure) => local(sentences.failure(failure)) }
}

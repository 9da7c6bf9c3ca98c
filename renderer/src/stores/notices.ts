import { defineStore } from 'pinia'
import { ref } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'

/** A short message at the edge of the window. Sentences are made where it is drawn, in the language of that moment. */
export interface Notice {
  readonly id: number
  readonly kind: 'error' | 'done'
  readonly failure: Failure | null
  /** Key of the sentence when there is no failure. */
  readonly messageKey: string
  readonly params: Readonly<Record<string, string | number>>
  /** What its copy button copies (a file's path, say); null without one. */
  readonly copy: string | null
}

/** More than this covers the lab; the oldest goes first. All of them are in the event log too. */
const MAX_NOTICES = 4

export const useNoticesStore = defineStore('notices', () => {
  const notices = ref<readonly Notice[]>([])
  let lastId = 0

  function add(notice: Omit<Notice, 'id'>): void {
    const same = (other: Notice): boolean =>
      other.messageKey === notice.messageKey && other.failure?.message === notice.failure?.message
    const others = notices.value.filter((other) => !same(other))
    notices.value = [...others, { ...notice, id: ++lastId }].slice(-MAX_NOTICES)
  }

  /** Shows why something did not work. Takes whatever was thrown. */
  function showFailure(error: unknown): void {
    add({ kind: 'error', failure: toFailure(error), messageKey: '', params: {}, copy: null })
  }

  function showDone(messageKey: string, params: Notice['params'] = {}, copy: string | null = null): void {
    add({ kind: 'done', failure: null, messageKey, params, copy })
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  /** Whoever opens a dialog has seen what was done before; what went wrong stays. */
  function dismissDone(): void {
    notices.value = notices.value.filter(({ kind }) => kind !== 'done')
  }

  return { notices, showFailure, showDone, dismiss, dismissDone }
})

import type { SavingKind, SavingWork } from '../contract/index.ts'

const DONE_WORDS: Readonly<Record<SavingKind, string>> = {
  take: 'snapshot taken',
  restore: 'snapshot restored',
  delete: 'snapshot deleted',
  pack: 'the lab was saved as a file',
}

/** `snapshot taken: monday`. */
export function savingWords({ kind, name }: SavingWork): string {
  return name === '' ? DONE_WORDS[kind] : `${DONE_WORDS[kind]}: ${name}`
}

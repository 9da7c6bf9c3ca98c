import { expect, it } from 'vitest'
import { ENGLISH_AUDIT_WORDS } from '../../../../../services/protocols/reports/audit-words.ts'
import { keysOf } from '../../../../../renderer/src/panels/audit/report-keys.ts'
import english from '../../../../../renderer/src/locales/en.json' with { type: 'json' }

const KEYS = keysOf(english.audit.report)

it('the report has the same words in the window as on the command line', () => {
  expect([...KEYS].toSorted()).toEqual(Object.keys(ENGLISH_AUDIT_WORDS).toSorted())
  const inWindow = KEYS.map((key) =>
    key.split('.').reduce<unknown>((words, part) => (words as Record<string, unknown>)[part], english.audit.report),
  )
  expect(inWindow).toEqual(KEYS.map((key) => ENGLISH_AUDIT_WORDS[key as 'title']))
})

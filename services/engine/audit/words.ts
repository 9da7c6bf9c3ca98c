/** An audit in words, for those who may not know the protocols. */
export { auditSentences } from '../../protocols/reports/audit-sentences.ts'
export { auditWords } from '../../protocols/reports/audit-words.ts'

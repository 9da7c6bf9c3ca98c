import { negativeTtl } from './client.ts'
import { CLASS_IN, rcodeName, typeName } from './codes.ts'
import { quoteString } from './escape.ts'
import { displayName, nameFromLabels } from './name.ts'
import type { Question, RecordData, RecordSet } from './records.ts'
import type { ResolvedAnswer } from './resolution.ts'
import { questionLabels, type Reply } from './responder.ts'

/** A query and its answer in words, for a log line. */

/** The question of a query, of which only the bytes are there. */
export function describeQuestion(message: Buffer, reply: Reply): string {
  const end = reply.questionEnd
  if (end === null) return 'unreadable query'
  const name = nameFromLabels(questionLabels(message))
  return questionText({ name, type: message.readUInt16BE(end - 4), class: message.readUInt16BE(end - 2) })
}

/** `A www.foobar.com`. */
export function questionText({ name, type, class: questionClass }: Question): string {
  const text = `${typeName(type)} ${displayName(name)}`
  return questionClass === CLASS_IN ? text : `${text} CLASS${questionClass}`
}

/** Records of a set that a line names; it counts the rest. */
const MAX_NAMED = 4

/** `NOERROR 127.10.0.10 ttl 60`, `NXDOMAIN ttl 300`, `NOERROR no data ttl 300`, `REFUSED`. */
export function describeOutcome(reply: Reply): string {
  const rcode = rcodeName(reply.rcode)
  if (reply.prepared === null) return rcode
  if (reply.truncated) return `${rcode} truncated`
  const { answer, authority } = reply.prepared.answer
  const [negative] = authority
  const words = [rcode]
  for (const set of answer) {
    const isLast = set === answer.at(-1)
    words.push(describeSet(set, isLast ? reply.first : 0))
    words.push(isLast ? `ttl ${set.ttl}` : '>')
  }
  if (negative?.type === 'NS') words.push(`referral to ${describeSet(negative, 0)}`)
  else if (negative && answer.length === 0) words.push(...(reply.rcode === 0 ? ['no data'] : []), `ttl ${negative.ttl}`)
  return words.join(' ')
}

/** What a resolver answers, as `describeOutcome` says it: `www.foobar.com > 127.10.0.10 ttl 48`, `ttl 30` of nothing. */
export function describeRecords({ answers, authorities }: Pick<ResolvedAnswer, 'answers' | 'authorities'>): string {
  const [negative] = authorities
  const last = answers.at(-1)
  const ofLast = answers.filter((record) => record.name === last?.name && record.type === last.type)
  const aliases = answers.slice(0, answers.length - ofLast.length)
  const words = [...aliases, ...ofLast].map((record) =>
    record.data.type === 'unknown' ? '...' : describeData(record.data),
  )
  const named = [
    ...words.slice(0, aliases.length).flatMap((word) => [word, '>']),
    words.slice(aliases.length, aliases.length + MAX_NAMED).join(', '),
  ]
  if (negative !== undefined) return [...named, `ttl ${negativeTtl([negative]) ?? 0}`].filter(Boolean).join(' ')
  return last === undefined ? '' : [...named, `ttl ${last.ttl}`].join(' ')
}

function describeSet(set: RecordSet, first: number): string {
  const turned = first === 0 ? set.data : [...set.data.slice(first), ...set.data.slice(0, first)]
  const named = turned.slice(0, MAX_NAMED).map((data) => describeData(data))
  if (turned.length > MAX_NAMED) named.push(`${turned.length - MAX_NAMED} more`)
  return named.join(', ')
}

/** The data of one record in words: `127.10.0.10`, `10 mail.foobar.com`. */
export function describeData(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address
    case 'NS':
    case 'CNAME':
      return displayName(data.target)
    case 'MX':
      return `${data.preference} ${displayName(data.target)}`
    case 'TXT':
      return data.strings.map((string) => quoteString(string)).join(' ')
    case 'SOA':
      return `serial ${data.serial}`
  }
}

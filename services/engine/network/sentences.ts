import {
  fillSentence,
  type PacketFilterError,
  type STEP_NEXTS,
  type STEP_WHYS,
  type StepLostReason,
  type TraceSentence,
} from '../../contract/index.ts'
import { FILTER_ERRORS, TRACE_SENTENCES } from '../../protocols/packets/index.ts'

/** The English words of what the engine says about the network, for clients without locale files. */

/** Who has the packet at a stop, and why. The window has `step.why.<key>` with the same places. */
export const STEP_WHY_SENTENCES: Readonly<Record<(typeof STEP_WHYS)[number], string>> = {
  dnsQuery: '{from} knows the name {name} but not its address, so it asks the DNS server {server}.',
  dnsAnswer: '{server} has found {name} in its zone: {address}. The answer may be kept for {ttl} s.',
  resolverAnswer: '{server} knows the address of {name}: {address}. The answer may be kept for {ttl} s.',
  request: '{from} asks for {target} at {address}:{port}: this is {to}.',
  balancerChose: '{balancer} has chosen {server} by {algorithm}. What it thinks of its servers: {backends}.',
  proxied: '{from} has no file for {target}, so it asks its application server {to}.',
  sql: '{from} needs data for the page and asks the database {to}: {sql}',
  response: '{from} has its answer for {to} ready: {status}.',
  databaseAnswer: 'The database {from} has run the SQL and sends {to} the result ({status}).',
}

/** What happens when the packet goes on. The window has `step.next.<key>` with the same places. */
export const STEP_NEXT_SENTENCES: Readonly<Record<(typeof STEP_NEXTS)[number], string>> = {
  dnsWillAnswer: '{server} looks for {name} in its zone and answers.',
  resolverWillAnswer: '{server} looks in its cache for {name}. What it does not find there it asks {servers}.',
  connectTo: 'The client opens a connection to {address}:{port}: this is {service}.',
  balancerWillChoose: '{balancer} chooses by {algorithm} among {candidates}.',
  webWillServe: '{web} answers by itself: {target} is a file of its release.',
  webWillPass: '{target} is no file of the release, so {web} asks {app}.',
  appWillRun: '{app} runs the code for {target}, which may ask the database.',
  databaseWillRun: '{db} runs the SQL and answers {from}.',
  backTo: '{to} gets the answer of {from} and goes on with its own work.',
  shown: 'The client has the whole answer of {from} and shows the page.',
}

const LOST_SENTENCES: Readonly<Record<StepLostReason, string>> = {
  'client-gone': 'The packet is lost: who asked for it has given up.',
  'server-gone': 'The packet is lost: the process that it was meant for has ended.',
  'nic-ends': 'The packet is lost: the network cards were started anew.',
}

/** A step of a trace, or a hop's note. */
export function tellTrace(sentence: TraceSentence): string {
  return tell(TRACE_SENTENCES, sentence)
}

export function tellStepWhy(sentence: TraceSentence): string {
  return tell(STEP_WHY_SENTENCES, sentence)
}

export function tellStepNext(sentence: TraceSentence): string {
  return tell(STEP_NEXT_SENTENCES, sentence)
}

export function tellStepLost(reason: StepLostReason | null): string {
  return reason === null ? 'The packet is lost.' : LOST_SENTENCES[reason]
}

/** What is wrong with a filter, without the place. */
export function tellFilterError(error: PacketFilterError): string {
  return tell(FILTER_ERRORS, error)
}

/** What is not known is written as a dash; a sentence that is missing shows as its key. */
function tell(
  sentences: Readonly<Record<string, string>>,
  { key, params }: Pick<TraceSentence, 'key' | 'params'>,
): string {
  const known = Object.entries(params).map(([name, value]) => [name, value === '' ? '-' : value])
  return fillSentence(sentences[key] ?? key, Object.fromEntries(known))
}

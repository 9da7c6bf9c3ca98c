import type { TraceSentence } from '../../../contract/network.ts'

/** The sentences that tell a trace; the window shows its own language's `packets.steps.<key>`. `{name}` stands for a parameter. */
export const TRACE_SENTENCES = {
  dnsAsked: '{from} asks the DNS server {to} for the {type} record of {name}.',
  resolverAsked: '{from} asks the resolver {to} for the {type} record of {name}.',
  resolverAsks: '{from} has no answer for {name} in its cache, so it asks the DNS server {to}.',
  dnsFromCache:
    '{to} answers from its cache, without asking the DNS server: {name} is {answers}. It has had this for {age} s and may give it for {ttl} s more.',
  dnsEmptyFromCache:
    '{to} answers from its cache that {name} has no such record ({rcode}): it asked {age} s ago, and does not ask again yet.',
  staleAnswer:
    'Why still the old answer? {to} goes by what it asked earlier, but the zone has said {zone} for {since} s. Visitors hear of it when the time to live ends, in {ttl} s, or at once when the cache is flushed.',
  dnsAnswered: '{to} answers: {name} is {answers}. The answer may be kept for {ttl} s.',
  dnsEmpty: '{to} answers that {name} has no such record ({rcode}).',
  dnsTruncated: '{to} answers that the answer is too long for a datagram; {from} asks again over TCP.',
  connected: '{from} opens a connection to {to} ({address}:{port}).',
  connectionReused: '{from} uses a connection to {to} that is open already.',
  balancerAsked: '{from} asks for {target}. The address belongs to the load balancer {to}.',
  webAsked: '{from} asks for {target}. The address belongs to the web server {to}.',
  balancerPassedOn: '{from} passes the request for {target} on to {to}, one of its servers.',
  balancerRetried: '{from} tries again: attempt {attempt} for {target} goes to {to}.',
  appAsked: '{from} asks its application server {to} for {target}, because the file is not static.',
  databaseAsked: '{from} asks the database {to}: {sql}',
  databaseCalled: '{from} calls the database {to}.',
  asked: '{from} asks {to}: {method} {target}.',
  fileAnswered: '{to} answers {status} by itself: {target} is a static file of its release.',
  appAnswered: '{to} has computed the page and answers {status}.',
  databaseAnswered: '{to} answers: rows {rows}, changed {changed}.',
  databaseFailed: '{to} answers with an error: {error}',
  answerPassedOn: '{to} passes the answer of {source} back to {from}: {status}.',
  answered: '{to} answers {from}: {status}.',
  held: 'The packet is held at the network card of {host}.',
  released: 'The packet goes on from the network card of {host}.',
  refused:
    '{to} refuses the connection of {from}: no process listens there. It is likely that this was for this request.',
  reset: 'The connection between {from} and {to} is broken off before the answer is complete.',
  closed: '{to} closes the connection before the answer is complete.',
  malformed: 'What {from} and {to} say to each other is no valid HTTP.',
  statusFailed: '{to} answers {status}; {from} does not pass that on, but tries again.',
} as const

export type SentenceKey = keyof typeof TRACE_SENTENCES

export interface Sentence extends TraceSentence {
  readonly key: SentenceKey
}

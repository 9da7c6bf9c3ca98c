import { CLIENT } from './topology-layout.ts'

/** Parameters of sentences that name somebody who takes part. */
const PARTIES: ReadonlySet<string> = new Set(['from', 'to', 'source'])

type Params = Readonly<Record<string, string | number>>

/** The parameters of a sentence, with the client called what the window calls it (`the browser`). */
export function withClientNamed(params: Params, client: string): Params {
  const entries = Object.entries(params).map(
    ([name, value]) => [name, PARTIES.has(name) && value === CLIENT ? client : value] as const,
  )
  return Object.fromEntries(entries)
}

/** Services keep their names as they are at the beginning of a sentence; the browser is an ordinary word. */
export function beginSentence(sentence: string, client: string): string {
  if (!sentence.startsWith(client)) return sentence
  return sentence.charAt(0).toLocaleUpperCase() + sentence.slice(1)
}

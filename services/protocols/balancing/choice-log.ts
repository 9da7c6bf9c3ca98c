import { BALANCER_REASONS, type BalancerChoice, type BalancerReason } from '../../contract/capacity.ts'

/** The last choices of a balancer, and how they travel over its runtime API (`show choices`): one JSON value a line. */

export type LoggedChoice = Omit<BalancerChoice, 'balancer'>

/** A bounded list of choices; the oldest give way. */
export class ChoiceLog {
  private readonly room: number
  private readonly kept: LoggedChoice[] = []
  private last = 0

  constructor(room: number) {
    this.room = room
  }

  add(choice: Omit<LoggedChoice, 'no'>): void {
    this.last += 1
    this.kept[(this.last - 1) % this.room] = { no: this.last, ...choice }
  }

  /** The newest ones with numbers above `after`, at most `limit`, oldest first. */
  since(after: number, limit: number): readonly LoggedChoice[] {
    const first = Math.max(after + 1, this.last - Math.min(this.kept.length, limit) + 1)
    const found: LoggedChoice[] = []
    for (let no = first; no <= this.last; no += 1) {
      const choice = this.kept[(no - 1) % this.room]
      if (choice !== undefined) found.push(choice)
    }
    return found
  }
}

export function formatChoices(choices: readonly LoggedChoice[]): string {
  return choices.map((choice) => `${JSON.stringify(choice)}\n`).join('')
}

/** Lines that are no choices are left out: another version of the balancer may say more. */
export function parseChoices(text: string, balancer: string): readonly BalancerChoice[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    const value: unknown = JSON.parse(line)
    return isChoice(value) ? [{ ...value, balancer }] : []
  })
}

function isChoice(value: unknown): value is LoggedChoice {
  if (typeof value !== 'object' || value === null) return false
  const { no, server, reason, candidates } = value as Partial<Record<keyof LoggedChoice, unknown>>
  return (
    typeof no === 'number' &&
    typeof server === 'string' &&
    BALANCER_REASONS.includes(reason as BalancerReason) &&
    Array.isArray(candidates)
  )
}

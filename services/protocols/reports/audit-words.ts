/** Every word of an audit's report. Whoever wants another language passes its own words under the same keys. */
export const ENGLISH_AUDIT_WORDS = {
  language: 'en',
  title: 'Single points of failure',
  introPredicted: 'What the plan of {topology} alone says about the loss of each part. Nothing was broken.',
  introProved:
    'Each part of {topology} was broken and repaired in turn, under {rate} requests per second and visitors who tried everything that the site does.',
  spofs: '{count} of {of} parts are single points of failure.',
  agreeing: 'Prediction and proof agree on {count} of {of} parts that were proved.',
  score: 'Marked correctly: {right} of {of}.',
  missed: 'Missed: {parts}.',
  wrong: 'Marked, but none: {parts}.',
  drawing: 'The plan',
  table: 'Part by part',
  kindOf: 'Kind',
  part: 'Part',
  marked: 'Your mark',
  predicted: 'Predicted',
  measured: 'Measured',
  failedOf: 'Failed',
  recovery: 'Repaired in (ms)',
  why: 'Why',
  yes: 'SPOF',
  no: 'none',
  client: 'Visitors',
  'kind.service': 'service',
  'kind.host': 'host',
  'kind.link': 'link',
  'effect.survives': 'survives',
  'effect.degraded': 'degraded',
  'effect.partly': 'fails in part',
  'effect.down': 'down',
  'capability.pages': 'files',
  'capability.dynamicPages': 'pages',
  'capability.reads': 'reading',
  'capability.writes': 'writing',
  'capability.newVisitors': 'new visitors',
  'is.survives': 'Survives: no request failed for long.',
  'is.degraded': 'Degraded: some requests failed until health checks noticed.',
  'is.partly': 'Fails in part: some requests go on failing, since nobody notices.',
  'is.down': 'Down: a single point of failure.',
  notProved: 'not proved: {detail}',
  notRun: 'not proved',
  differs: 'differs from the prediction',
  whatFails: 'Without it fail: {capabilities}.',
  killedOnly: 'All of its services were killed; the machine itself could not be powered off.',
  'reason.hostHolds': '{host} holds {services}.',
  'reason.onlyDns': 'Every new visitor needs {dns} to find the address, and there is no second one.',
  'reason.otherDns': 'Visitors ask {others} instead.',
  'reason.allPathsToSite': 'All paths to the site go through {through}.',
  'reason.allPathsToApplication': 'All paths to the application go through {through}.',
  'reason.allPathsToDatabase': 'All paths to the database go through {through}.',
  'reason.balancerTakesOut':
    '{balancer} takes {server} out after {fall} failed health checks ({path}) and sends everything to {others}.',
  'reason.backupTakesOver': '{balancer} takes {server} out when its health check ({path}) fails; {others} takes over.',
  'reason.healthCheckBlind':
    'The health check {path} does not look that far, so {balancer} goes on sending requests to {server}, where some fail.',
  'reason.healthCheckTakesAll':
    'The health check {path} fails on all servers at once, so {balancer} sends nothing anywhere.',
  'reason.filesStay': '{web} still serves files.',
  'reason.otherEntries': 'Visitors who were told another address still get in through {others}.',
  'reason.unused': 'No path of a visitor goes through it.',
  'difference.unexpectedSurvival':
    'It went on although the plan says it could not ({capabilities}): something answers that the plan does not know of, such as a cache.',
  'difference.unexpectedLoss':
    'It failed altogether although the plan has another path ({capabilities}): that path did not take over in time.',
  'difference.unexpectedPart':
    'Some of it went on failing ({capabilities}): health checks did not notice what the plan expects them to notice, or not in time.',
  made: 'Made {when} with Hoplab.',
} as const
export type AuditWord = keyof typeof ENGLISH_AUDIT_WORDS
export type AuditWords = Readonly<Record<AuditWord, string>>

/** English, with what is given in its place. */
export function auditWords(given: Readonly<Record<string, string>> = {}): AuditWords {
  const entries = Object.entries(ENGLISH_AUDIT_WORDS).map(([key, word]) => [key, given[key] ?? word])
  return Object.fromEntries(entries) as AuditWords
}

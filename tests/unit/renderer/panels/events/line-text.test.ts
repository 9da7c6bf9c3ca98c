import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import en from '../../../../../renderer/src/locales/en.json' with { type: 'json' }
import fr from '../../../../../renderer/src/locales/fr.json' with { type: 'json' }
import { describeDeployment } from '../../../../../renderer/src/panels/events/deployment-sentences.ts'
import { EventLog, type LogLine } from '../../../../../renderer/src/panels/events/event-log.ts'
import {
  lineSubject,
  linesAsText,
  lineText,
  type Speaker,
} from '../../../../../renderer/src/panels/events/line-text.ts'
import type { Sentence } from '../../../../../renderer/src/panels/events/sentence.ts'
import { describeServiceChange } from '../../../../../renderer/src/panels/events/service-sentences.ts'
import { BACKEND_STATES, DEPLOY_STEPS, LAB_PHASES, SERVICE_STATES } from '../../../../../services/contract/index.ts'
import type { NewLabEvent } from '../../../../../services/contract/index.ts'
import { DEPLOYMENT, EVERY_EVENT, FAILURE, numbered, REQUEST, TRAFFIC } from './fixtures.ts'

function speaker(language: 'en' | 'fr'): Speaker {
  const { t, te } = createI18n({ legacy: false, locale: language, messages: { en, fr } }).global
  return {
    language,
    say(key, params) {
      if (!te(key)) throw new Error(`${language} has no sentence ${key}`)
      return typeof params['count'] === 'number' ? t(key, params, params['count']) : t(key, params)
    },
    failure: (failure) => failure.message,
  }
}

function asLine(sentence: Sentence): LogLine {
  return { ...sentence, id: 1, atMs: 0 }
}

/** Every sentence that the log can say. */
function everySentence(): readonly LogLine[] {
  const backend = { balancer: 'lb-1', server: 'web-1', from: 'up' }
  const bare = { ...REQUEST, via: [], release: null }
  const events: readonly NewLabEvent[] = [
    ...Object.values(EVERY_EVENT),
    ...LAB_PHASES.map((phase) => ({ type: 'labPhaseChanged', phase }) as const),
    { type: 'backendsChanged', backends: [], changed: BACKEND_STATES.map((to) => ({ ...backend, to })) },
    { type: 'hostReleaseSwitched', host: 'server-1', from: null, to: 'v1' },
    { type: 'requestFinished', result: bare },
    { type: 'requestFinished', result: { ...bare, via: ['lb-1'] } },
    { type: 'requestFinished', result: { ...bare, failure: FAILURE } },
    { type: 'leftoversSwept', count: 1 },
    { type: 'trafficFinished', run: { ...TRAFFIC, failure: FAILURE } },
    { type: 'trafficFinished', run: { ...TRAFFIC, result: { ...TRAFFIC.result, succeeded: 2000 } } },
  ]
  const exits = [
    { code: 1, signal: null, lastLine: '' },
    { code: 1, signal: null, lastLine: 'x' },
    { code: null, signal: 'SIGKILL', lastLine: '' },
    { code: null, signal: 'SIGKILL', lastLine: 'x' },
  ]
  const services = [
    ...SERVICE_STATES.map((state) => ({ state })),
    ...exits.map((exit) => ({ state: 'failed', exit }) as const),
    { state: 'starting', pid: 1 } as const,
    { state: 'starting', restarts: 1 } as const,
    { automaticRestart: true },
    { automaticRestart: false },
    { failure: FAILURE },
  ].flatMap((patch) => describeServiceChange('web-1', patch))
  const result = { host: 'server-1', from: 'v1', to: 'v2', outageMs: 1, failure: null }
  const deployments = [true, false].flatMap((ok) =>
    describeDeployment(
      {
        ...DEPLOYMENT,
        steps: DEPLOY_STEPS.map((name) => ({
          name,
          host: 'server-1',
          startMs: 0,
          endMs: 1,
          ok,
          progress: null,
          planned: null,
        })),
        results: [true, false].map((rolledBack) => ({ ...result, ok, rolledBack })),
        endedAtMs: 2,
        ok,
      },
      null,
    ),
  )
  return [...new EventLog().update(numbered(events)), ...[...services, ...deployments].map(asLine)]
}

describe.each(['en', 'fr'] as const)('every line in %s', (language) => {
  it('has its sentence, with no place left open', () => {
    const lines = everySentence()
    expect(new Set(lines.map((line) => line.key)).size).toBeGreaterThan(50)
    const open = lines
      .map((line) => lineText(line, speaker(language)))
      .filter((text) => /[{}]|\bundefined\b/.test(text))
    expect(open).toEqual([])
  })
})

describe('lineText', () => {
  it('gives durations their unit, in the language', () => {
    const [line] = new EventLog().update(numbered([EVERY_EVENT.requestFinished]))
    if (!line) throw new Error('no line')
    // Between a figure and its unit stands a space that does not break.
    expect(lineText(line, speaker('en')).replaceAll('\u00a0', ' ')).toBe(
      'GET http://www.foobar.com:8080/: 200 OK in 12 ms, through lb-1 > web-1 > app-1 > db-1, release v1',
    )
    expect(lineText(line, speaker('fr'))).toMatch(/12\sms, par lb-1/)
  })

  it('tells one from several', () => {
    const texts = new EventLog()
      .update(numbered([{ type: 'leftoversSwept', count: 1 }, EVERY_EVENT.leftoversSwept]))
      .map((line) => lineText(line, speaker('en')))
    expect(texts).toEqual([
      '1 process of an earlier run was found and ended.',
      '2 processes of an earlier run were found and ended.',
    ])
  })

  it('says the reason of a failure after it', () => {
    const [line] = new EventLog().update(numbered([EVERY_EVENT.labFailed]))
    expect(line && lineText(line, speaker('en'))).toBe(`The lab failed. ${FAILURE.message}`)
  })
})

describe('linesAsText', () => {
  it('is a line each, with time, who, sentence and code', () => {
    const lines = new EventLog().update(
      numbered([EVERY_EVENT.labFailed, EVERY_EVENT.serviceChanged, EVERY_EVENT.hostReleaseSwitched]),
    )
    expect(linesAsText(lines, speaker('en'), (atMs) => String(atMs % 1000)).split('\n')).toEqual([
      `0\t-\tThe lab failed. ${FAILURE.message}\tRELEASE_BROKEN`,
      '1\tweb-1\tweb-1 is ready with release v1.',
      '2\tserver-1\tserver-1: “current” switched from v1 to v2.',
    ])
    expect(lines.map(lineSubject)).toEqual(['', 'web-1', 'server-1'])
  })
})

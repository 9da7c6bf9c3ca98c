import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AUDIT_CAPABILITIES, type AuditProof, type AuditState } from '../../../../services/contract/index.ts'
import { predictedAudit } from '../../../../services/engine/audit/prediction.ts'
import { auditCsv } from '../../../../services/protocols/reports/audit-csv.ts'
import { auditHtml } from '../../../../services/protocols/reports/audit-html.ts'
import { auditWords } from '../../../../services/protocols/reports/audit-words.ts'
import { parseTopology } from '../../../../services/protocols/topology/parse.ts'

const file = new URL('../../../../resources/topologies/1-distributed_web_infrastructure.yaml', import.meta.url)
const parsed = parseTopology(readFileSync(file, 'utf8'))
if (!parsed.ok) throw new Error('the shipped topology is broken')
const predicted = predictedAudit(parsed.topology)

const DOWN = Object.fromEntries(
  AUDIT_CAPABILITIES.map((capability) => [capability, { effect: 'down', tried: 12, failed: 12 }]),
) as AuditProof['capabilities']

/** web-1 was proved to be down, against its prediction. */
const proved: AuditState = {
  ...predicted,
  phase: 'done',
  rate: 40,
  rows: predicted.rows.map((row) =>
    row.id !== 'web-1'
      ? row
      : {
          ...row,
          state: 'done',
          measured: {
            ...{ method: 'kill', capabilities: DOWN, effect: 'down', spof: true, due: 100, failed: 90 },
            ...{ noticedMs: null, recoveryMs: 1234 },
          },
          agree: false,
          difference: { code: 'unexpectedLoss', params: { capabilities: 'pages,reads' } },
        },
  ),
}

describe('auditHtml', () => {
  it('is one page without scripts, files or network, with the plan drawn', () => {
    const html = auditHtml(predicted, auditWords())
    expect(html).not.toMatch(/<script|src=|href=|url\((?!#)/)
    expect(html).toContain('8 of 20 parts are single points of failure.')
    expect(html).toContain('✕ down')
    expect(html).toContain('All paths to the database go through db-1.')
    expect(html).not.toContain('Marked correctly')
  })

  it('shows where the proof differs, and the score of the marks', () => {
    const html = auditHtml(proved, auditWords(), [
      { kind: 'service', id: 'dns-1' },
      { kind: 'host', id: 'server-1' },
    ])
    expect(html).toContain('Prediction and proof agree on 0 of 1 parts that were proved.')
    expect(html).toContain('down (differs from the prediction)')
    expect(html).toContain('that path did not take over in time')
    expect(html).toContain('(files, reading)')
    expect(html).toContain('Marked correctly: 11 of 20.')
    expect(html).toContain('Marked, but none: server-1.')
  })

  it('speaks the reader’s language and lets nothing through as markup', () => {
    const html = auditHtml(predicted, auditWords({ title: 'Points <uniques>', 'effect.down': 'en panne' }))
    expect(html).toContain('<h1>Points &lt;uniques&gt;</h1>')
    expect(html).toContain('en panne')
  })
})

describe('auditCsv', () => {
  it('has a line for each part', () => {
    const lines = auditCsv(proved, [{ kind: 'service', id: 'web-1' }]).split('\r\n')
    expect(lines).toHaveLength(1 + 20 + 1)
    expect(lines[0]).toMatch(
      /^kind,id,marked,predictedSpof,predictedEffect,measuredSpof,measuredEffect,agree,failed,due,/,
    )
    expect(lines.find((line) => line.startsWith('service,web-1'))).toMatch(
      /^service,web-1,true,false,survives,true,down,false,90,100,,1234,kill,balancerTakesOut,/,
    )
    expect(lines.find((line) => line.startsWith('link,client>lb-1'))).toMatch(
      /^link,client>lb-1,false,true,down,,,,,,,,,allPathsToSite,,down,down,down,down,down,,,,,$/,
    )
  })
})

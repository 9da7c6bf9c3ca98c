import {
  auditKey,
  isSpof,
  type AuditComponent,
  type AuditPlan,
  type AuditRow,
  type LinkState,
} from '../../contract/index.ts'
import type { AuditWords } from './audit-words.ts'
import { escapeText } from './escape-text.ts'

/** Cards of hosts from left to right as a request travels; states by word and pattern as well as by colour. */

const CARD = { width: 190, head: 34, row: 26, gapX: 90, gapY: 26 } as const
const MARGIN = 12
const CLIENT = 'client'

interface Place {
  readonly x: number
  readonly y: number
  readonly height: number
}

export function auditDrawing({ hosts, links }: AuditPlan, rows: readonly AuditRow[], words: AuditWords): string {
  const places = placesOf(hosts, links)
  const byKey = new Map(rows.map((row) => [auditKey(row), row]))
  const hostOf = new Map(hosts.flatMap(({ id, services }) => services.map((service) => [service.id, id])))
  hostOf.set(CLIENT, CLIENT)
  const lines = links.map((link) => linkLine(link, byKey.get(`link:${link.id}`), places, hostOf, words))
  const cards = hosts.map(({ id, services }) => {
    const place = places.get(id) ?? { x: 0, y: 0, height: 0 }
    const parts: readonly AuditComponent[] = [
      { kind: 'host', id },
      ...services.map((service): AuditComponent => ({ kind: 'service', id: service.id })),
    ]
    const cells = parts.map((part, at) => cell(part, byKey.get(auditKey(part)), place, at, words))
    return `${cells.join('')}<rect x="${place.x}" y="${place.y}" width="${CARD.width}" height="${place.height}" rx="6" fill="none" stroke="#4a5058"/>`
  })
  const client = places.get(CLIENT) ?? { x: 0, y: 0, height: CARD.head }
  const visitors = `<rect x="${client.x}" y="${client.y}" width="${CARD.width}" height="${client.height}" rx="6" fill="#fff" stroke="#4a5058"/><text x="${client.x + 10}" y="${client.y + 22}" font-weight="600">${escapeText(words.client)}</text>`
  const all = [...places.values()]
  const width = Math.max(...all.map(({ x }) => x)) + CARD.width + MARGIN
  const height = Math.max(...all.map(({ y, height: tall }) => y + tall)) + MARGIN
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeText(words.drawing)}" font-size="13" font-family="system-ui, sans-serif">
<defs><pattern id="spof" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fde3e1"/><path d="M0 8L8 0" stroke="#d98f88" stroke-width="1"/></pattern></defs>
${[...lines, ...cards, visitors].join('\n')}
</svg>`
}

function cell(part: AuditComponent, row: AuditRow | undefined, place: Place, at: number, words: AuditWords): string {
  const height = at === 0 ? CARD.head : CARD.row
  const y = place.y + (at === 0 ? 0 : CARD.head + (at - 1) * CARD.row)
  const spof = row !== undefined && isSpof(row)
  const fill = row === undefined ? '#fff' : spof ? 'url(#spof)' : '#e2f3e8'
  const state = row === undefined ? '' : `${glyph(row)} ${words[`effect.${effectOf(row)}`]}`
  const baseline = y + height / 2 + 4.5
  return `<rect x="${place.x}" y="${y}" width="${CARD.width}" height="${height}" fill="${fill}" stroke="#c8ccd2"/><text x="${place.x + 10}" y="${baseline}"${at === 0 ? ' font-weight="600"' : ''}>${escapeText(part.id)}</text><text x="${place.x + CARD.width - 8}" y="${baseline}" text-anchor="end" fill="${spof ? '#9c1c13' : '#1d6b3a'}" font-size="11.5">${escapeText(state)}</text>`
}

function linkLine(
  { from, to }: LinkState,
  row: AuditRow | undefined,
  places: ReadonlyMap<string, Place>,
  hostOf: ReadonlyMap<string, string>,
  words: AuditWords,
): string {
  const [a, b] = [hostOf.get(from) ?? '', hostOf.get(to) ?? '']
  const start = places.get(a)
  const end = places.get(b)
  // Within a host there is no room for a line; the table has it.
  if (start === undefined || end === undefined || a === b) return ''
  const isAbove = end.x === start.x
  const [x1, y1] = isAbove
    ? [start.x + CARD.width / 2, end.y < start.y ? start.y : start.y + start.height]
    : [start.x + CARD.width, start.y + start.height / 2]
  const [x2, y2] = isAbove
    ? [end.x + CARD.width / 2, end.y < start.y ? end.y + end.height : end.y]
    : [end.x, end.y + end.height / 2]
  const spof = row !== undefined && isSpof(row)
  const colour = row === undefined ? '#4a5058' : spof ? '#c22f24' : '#2e7d4f'
  const label = row === undefined ? '' : glyph(row)
  const title =
    row === undefined ? '' : `<title>${escapeText(`${row.id}: ${words[`effect.${effectOf(row)}`]}`)}</title>`
  return `<g>${title}<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour}" stroke-width="2"${spof ? ' stroke-dasharray="7 4"' : ''} fill="none"/><text x="${(x1 + x2) / 2}" y="${(y1 + y2) / 2 - 5}" text-anchor="middle" fill="${colour}" font-weight="700">${label}</text></g>`
}

function effectOf({ measured, predicted }: AuditRow): AuditRow['predicted']['effect'] | 'degraded' {
  return measured?.effect ?? predicted.effect
}

function glyph(row: AuditRow): string {
  const effect = effectOf(row)
  return effect === 'down' ? '✕' : effect === 'partly' ? '◐' : '✓'
}

/** Each host in the column of its longest way from the visitors; name servers stand above these. */
function placesOf(hosts: AuditPlan['hosts'], links: readonly LinkState[]): ReadonlyMap<string, Place> {
  const hostOf = new Map(hosts.flatMap(({ id, services }) => services.map((service) => [service.id, id])))
  const isNameServer = (host: AuditPlan['hosts'][number]): boolean => host.services.every(({ role }) => role === 'dns')
  const ranks = new Map<string, number>([[CLIENT, 0]])
  // A plan has no cycles; as many rounds as hosts settle it.
  for (let round = 0; round < hosts.length; round += 1)
    for (const { from, to } of links) {
      const [a, b] = [from === CLIENT ? CLIENT : hostOf.get(from), hostOf.get(to)]
      if (a === undefined || b === undefined || a === b) continue
      ranks.set(b, Math.max(ranks.get(b) ?? 0, (ranks.get(a) ?? 0) + 1))
    }
  const tall = (services: number): number => CARD.head + services * CARD.row
  const columns: { id: string; height: number }[][] = [
    [
      ...hosts.filter(isNameServer).map(({ id, services }) => ({ id, height: tall(services.length) })),
      { id: CLIENT, height: CARD.head },
    ],
  ]
  for (const host of hosts) {
    if (isNameServer(host)) continue
    const column = ranks.get(host.id) ?? 1
    ;(columns[column] ??= []).push({ id: host.id, height: tall(host.services.length) })
  }
  const places = new Map<string, Place>()
  const used = columns.filter((column) => column !== undefined)
  const total = (column: (typeof used)[number]): number =>
    column.reduce((sum, { height }) => sum + height, 0) + CARD.gapY * (column.length - 1)
  const highest = Math.max(...used.map(total))
  used.forEach((column, at) => {
    let y = MARGIN + (highest - total(column)) / 2
    for (const { id, height } of column) {
      places.set(id, { x: MARGIN + at * (CARD.width + CARD.gapX), y, height })
      y += height + CARD.gapY
    }
  })
  return places
}

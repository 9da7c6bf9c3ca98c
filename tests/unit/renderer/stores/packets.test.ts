import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabError } from '../../../../services/contract/errors.ts'
import type { PacketRow } from '../../../../services/contract/index.ts'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useLayoutStore } from '../../../../renderer/src/stores/layout.ts'
import { useNoticesStore } from '../../../../renderer/src/stores/notices.ts'
import { usePacketsStore } from '../../../../renderer/src/stores/packets.ts'
import { useTracesStore } from '../../../../renderer/src/stores/traces.ts'

let packets: ReturnType<typeof usePacketsStore>
let asked: string[]
let rows: readonly PacketRow[]

beforeEach(async () => {
  localStorage.clear()
  setActivePinia(createPinia())
  const client = createFakeClient({ pace: 0 })
  asked = []
  const lab = useLabStore()
  await lab.connect({
    ...client,
    run: (command, input) => {
      asked.push(command)
      return client.run(command, input)
    },
  })
  packets = usePacketsStore()
  await lab.startLab('1-distributed_web_infrastructure')
  rows = (await packets.readPage('http', 0, 20)).rows
})

function row(at: number): PacketRow {
  return rows[at] ?? expect.fail(`no row ${at}`)
}

describe('the filter', () => {
  it('is taken once it is understood; until then the last one stands', async () => {
    await packets.checkFilter('dns')
    await packets.checkFilter('dns and fro')
    expect(packets.filter).toBe('dns')
    expect(packets.filterError).toMatchObject({ key: 'testExpected', start: 8, end: 11 })
    await packets.checkFilter('dns and udp')
    expect(packets.filter).toBe('dns and udp')
    expect(packets.filterError).toBeNull()
  })

  it('is the one that was typed last, whatever is answered first', async () => {
    const first = packets.checkFilter('frob')
    const second = packets.checkFilter('http')
    await Promise.all([first, second])
    expect(packets.filter).toBe('http')
    expect(packets.filterError).toBeNull()
  })
})

describe('the selected packet', () => {
  it('is read, and its link lights up', async () => {
    await packets.select(row(0))
    expect(packets.view?.row.no).toBe(row(0).no)
    expect(packets.litLink).toBe(row(0).link)
  })

  it('lights up its link only while the packets can be seen', async () => {
    const layout = useLayoutStore()
    await packets.select(row(0))
    layout.panelSeen('packets', true)
    expect(packets.litLink).toBe(row(0).link)
    layout.panelSeen('packets', false)
    layout.panelSeen('faults', true)
    expect(packets.litLink).toBeNull()
  })

  it('is the last of many that were passed over', async () => {
    asked = []
    await Promise.all([0, 1, 2, 3, 4].map((at) => packets.select(row(at))))
    expect(packets.view?.row.no).toBe(row(4).no)
    expect(asked.filter((command) => command === 'readPacket')).toHaveLength(2)
  })

  it('that is gone is a failure in its place, not a notice', async () => {
    await packets.select({ ...row(0), no: 1_000_000 })
    expect(packets.viewFailure?.code).toBe('PACKET_GONE')
    expect(useNoticesStore().notices).toEqual([])
    await packets.select(row(1))
    expect(packets.viewFailure).toBeNull()
    expect(packets.view?.row.no).toBe(row(1).no)
  })
})

describe('a stream', () => {
  it('knows who opened the connection, from packets of either direction', async () => {
    const request = rows.find(({ info }) => info.startsWith('GET')) ?? expect.fail('no request')
    const answer = rows.find(({ info, connection }) => info.startsWith('200') && connection === request.connection)
    for (const packet of [request, answer ?? expect.fail('no answer')]) {
      await packets.follow(packet)
      expect(packets.reading).toMatchObject({ client: request.from, server: request.to, failure: null })
    }
    expect(packets.reading?.stream?.chunks.map(({ from }) => from)).toEqual(['client', 'server'])
  })

  it('that was closed before it was read stays closed', async () => {
    const reading = packets.follow(row(0))
    packets.stopFollowing()
    await reading
    expect(packets.reading).toBeNull()
  })
})

it('shows the trace of a packet in its panel', () => {
  packets.openTrace(7)
  expect(useTracesStore().chosenId).toBe(7)
  expect(useLayoutStore().panelRequest?.panel).toBe('trace')
})

it('tells where a capture was written, to be copied', async () => {
  await packets.exportCapture()
  const [notice] = useNoticesStore().notices
  expect(notice).toMatchObject({ kind: 'done', messageKey: 'packets.exported' })
  expect(notice?.copy).toMatch(/capture.*\.pcapng$/)
})

it('sets the recording, and says what went wrong', async () => {
  await packets.setRecording('headers', 16 * 1024 * 1024)
  expect(packets.recording).toMatchObject({ mode: 'headers', ringBytes: 16 * 1024 * 1024 })
  await useLabStore().stopLab()
  await packets.setRecording('off')
  expect(useNoticesStore().notices[0]?.failure?.code).toBe('NETWORK_OFF' satisfies LabError['code'])
})

it('forgets selection, stream and filter when the lab goes', async () => {
  await packets.select(row(0))
  await packets.follow(row(0))
  await packets.checkFilter('dns')
  await useLabStore().stopLab()
  await Promise.resolve()
  expect([packets.selected, packets.reading]).toEqual([null, null])
  expect(packets.filterText).toBe('')
})

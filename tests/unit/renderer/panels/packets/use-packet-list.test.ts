import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { NO_RECORDING, type PacketPage } from '../../../../../services/contract/network.ts'
import { usePacketList, type PacketList } from '../../../../../renderer/src/panels/packets/use-packet-list.ts'
import { packetRow } from './fixtures.ts'

/** An engine with so many packets that pass; the position of a packet is its number. */
let first = 0
let end = 0
let scope: EffectScope
let list: PacketList
let onCleared: () => void
const filter = ref('')
const paused = ref(false)
const visible = ref(true)
const asked: (number | null)[] = []

async function read(_filter: string, from: number | null, limit: number): Promise<PacketPage> {
  asked.push(from)
  const start = Math.max(first, from ?? end - limit)
  const count = Math.max(0, Math.min(limit, end - start))
  const rows = Array.from({ length: count }, (_, at) => packetRow(start + at))
  return { error: null, firstIndex: first, endIndex: end, from: start, rows, recording: NO_RECORDING }
}

beforeEach(() => {
  vi.useFakeTimers()
  first = 0
  end = 1000
  asked.length = 0
  filter.value = ''
  paused.value = false
  visible.value = true
  onCleared = vi.fn()
  scope = effectScope()
  list = scope.run(() =>
    usePacketList({
      read,
      filter: () => filter.value,
      visible: () => visible.value,
      rowsInSight: () => 10,
      paused,
      onCleared: () => onCleared(),
    }),
  ) as PacketList
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

async function poll(): Promise<void> {
  await vi.advanceTimersByTimeAsync(250)
  await flushPromises()
}

function shown(): readonly (number | undefined)[] {
  return list.rows.value.map(({ row }) => row?.no)
}

describe('a list of packets', () => {
  it('follows the newest and reads only what is in sight', async () => {
    await poll()
    expect(list.top.value).toBe(990)
    expect(shown()).toContain(999)
    expect(shown().length).toBeLessThan(30)
    end = 5000
    await poll()
    expect(shown()).toContain(4999)
    expect(asked.every((from) => from === null || from > 900)).toBe(true)
  })

  it('stops following when a person scrolls up, and counts what came', async () => {
    await poll()
    list.scrollTo(500)
    await flushPromises()
    expect(list.following.value).toBe(false)
    expect(shown()).toContain(505)
    end = 1042
    await poll()
    expect(list.top.value).toBe(500)
    expect(list.missed.value).toBe(42)
    list.jumpToNewest()
    await flushPromises()
    expect(shown()).toContain(1041)
    expect(list.missed.value).toBe(0)
  })

  it('keeps in place what is looked at while the oldest give way', async () => {
    await poll()
    list.scrollTo(500)
    await poll()
    first = 400
    end = 1400
    await poll()
    expect(list.top.value).toBe(500)
    expect(shown()).toContain(500)
    first = 700
    await poll()
    expect(list.top.value).toBe(700)
  })

  it('stands still while paused, though recording goes on', async () => {
    await poll()
    paused.value = true
    await flushPromises()
    end = 1100
    await poll()
    expect(list.extent.value.end).toBe(1000)
    expect(list.top.value).toBe(990)
    expect(list.missed.value).toBe(100)
    paused.value = false
    await flushPromises()
    expect(list.extent.value.end).toBe(1100)
    expect(list.top.value).toBe(1090)
  })

  it('begins anew under another filter and after the packets were cleared', async () => {
    await poll()
    list.scrollTo(100)
    filter.value = 'dns'
    await flushPromises()
    end = 30
    await poll()
    expect(onCleared).toHaveBeenCalledTimes(1)
    expect(list.following.value).toBe(true)
    await poll()
    expect(list.extent.value).toMatchObject({ first: 0, end: 30 })
    expect(list.missed.value).toBe(0)
  })

  it('asks nothing while nobody looks', async () => {
    visible.value = false
    await poll()
    expect(asked).toEqual([])
  })

  it('says what a reading failed with, and recovers', async () => {
    await poll()
    const failure = new Error('no network')
    const failing = scope.run(() =>
      usePacketList({
        read: () => Promise.reject(failure),
        filter: () => '',
        visible: () => true,
        rowsInSight: () => 10,
        paused,
        onCleared,
      }),
    )
    await failing?.refresh()
    expect(failing?.failure.value).toBe(failure)
  })
})

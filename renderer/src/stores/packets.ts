import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'
import type {
  FollowedStream,
  PacketFilterError,
  PacketPage,
  PacketRow,
  PacketView,
  RecordingMode,
} from '../../../services/contract/index.ts'
import { formatBytes } from '../model/format.ts'
import { useLabStore } from './lab.ts'
import { useLayoutStore } from './layout.ts'
import { useNoticesStore } from './notices.ts'
import { oneOf, remembered } from './remembered.ts'
import { useSettingsStore } from './settings.ts'
import { useTracesStore } from './traces.ts'

/** `previous`: since the packet above it in the list. */
export const TIME_MODES = ['start', 'previous'] as const
export type TimeMode = (typeof TIME_MODES)[number]

/** A connection that is read as one text. */
export interface StreamReading {
  readonly connection: number
  /** Who opened the connection, and who accepted it. */
  readonly client: string
  readonly server: string
  /** Null while it is read. */
  readonly stream: FollowedStream | null
  readonly failure: Failure | null
}

/**
 * What a person does with the recorded packets: filter, selection, the stream that is followed. The packets themselves
 * stay in the engine; what is shown of them is replaced as a whole and never watched inside.
 */
export const usePacketsStore = defineStore('packets', () => {
  const lab = useLabStore()
  const layout = useLayoutStore()
  const notices = useNoticesStore()
  const settings = useSettingsStore()
  const traces = useTracesStore()

  /** What stands in the box, and the last of it that was understood. */
  const filterText = ref('')
  const filter = ref('')
  const filterError = shallowRef<PacketFilterError | null>(null)
  const selected = shallowRef<PacketRow | null>(null)
  const view = shallowRef<PacketView | null>(null)
  const viewFailure = shallowRef<Failure | null>(null)
  const reading = shallowRef<StreamReading | null>(null)
  const paused = ref(false)
  const timeMode = remembered<TimeMode>('packet-time', 'start', oneOf(TIME_MODES))
  /** Whether the settings of the recording are open at the status bar. */
  const recordingOpen = ref(false)
  /** Counts wishes to type a filter. */
  const filterRequests = ref(0)
  let lastCheck = 0

  const network = computed(() => lab.state.network)
  const recording = computed(() => network.value.recording)
  /** The link that lights up in the topology, while the packets are looked at. */
  const litLink = computed(() => (layout.isSeen('packets') ? (selected.value?.link ?? null) : null))

  function readPage(text: string, from: number | null, limit: number): Promise<PacketPage> {
    return lab.run('readPackets', { filter: text, from, limit })
  }

  /** Takes the text of the box: it becomes the filter once the engine understands it, until then the last one stands. */
  async function checkFilter(text: string): Promise<void> {
    filterText.value = text
    const check = ++lastCheck
    const error = await readPage(text, null, 0).then(
      (page) => page.error,
      // Without a recording nobody reads filters; the list says why there is none.
      () => null,
    )
    if (check !== lastCheck) return
    filterError.value = error
    if (error === null) filter.value = text.trim()
  }

  function requestFilter(): void {
    layout.showPanel('packets')
    filterRequests.value += 1
  }

  /** Shows only what passes a filter, from anywhere in the window. */
  function showOnly(text: string): void {
    layout.showPanel('packets')
    void checkFilter(text)
  }

  /** Where a packet stands under the filter; null when it does not pass or is gone. */
  async function findIndex(no: number): Promise<number | null> {
    try {
      return (await lab.run('findPacket', { filter: filter.value, no })).index
    } catch {
      return null
    }
  }

  /** Selects a packet and reads it. Of many in a row (a held arrow key) only the last is read to the end. */
  async function select(row: PacketRow | null): Promise<void> {
    if (row !== null && row.no === selected.value?.no) return
    selected.value = row
    viewFailure.value = null
    if (row === null) view.value = null
    else await readSelected()
  }

  let underWay: Promise<void> | null = null
  function readSelected(): Promise<void> {
    underWay ??= readUntilLast().finally(() => (underWay = null))
    return underWay
  }

  async function readUntilLast(): Promise<void> {
    for (let row = selected.value; row !== null && row.no !== view.value?.row.no; row = selected.value) {
      try {
        const answer = await lab.run('readPacket', { no: row.no })
        if (row === selected.value) view.value = answer
      } catch (error) {
        if (row !== selected.value) continue
        view.value = null
        viewFailure.value = toFailure(error)
        return
      }
    }
  }

  async function follow(row: PacketRow): Promise<void> {
    const { connection } = row
    const isRequest = lab.services.some(
      ({ address, port }) => address === row.destination.address && port === row.destination.port,
    )
    const [client, server] = isRequest ? [row.from, row.to] : [row.to, row.from]
    const begun = { connection, client, server, stream: null, failure: null }
    reading.value = begun
    const done = await lab.run('followStream', { connection }).then(
      (stream) => ({ ...begun, stream }),
      (error: unknown) => ({ ...begun, failure: toFailure(error) }),
    )
    if (reading.value === begun) reading.value = done
  }

  function stopFollowing(): void {
    reading.value = null
  }

  /** Shows the trace that a packet belongs to, in its panel. */
  function openTrace(trace: number): void {
    traces.choose(trace)
    layout.showPanel('trace')
  }

  async function clear(): Promise<void> {
    const cleared = await lab.run('clearPackets', {}).then(
      () => true,
      (error: unknown) => {
        notices.showFailure(error)
        return false
      },
    )
    if (cleared) forgetSelection()
  }

  function forgetSelection(): void {
    void select(null)
    reading.value = null
  }

  function setRecording(mode: RecordingMode, ringBytes: number = recording.value.ringBytes): Promise<unknown> {
    return lab.perform('recording', 'setRecording', { mode, ringBytes })
  }

  async function exportCapture(): Promise<void> {
    const file = await lab.perform('export-capture', 'exportCapture', {})
    if (file === null) return
    const size = formatBytes(file.bytes, settings.language)
    notices.showDone('packets.exported', { path: file.path, count: file.packets, size }, file.path)
  }

  watch(
    () => lab.state.topology,
    () => {
      forgetSelection()
      paused.value = false
      void checkFilter('')
    },
  )

  return {
    filterText,
    filter,
    filterError,
    selected,
    view,
    viewFailure,
    reading,
    paused,
    timeMode,
    recordingOpen,
    filterRequests,
    network,
    recording,
    litLink,
    readPage,
    checkFilter,
    requestFilter,
    showOnly,
    findIndex,
    select,
    follow,
    stopFollowing,
    openTrace,
    clear,
    forgetSelection,
    setRecording,
    exportCapture,
  }
})

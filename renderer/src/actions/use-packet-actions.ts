import {
  BrushCleaning,
  ChartNoAxesGantt,
  Circle,
  CircleDot,
  CircleOff,
  FileDown,
  Filter,
  FilterX,
  MessagesSquare,
  Pause,
  Play,
  Settings2,
  Timer,
} from '@lucide/vue'
import { computed, type Component, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { RECORDING_MODES, type PacketRow, type RecordingMode } from '../../../services/contract/network.ts'
import { alsoFilter } from '../panels/packets/filter-text.ts'
import { useLabStore } from '../stores/lab.ts'
import { usePacketsStore } from '../stores/packets.ts'
import { useSelectionStore } from '../stores/selection.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

const MODE_ICONS: Readonly<Record<RecordingMode, Component>> = { off: CircleOff, headers: Circle, full: CircleDot }

export interface PacketActions {
  readonly pause: ComputedRef<UiAction>
  readonly clear: ComputedRef<UiAction>
  readonly exportCapture: ComputedRef<UiAction>
  readonly toggleTime: ComputedRef<UiAction>
  readonly recording: ComputedRef<UiAction>
  readonly quickFilters: ComputedRef<readonly UiAction[]>
  /** What can be done with one packet: its context menu. */
  ofPacket(row: PacketRow): readonly UiAction[]
  /** For the command palette. */
  readonly all: ComputedRef<readonly UiAction[]>
}

/** Everything that can be done with recorded packets. */
export function usePacketActions(): PacketActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const packets = usePacketsStore()
  const selection = useSelectionStore()

  const noNetwork = computed(() => (packets.network.state === 'ready' ? null : t('packets.reasons.noNetwork')))
  const exporting = computed(() => (lab.busy.has('export-capture') ? t('packets.reasons.exporting') : null))

  function action(id: string, label: string, icon: Component, run: () => void, more: Partial<UiAction> = {}): UiAction {
    return simpleAction({ id: `packets:${id}`, group: 'network', label, icon, run, ...more })
  }

  function filterAction(id: string, label: string, filter: string, reason: string | null = null): UiAction {
    return action(id, label, Filter, () => packets.showOnly(filter), { reason, hint: filter })
  }

  const pause = computed(() =>
    action(
      'pause',
      packets.paused ? t('packets.goOn') : t('packets.pause'),
      packets.paused ? Play : Pause,
      () => (packets.paused = !packets.paused),
      { reason: noNetwork.value, hint: packets.paused ? null : t('packets.pauseHint') },
    ),
  )
  const clear = computed(() =>
    action('clear', t('packets.clear'), BrushCleaning, () => void packets.clear(), {
      reason: noNetwork.value,
      hint: t('packets.clearHint'),
    }),
  )
  const exportCapture = computed(() =>
    action('export', t('packets.export'), FileDown, () => void packets.exportCapture(), {
      reason: noNetwork.value ?? exporting.value,
      hint: t('packets.exportHint'),
    }),
  )
  const toggleTime = computed(() =>
    action('time', t('packets.toggleTime'), Timer, () => {
      packets.timeMode = packets.timeMode === 'start' ? 'previous' : 'start'
    }),
  )
  const recording = computed(() =>
    action('recording', t('packets.recordingSettings'), Settings2, () => (packets.recordingOpen = true)),
  )
  const modes = computed(() =>
    RECORDING_MODES.map((mode) =>
      action(`record:${mode}`, t(`packets.record.${mode}`), MODE_ICONS[mode], () => void packets.setRecording(mode), {
        reason: noNetwork.value,
      }),
    ),
  )

  /** The service or host that is selected in the topology. */
  const selectedName = computed(() => {
    const { selected } = selection
    if (selected === null) return null
    return selected.kind === 'client' ? 'client' : selected.id
  })
  const quickFilters = computed(() => {
    const name = selectedName.value
    const trace = packets.selected?.trace ?? null
    return [
      filterAction('dns-only', t('packets.quick.dns'), 'dns'),
      filterAction('http-only', t('packets.quick.http'), 'http'),
      filterAction('hrana-only', t('packets.quick.hrana'), 'hrana'),
      filterAction('errors', t('packets.quick.errors'), 'http.status >= 500'),
      filterAction('refused', t('packets.quick.refused'), 'kind reset or kind refused'),
      filterAction('faulty', t('packets.quick.faulty'), 'faulty'),
      filterAction(
        'selected',
        name === null ? t('packets.quick.selected') : t('packets.quick.host', { name }),
        `host ${name}`,
        name === null ? t('packets.reasons.nothingSelected') : null,
      ),
      filterAction(
        'trace',
        trace === null ? t('packets.quick.thisTrace') : t('packets.quick.trace', { trace }),
        `trace ${trace}`,
        trace === null ? t('packets.reasons.noTrace') : null,
      ),
      action('all', t('packets.quick.all'), FilterX, () => packets.showOnly('')),
    ]
  })

  function narrow(id: string, label: string, test: string): UiAction {
    return action(id, label, Filter, () => packets.showOnly(alsoFilter(packets.filter, test)), { hint: test })
  }

  function ofPacket(row: PacketRow): readonly UiAction[] {
    const { from, to, link, connection, trace } = row
    const [opener, acceptor] = link?.split('>') ?? []
    return [
      action('follow', t('packets.follow'), MessagesSquare, () => void packets.follow(row)),
      ...(trace === null
        ? []
        : [
            action('open-trace', t('packets.openTrace', { trace }), ChartNoAxesGantt, () => packets.openTrace(trace)),
            narrow('only-trace', t('packets.quick.trace', { trace }), `trace ${trace}`),
          ]),
      narrow('only-connection', t('packets.onlyConnection', { connection }), `connection ${connection}`),
      ...(opener === undefined || acceptor === undefined
        ? []
        : [narrow('only-link', t('packets.onlyLink', { from: opener, to: acceptor }), `link ${opener} > ${acceptor}`)]),
      ...[...new Set([from, to])].map((name) =>
        narrow(`only-${name}`, t('packets.quick.host', { name }), `host ${name}`),
      ),
    ]
  }

  const all = computed(() => [
    action('find', t('packets.find'), Filter, packets.requestFilter),
    ...quickFilters.value,
    pause.value,
    clear.value,
    exportCapture.value,
    toggleTime.value,
    recording.value,
    ...modes.value,
    ...(packets.selected === null
      ? []
      : ofPacket(packets.selected).filter(({ icon }) => icon === MessagesSquare || icon === ChartNoAxesGantt)),
  ])

  return { pause, clear, exportCapture, toggleTime, recording, quickFilters, ofPacket, all }
}

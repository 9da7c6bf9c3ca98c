import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Point } from '../model/topology-layout.ts'
import { isNumber, isRecord, oneOf, remembered } from './remembered.ts'

export const DOCK_PANELS = [
  'terminals',
  'packets',
  'trace',
  'traffic',
  'deployments',
  'events',
  'request',
  'faults',
  'dns',
  'audit',
  'capacity',
] as const
export type DockPanel = (typeof DOCK_PANELS)[number]

export const TOPOLOGY_VIEWS = ['map', 'table'] as const
export type TopologyView = (typeof TOPOLOGY_VIEWS)[number]

/** At 1366x768: the distributed topology at full size above, at least 12 terminal rows below. */
export const DEFAULT_DOCK_HEIGHT = 300
export const DEFAULT_INSPECTOR_WIDTH = 292

type Positions = Readonly<Record<string, Readonly<Record<string, Point>>>>
type SavedDock = Readonly<Record<string, unknown>>

/** Where things stand in the window; kept from one start to the next. */
export const useLayoutStore = defineStore('layout', () => {
  const inspectorWidth = remembered('inspector-width', DEFAULT_INSPECTOR_WIDTH, isNumber)
  const dockHeight = remembered('dock-height', DEFAULT_DOCK_HEIGHT, isNumber)
  const dock = remembered<SavedDock | null>('dock', null, isSavedDock)
  const topologyView = remembered<TopologyView>('topology-view', 'map', oneOf(TOPOLOGY_VIEWS))
  const positions = remembered<Positions>('positions', {}, arePositions)
  const dockMaximised = ref(false)
  /** Counts up when everything should stand as on the first day; panels watch it. */
  const resets = ref(0)
  /** A wish to bring a dock tab forward; `count` makes two equal wishes two events. */
  const panelRequest = ref<{ readonly panel: DockPanel; readonly count: number } | null>(null)

  /** The dock's panels that can be seen now; null before the dock stands. */
  const seenPanels = ref<ReadonlySet<DockPanel> | null>(null)

  function isSeen(panel: DockPanel): boolean {
    return seenPanels.value?.has(panel) ?? true
  }

  function panelSeen(panel: DockPanel, seen: boolean): void {
    const others = [...(seenPanels.value ?? [])].filter((one) => one !== panel)
    seenPanels.value = new Set(seen ? [...others, panel] : others)
  }

  function showPanel(panel: DockPanel): void {
    panelRequest.value = { panel, count: (panelRequest.value?.count ?? 0) + 1 }
  }

  function toggleTable(): void {
    topologyView.value = topologyView.value === 'map' ? 'table' : 'map'
  }

  function movedTo(topology: string, host: string, place: Point): void {
    positions.value = { ...positions.value, [topology]: { ...positions.value[topology], [host]: place } }
  }

  /** Forgets what was dragged in one topology. */
  function tidy(topology: string): void {
    positions.value = { ...positions.value, [topology]: {} }
  }

  function reset(): void {
    inspectorWidth.value = DEFAULT_INSPECTOR_WIDTH
    dockHeight.value = DEFAULT_DOCK_HEIGHT
    dock.value = null
    topologyView.value = 'map'
    dockMaximised.value = false
    resets.value += 1
  }

  return {
    inspectorWidth,
    dockHeight,
    dock,
    topologyView,
    positions,
    dockMaximised,
    resets,
    panelRequest,
    showPanel,
    isSeen,
    panelSeen,
    toggleTable,
    movedTo,
    tidy,
    reset,
  }
})

function isSavedDock(value: unknown): value is SavedDock {
  return isRecord(value) && isRecord(value['panels'])
}

function arePositions(value: unknown): value is Positions {
  return (
    isRecord(value) && Object.values(value).every((hosts) => isRecord(hosts) && Object.values(hosts).every(isPoint))
  )
}

function isPoint(value: unknown): value is Point {
  return isRecord(value) && isNumber(value['x']) && isNumber(value['y'])
}

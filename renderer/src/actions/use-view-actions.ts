import {
  CircleQuestionMark,
  Contrast,
  GitCommitHorizontal,
  Languages,
  Maximize2,
  Monitor,
  Moon,
  PanelsTopLeft,
  Presentation,
  Search,
  Sun,
  Table2,
  Workflow,
  X,
} from '@lucide/vue'
import { computed, type Component, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { DOCK_PANELS, useLayoutStore } from '../stores/layout.ts'
import { useLabStore } from '../stores/lab.ts'
import { useSelectionStore } from '../stores/selection.ts'
import { LANGUAGE_CHOICES, THEME_CHOICES, useSettingsStore, type ThemeChoice } from '../stores/settings.ts'
import { useSurfacesStore } from '../stores/surfaces.ts'
import { simpleAction, type UiAction } from './ui-action.ts'
import { positionsKey } from '../panels/topology/card-sizes.ts'

const THEME_ICONS: Readonly<Record<ThemeChoice, Component>> = {
  system: Monitor,
  light: Sun,
  dark: Moon,
  projector: Presentation,
}

export interface ViewActions {
  readonly toggleTable: ComputedRef<UiAction>
  readonly tidy: ComputedRef<UiAction>
  /** Packets as dots on the links, or not. */
  readonly packetDots: ComputedRef<UiAction>
  readonly maximiseDock: ComputedRef<UiAction>
  readonly resetLayout: ComputedRef<UiAction>
  readonly palette: ComputedRef<UiAction>
  readonly help: ComputedRef<UiAction>
  readonly panels: ComputedRef<readonly UiAction[]>
  readonly themes: ComputedRef<readonly UiAction[]>
  readonly languages: ComputedRef<readonly UiAction[]>
  readonly all: ComputedRef<readonly UiAction[]>
}

/** Everything that changes the window and not the lab. */
export function useViewActions(): ViewActions {
  const { t } = useI18n()
  const layout = useLayoutStore()
  const lab = useLabStore()
  const selection = useSelectionStore()
  const settings = useSettingsStore()
  const surfaces = useSurfacesStore()

  const toggleTable = computed(() =>
    simpleAction({
      id: 'toggle-table',
      group: 'view',
      label: t('palette.toggleTable'),
      icon: layout.topologyView === 'map' ? Table2 : Workflow,
      shortcut: 'Shift+W',
      reason: lab.state.topology === null ? t('reasons.noLab') : null,
      run: layout.toggleTable,
    }),
  )
  const tidy = computed(() =>
    simpleAction({
      id: 'tidy',
      group: 'view',
      label: t('palette.tidy'),
      icon: Workflow,
      reason: tidyReason(),
      run: () => layout.tidy(positionsKey(lab.state.topology ?? '', settings.theme)),
    }),
  )

  function tidyReason(): string | null {
    if (lab.state.topology === null) return t('reasons.noLab')
    return layout.topologyView === 'map' ? null : t('reasons.mapOnly')
  }

  const packetDots = computed(() =>
    simpleAction({
      id: 'packet-dots',
      group: 'view',
      label: settings.packetDots ? t('packets.hideDots') : t('packets.showDots'),
      icon: GitCommitHorizontal,
      run: () => {
        settings.packetDots = !settings.packetDots
      },
    }),
  )
  const maximiseDock = computed(() =>
    simpleAction({
      id: 'maximise-dock',
      group: 'view',
      label: t('palette.maximiseDock'),
      icon: Maximize2,
      run: () => {
        layout.dockMaximised = !layout.dockMaximised
      },
    }),
  )
  const resetLayout = computed(() =>
    simpleAction({
      id: 'reset-layout',
      group: 'view',
      label: t('palette.resetLayout'),
      icon: PanelsTopLeft,
      run: layout.reset,
    }),
  )
  const clearSelection = computed(() =>
    simpleAction({
      id: 'clear-selection',
      group: 'view',
      label: t('palette.clearSelection'),
      icon: X,
      run: selection.clear,
    }),
  )
  const palette = computed(() =>
    simpleAction({
      id: 'palette',
      group: 'help',
      label: t('toolbar.palette'),
      icon: Search,
      shortcut: 'Ctrl+K',
      run: () => {
        surfaces.paletteOpen = true
      },
    }),
  )
  const help = computed(() =>
    simpleAction({
      id: 'help',
      group: 'help',
      label: t('toolbar.help'),
      icon: CircleQuestionMark,
      shortcut: '?',
      run: () => {
        surfaces.helpOpen = true
      },
    }),
  )
  const panels = computed(() =>
    DOCK_PANELS.map((panel, index) =>
      simpleAction({
        id: `panel:${panel}`,
        group: 'view',
        label: t('palette.panel', { panel: t(`dock.${panel}`) }),
        icon: PanelsTopLeft,
        shortcut: index < 9 ? `Ctrl+${index + 1}` : null,
        run: () => layout.showPanel(panel),
      }),
    ),
  )
  const themes = computed(() =>
    THEME_CHOICES.map((choice) =>
      simpleAction({
        id: `theme:${choice}`,
        group: 'settings',
        label: t('palette.theme', { name: t(`themes.${choice}`) }),
        icon: choice === 'system' ? Contrast : THEME_ICONS[choice],
        run: () => {
          settings.themeChoice = choice
        },
      }),
    ),
  )
  const languages = computed(() =>
    LANGUAGE_CHOICES.map((choice) =>
      simpleAction({
        id: `language:${choice}`,
        group: 'settings',
        label: t('palette.language', { name: t(`languages.${choice}`) }),
        icon: Languages,
        run: () => {
          settings.languageChoice = choice
        },
      }),
    ),
  )
  const all = computed(() => [
    ...panels.value,
    toggleTable.value,
    tidy.value,
    packetDots.value,
    maximiseDock.value,
    resetLayout.value,
    clearSelection.value,
    ...themes.value,
    ...languages.value,
    help.value,
  ])
  return { toggleTable, tidy, packetDots, maximiseDock, resetLayout, palette, help, panels, themes, languages, all }
}

import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'
import type { CommandInput, ReleaseCheck, ReleaseDiff, ReleaseFile } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { useNoticesStore } from './notices.ts'

export const RELEASE_VIEWS = ['file', 'diff'] as const
export type ReleaseView = (typeof RELEASE_VIEWS)[number]

/** The file that a person most likely wants first. */
const FIRST_FILE = 'app/index.js'

const NO_EDITS: ReadonlyMap<string, string> = new Map()

/**
 * The release that is looked at, and what was changed in it by hand. A release is never changed under its name once it
 * was shipped or deployed: saving makes the next version, and goes on in that until it is deployed.
 */
export const useReleasesStore = defineStore('releases', () => {
  const lab = useLabStore()
  const notices = useNoticesStore()
  const view = ref<ReleaseView>('file')
  const chosen = ref<string | null>(null)
  const files = shallowRef<readonly ReleaseFile[]>([])
  const file = ref<string | null>(null)
  /** The text as it lies on the server; null while it is read, and for what is no text. */
  const saved = shallowRef<string | null>(null)
  /** Texts that were changed and not saved yet: by release, then by file. They stay when another release is looked at. */
  const unsaved = shallowRef<ReadonlyMap<string, ReadonlyMap<string, string>>>(new Map())
  /** Versions that were made here and never deployed: saving may write into them. */
  const drafts = shallowRef<ReadonlySet<string>>(new Set())
  const diff = shallowRef<ReleaseDiff | null>(null)
  const check = shallowRef<ReleaseCheck | null>(null)
  const failure = shallowRef<Failure | null>(null)
  /** Where the editor goes: a line from 1; `count` makes two equal wishes two events. */
  const goTo = ref<{ readonly line: number; readonly count: number } | null>(null)

  const releases = computed(() => lab.state.releases)
  const liveHosts = computed(() => lab.hosts.filter((host) => host.release !== null))
  /** What the others are compared with: the release of the first server. */
  const live = computed(() => liveHosts.value[0]?.release ?? null)
  const release = computed(() => {
    const known = (id: string | null): boolean => releases.value.some((one) => one.id === id)
    if (known(chosen.value)) return chosen.value
    return known(live.value) ? live.value : (releases.value[0]?.id ?? null)
  })
  const edits = computed(() => unsaved.value.get(release.value ?? '') ?? NO_EDITS)
  const text = computed(() => (file.value === null ? null : (edits.value.get(file.value) ?? saved.value)))
  const changed = computed(() => edits.value.size > 0)
  const isDraft = computed(() => release.value !== null && drafts.value.has(release.value))
  const saving = computed(() => lab.busy.has('save-release'))
  const checking = computed(() => lab.busy.has('check-release'))
  const importing = ref(false)

  watch(
    () => lab.state.workspace,
    () => {
      unsaved.value = new Map()
      drafts.value = new Set()
      chosen.value = null
    },
  )
  watch([release, () => lab.state.workspace], () => void openRelease(), { immediate: true })
  watch([() => view.value === 'diff', live, release], () => void readDiff())
  watch(
    () => lab.state.deployment?.release,
    (deployed) => {
      if (deployed !== undefined) drafts.value = new Set([...drafts.value].filter((id) => id !== deployed))
    },
  )

  async function openRelease(): Promise<void> {
    const asked = release.value
    check.value = null
    failure.value = null
    if (asked === null) {
      files.value = []
      file.value = saved.value = null
      return
    }
    try {
      const tree = await lab.run('readReleaseTree', { release: asked })
      if (release.value !== asked) return
      files.value = tree
      const texts = tree.filter((one) => one.text).map(({ path }) => path)
      const wanted = [file.value, FIRST_FILE, texts[0] ?? null].find((path) => path !== null && texts.includes(path))
      await openFile(wanted ?? null)
    } catch (error) {
      if (release.value === asked) failure.value = toFailure(error)
    }
  }

  async function openFile(path: string | null): Promise<void> {
    const asked = release.value
    file.value = path
    saved.value = null
    failure.value = null
    if (asked === null || path === null) return
    try {
      const answer = await lab.run('readReleaseFile', { release: asked, file: path })
      if (release.value === asked && file.value === path) saved.value = answer.text
    } catch (error) {
      if (release.value === asked && file.value === path) failure.value = toFailure(error)
    }
  }

  async function readDiff(): Promise<void> {
    const [from, to] = [live.value, release.value]
    diff.value = null
    if (view.value !== 'diff' || from === null || to === null) return
    try {
      const answer = await lab.run('diffReleases', { from, to })
      if (live.value === from && release.value === to) diff.value = answer
    } catch (error) {
      failure.value = toFailure(error)
    }
  }

  function choose(id: string): void {
    chosen.value = id
  }

  function edit(now: string): void {
    const path = file.value
    if (path === null || saved.value === null) return
    const next = new Map(edits.value)
    if (now === saved.value) next.delete(path)
    else next.set(path, now)
    setEdits(next)
  }

  function setEdits(next: ReadonlyMap<string, string>): void {
    const id = release.value
    if (id !== null) unsaved.value = new Map([...unsaved.value, [id, next]])
  }

  const dropEdits = (): void => setEdits(NO_EDITS)

  /** Writes what was changed: into the version made here, or into the next one. Answers which; null when it failed. */
  async function save(): Promise<string | null> {
    const from = release.value
    if (from === null || edits.value.size === 0) return null
    const written = [...edits.value]
    let target = drafts.value.has(from)
      ? from
      : ((await lab.perform('save-release', 'createRelease', { from }))?.id ?? null)
    for (const [path, now] of written) {
      if (target === null) return null
      const answer = await lab.perform('save-release', 'writeReleaseFile', { release: target, file: path, text: now })
      target = answer?.release ?? null
    }
    if (target === null) return null
    drafts.value = new Set([...drafts.value, target])
    dropEdits()
    chosen.value = target
    if (target === from) await openFile(file.value)
    notices.showDone('deployments.releases.saved', { release: target })
    return target
  }

  async function checkIt(): Promise<void> {
    const asked = release.value
    if (asked === null) return
    check.value = null
    const answer = await lab.perform('check-release', 'checkRelease', { release: asked })
    if (release.value === asked) check.value = answer
  }

  /** Makes the next version of files that a person brought, and looks at what is different in it. Answers which. */
  async function importFiles(brought: CommandInput<'importRelease'>['files']): Promise<string> {
    importing.value = true
    try {
      const { id } = await lab.run('importRelease', { files: brought })
      drafts.value = new Set([...drafts.value, id])
      chosen.value = id
      view.value = 'diff'
      return id
    } finally {
      importing.value = false
    }
  }

  /** Opens the place that a check complained about. */
  async function showFault({ file: path, line }: ReleaseCheck): Promise<void> {
    view.value = 'file'
    if (path !== null && path !== file.value) await openFile(path)
    if (line !== null) goTo.value = { line, count: (goTo.value?.count ?? 0) + 1 }
  }

  return {
    view,
    releases,
    release,
    live,
    liveHosts,
    files,
    file,
    saved,
    text,
    edits,
    unsaved,
    changed,
    isDraft,
    saving,
    checking,
    importing,
    diff,
    check,
    failure,
    goTo,
    choose,
    openFile,
    edit,
    dropEdits,
    save,
    importFiles,
    checkIt,
    showFault,
  }
})

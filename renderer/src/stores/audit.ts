import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { auditKey, isSpof, scoreOf } from '../../../services/contract/audit.ts'
import type { AuditComponent, AuditEffect, AuditState, ReportFormat } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { useNoticesStore } from './notices.ts'

/** What is drawn on a part of the topology once it is known. */
export interface AuditLook {
  readonly effect: AuditEffect
  readonly spof: boolean
  /** Measured, not only predicted. */
  readonly proved: boolean
}

/** The search for single points of failure: what the student marked, what the plan says, what the proof says. */
export const useAuditStore = defineStore('audit', () => {
  const lab = useLabStore()
  const notices = useNoticesStore()
  const marked = shallowRef<ReadonlySet<string>>(new Set())
  const prediction = shallowRef<AuditState | null>(null)
  /** Whether the topology shows what is known. */
  const onMap = ref(true)

  const proof = computed(() => lab.state.audit)
  const running = computed(() => proof.value !== null && proof.value.endedAtMs === null)
  /** The proof, else the prediction; null while the student still looks for them. */
  const shown = computed(() => proof.value ?? prediction.value)
  /** Everything that can be marked, in the order of the rows. */
  const parts = computed((): readonly AuditComponent[] => [
    ...lab.services.map(({ id }): AuditComponent => ({ kind: 'service', id })),
    ...lab.hosts.filter(({ kind }) => kind !== 'client').map(({ id }): AuditComponent => ({ kind: 'host', id })),
    ...lab.state.links.map(({ id }): AuditComponent => ({ kind: 'link', id })),
  ])
  const marks = computed(() => parts.value.filter((part) => marked.value.has(auditKey(part))))
  const score = computed(() =>
    shown.value === null || marks.value.length === 0 ? null : scoreOf(shown.value.rows, marks.value),
  )
  const looks = computed((): ReadonlyMap<string, AuditLook> => {
    if (!onMap.value || shown.value === null) return new Map()
    return new Map(
      shown.value.rows.map((row) => [
        auditKey(row),
        {
          effect: row.measured?.effect ?? row.predicted.effect,
          spof: isSpof(row),
          proved: row.measured !== null,
        },
      ]),
    )
  })

  // Another lab is another puzzle; so is one whose plan has changed.
  watch([() => lab.state.topology, () => parts.value.map(auditKey).join()], () => startOver())

  function isMarked(part: AuditComponent): boolean {
    return marked.value.has(auditKey(part))
  }

  function toggleMark(part: AuditComponent): void {
    const key = auditKey(part)
    const next = new Set(marked.value)
    if (!next.delete(key)) next.add(key)
    marked.value = next
  }

  function startOver(): void {
    marked.value = new Set()
    prediction.value = null
  }

  async function predict(): Promise<void> {
    prediction.value = (await lab.perform('predict-audit', 'predictAudit', {})) ?? prediction.value
  }

  function prove(): Promise<unknown> {
    return lab.perform('audit', 'startAudit', {})
  }

  function stop(): Promise<unknown> {
    return lab.perform('stop-audit', 'stopAudit', {})
  }

  /** Writes the report into the workspace and says where. */
  async function save(format: ReportFormat, words: Readonly<Record<string, string>>): Promise<void> {
    const input = { format, words: { ...words }, marks: marks.value.map(({ kind, id }) => ({ kind, id })) }
    const file = await lab.perform('save-audit', 'saveAudit', input)
    if (file) notices.showDone('audit.saved', { path: file.path }, file.path)
  }

  return {
    onMap,
    proof,
    running,
    shown,
    parts,
    marks,
    score,
    looks,
    isMarked,
    toggleMark,
    startOver,
    predict,
    prove,
    stop,
    save,
  }
})

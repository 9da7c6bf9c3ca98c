import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { inMebibytes, LAB_FILE_ENDING, LAB_FILE_LIMITS } from '../../../services/contract/saving.ts'
import { LabError } from '../../../services/contract/errors.ts'
import { pickFile, readBase64 } from '../actions/pick-folder.ts'
import { offerFile } from '../actions/offer-file.ts'
import { useLabStore } from './lab.ts'
import { useNoticesStore } from './notices.ts'
import { useSurfacesStore } from './surfaces.ts'

/** Snapshots of the lab, and the lab as one file. */
export const useSavingStore = defineStore('saving', () => {
  const lab = useLabStore()
  const notices = useNoticesStore()
  const surfaces = useSurfacesStore()
  const listOpen = ref(false)
  const snapshots = computed(() => lab.state.snapshots)
  /** Something is being written or read, or was just asked for. */
  const working = computed(() => lab.state.saving !== null || lab.busy.has('saving'))

  /** Whether it was taken. */
  async function take(name: string): Promise<boolean> {
    return (await lab.perform('saving', 'takeSnapshot', name === '' ? {} : { name })) !== null
  }

  async function restore(name: string): Promise<void> {
    const done = await lab.perform('saving', 'restoreSnapshot', { name })
    if (done !== null) notices.showDone('saving.restored', { name, before: done.before })
  }

  async function remove(name: string): Promise<void> {
    await lab.perform('saving', 'deleteSnapshot', { name })
  }

  /** Where it goes is asked by the system's dialog; this page never learns it. */
  async function saveFile(): Promise<void> {
    const file = await lab.perform('saving', 'packLab', {})
    if (file !== null) offerFile(file.name, file.base64)
  }

  /** Starts the lab of a file that the person chooses. */
  async function openFile(): Promise<void> {
    const file = await pickFile(LAB_FILE_ENDING)
    if (file === null) return
    const { bytes: most } = LAB_FILE_LIMITS
    try {
      if (file.size > most) throw new LabError('LAB_FILE_TOO_LARGE', inMebibytes(file.size, most))
      const base64 = await readBase64(file)
      const state = await lab.perform('start-lab', 'openLabFile', { name: file.name, base64 })
      lab.topologies = await lab.run('listTopologies', {})
      // The next start goes on with it.
      const opened = state?.workspace?.split(/[/\\]/).at(-1)
      if (opened !== undefined) surfaces.chosenTopology = opened
    } catch (error) {
      notices.showFailure(error)
    }
  }

  return { listOpen, snapshots, working, take, restore, remove, saveFile, openFile }
})

import { FolderInput } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { LabError } from '../../../services/contract/errors.ts'
import { findFolderFault, isTaken, type FolderFault } from '../../../services/contract/own-folder.ts'
import { useFormat } from '../composables/use-format.ts'
import { useLabStore } from '../stores/lab.ts'
import { useNoticesStore } from '../stores/notices.ts'
import { useReleasesStore } from '../stores/releases.ts'
import { pickFolder, readBase64, type PickedFolder } from './pick-folder.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

/**
 * A person's own folder as the next release: chosen, checked, copied to every server. `taken` gets the release's
 * name and the folder's when it is there; a failure
 * becomes a notice unless `failed` takes it.
 */
export function useOwnFolder(
  taken: (release: string, folder: string) => void,
  failed: (error: unknown) => void = useNoticesStore().showFailure,
): ComputedRef<UiAction> {
  const { t } = useI18n()
  const lab = useLabStore()
  const releases = useReleasesStore()
  const format = useFormat()

  async function run(): Promise<void> {
    const folder = await pickFolder()
    if (folder === null) return
    try {
      const release = await releases.importFiles(await filesOf(folder))
      taken(release, folder.name)
    } catch (error) {
      failed(error)
    }
  }

  async function filesOf(folder: PickedFolder): Promise<{ path: string; base64: string }[]> {
    const kept = folder.files.filter(({ path }) => isTaken(path))
    const fault = findFolderFault(kept.map(({ path, file }) => ({ path, bytes: file.size })))
    if (fault !== null) throw faultError(folder.name, fault)
    return Promise.all(
      kept.map(async ({ path, file }) => ({
        path,
        base64: await readBase64(file).catch(() => {
          throw unusable(folder.name, t('deployments.folder.unreadable', { file: path }))
        }),
      })),
    )
  }

  function faultError(folder: string, fault: FolderFault): LabError {
    switch (fault.kind) {
      case 'no-first-file':
        return unusable(folder, t('deployments.folder.noFirstFile', { file: fault.file }))
      case 'unusual-name':
        return unusable(folder, t('deployments.folder.unusualName', { file: fault.file }))
      case 'many':
        return tooLarge(t('deployments.folder.many', { count: fault.count, most: fault.most }))
      case 'large':
        return tooLarge(
          t('deployments.folder.large', { bytes: format.bytes(fault.bytes), most: format.bytes(fault.most) }),
        )
    }
  }

  return computed(() =>
    simpleAction({
      id: 'own-folder',
      group: 'deployments',
      label: t('deployments.folder.open'),
      icon: FolderInput,
      hint: t('deployments.folder.hint'),
      reason: reasonFor(),
      run: () => void run(),
    }),
  )

  function reasonFor(): string | null {
    if (lab.phase !== 'running') return t(`reasons.phase.${lab.phase}`)
    return releases.importing ? t('deployments.folder.copying') : null
  }
}

function unusable(folder: string, detail: string): LabError {
  return new LabError('FOLDER_UNUSABLE', { folder, detail })
}

function tooLarge(detail: string): LabError {
  return new LabError('RELEASE_TOO_LARGE', { detail })
}

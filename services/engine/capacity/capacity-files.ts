import type { CapacitySetting } from '../../contract/index.ts'
import { formatCapacityFile } from '../../protocols/capacity/report.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'
import { replaceFile } from '../workspace/replace-file.ts'
import type { Workspace } from '../workspace/workspace.ts'

type AppServer = Pick<PlannedOf<'app-server'>, 'id' | 'host'>

/** The file that an application server reads its workers from. */
export function capacityFile(service: AppServer, workspace: Workspace): string {
  return workspace.hostFolder(service.host, `${service.id}.workers.json`)
}

/** Written anew at each start: the setting belongs to the lab, so what a person writes there holds until then. */
export async function writeCapacity(
  service: AppServer,
  workspace: Workspace,
  setting: CapacitySetting | null,
): Promise<void> {
  await replaceFile(capacityFile(service, workspace), formatCapacityFile(setting))
}

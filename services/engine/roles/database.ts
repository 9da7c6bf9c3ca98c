import { mkdir } from 'node:fs/promises'
import type { PlannedOf } from '../plan/lab-plan.ts'
import { builtinCommand, listenOption, logFile, tcpProbe, type RoleContext, type RoleDriver } from './driver.ts'

function dataFile(service: PlannedOf<'database'>, context: RoleContext): string {
  return context.workspace.databasePath(service.host, service.spec.file)
}

/** One SQLite file, asked over HTTP. */
export const databaseRole: RoleDriver<'database'> = {
  async prepare(service, context) {
    await mkdir(context.workspace.hostFolder(service.host, 'data'), { recursive: true })
  },
  command: (service, context) =>
    builtinCommand('database', service, context, [
      '--listen',
      listenOption(service),
      '--file',
      dataFile(service, context),
    ]),
  probe: tcpProbe,
  files: (service, context) => [{ key: 'data', path: dataFile(service, context) }, logFile(service, context)],
  release: async () => null,
}

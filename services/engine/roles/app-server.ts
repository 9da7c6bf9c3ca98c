import { join } from 'node:path'
import { capacityFile, writeCapacity } from '../capacity/capacity-files.ts'
import {
  builtinCommand,
  callOption,
  listenOption,
  logFile,
  releaseOf,
  releaseOptions,
  tcpProbe,
  type RoleDriver,
} from './driver.ts'

/** Runs the application of the host's current release. */
export const appServerRole: RoleDriver<'app-server'> = {
  prepare: (service, context) => writeCapacity(service, context.workspace, context.capacityOf(service)),
  command(service, context) {
    const database = context.plan.service(service.spec.database)
    return builtinCommand('app-server', service, context, [
      ...['--listen', listenOption(service)],
      ...['--codebase', context.codebaseOf(service.host).folder],
      ...releaseOptions(context),
      ...['--database', `http://${callOption(database)}`],
      ...['--source', service.address],
      ...['--workers', capacityFile(service, context.workspace)],
    ])
  },
  probe: tcpProbe,
  files: (service, context) => [
    { key: 'release', path: join(context.codebaseOf(service.host).folder, 'current', 'app', 'index.js') },
    logFile(service, context),
  ],
  release: releaseOf,
}

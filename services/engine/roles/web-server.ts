import { join } from 'node:path'
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

/** Static files of the release, everything else to the application server on the same host. */
export const webServerRole: RoleDriver<'web-server'> = {
  prepare: async () => undefined,
  command(service, context) {
    const application = context.plan.service(service.spec.application)
    return builtinCommand('web-server', service, context, [
      ...['--listen', listenOption(service)],
      ...['--codebase', context.codebaseOf(service.host).folder],
      ...releaseOptions(context),
      ...['--app', callOption(application), '--app-name', application.id],
      ...['--source', service.address],
    ])
  },
  probe: tcpProbe,
  files: (service, context) => [
    { key: 'release', path: join(context.codebaseOf(service.host).folder, 'current', 'public') },
    logFile(service, context),
  ],
  release: releaseOf,
}

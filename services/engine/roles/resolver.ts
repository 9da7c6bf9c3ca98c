import { mkdir } from 'node:fs/promises'
import { builtinCommand, callOption, listenOption, logFile, tcpProbe, type RoleDriver } from './driver.ts'

/** Answers visitors from its cache, and asks the DNS servers of the lab for what it does not know. */
export const resolverRole: RoleDriver<'resolver'> = {
  async prepare(service, context) {
    await mkdir(context.workspace.hostFolder(service.host), { recursive: true })
  },
  command: (service, context) =>
    builtinCommand('resolver', service, context, [
      '--listen',
      listenOption(service),
      // From the host's own address, so that its network card knows which link the question goes over.
      '--source',
      service.address,
      '--control',
      `${service.address}:${service.statsPort}`,
      ...service.spec.servers.flatMap((id) => ['--server', callOption(context.plan.service(id))]),
      '--max-ttl',
      String(service.spec.maxTtl),
      '--max-negative-ttl',
      String(service.spec.maxNegativeTtl),
    ]),
  // A question would be answered from somewhere, and remembered.
  probe: tcpProbe,
  files: (service, context) => [logFile(service, context)],
  release: async () => null,
}

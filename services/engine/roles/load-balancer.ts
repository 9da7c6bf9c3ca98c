import { LabError } from '../../contract/index.ts'
import { renderHaproxyCfg } from '../../protocols/haproxy-cfg/render.ts'
import type { PlannedOf, PlannedService } from '../plan/lab-plan.ts'
import type { ProgramCommand } from '../supervisor/pty-process.ts'
import { builtinCommand, logFile, programEnvironment, tcpProbe, type RoleContext, type RoleDriver } from './driver.ts'
import { findEngineFile } from './find-engines.ts'

export function configPath(service: PlannedOf<'load-balancer'>, context: RoleContext): string {
  return context.workspace.hostFolder(service.host, 'haproxy.cfg')
}

/** False when the file was edited by hand, and stays as it is. */
export function writeBalancerConfig(service: PlannedOf<'load-balancer'>, context: RoleContext): Promise<boolean> {
  return context.workspace.files.write(configPath(service, context), configText(service, context))
}

/** Both engines read the same file. */
export const loadBalancerRole: RoleDriver<'load-balancer'> = {
  async prepare(service, context) {
    await writeBalancerConfig(service, context)
  },
  command(service, context) {
    const config = configPath(service, context)
    if (service.spec.engine === 'haproxy') return haproxyCommand(service, context, config)
    return builtinCommand('load-balancer', service, context, ['--config', config])
  },
  probe: tcpProbe,
  files: (service, context) => [{ key: 'config', path: configPath(service, context) }, logFile(service, context)],
  release: async () => null,
}

/** `-W`: in the foreground, a master that can start a new worker for a new file (HAProxy management guide, section 3). */
function haproxyCommand(service: PlannedService, context: RoleContext, config: string): ProgramCommand {
  const file = findEngineFile('haproxy')
  if (file === null) throw new LabError('ENGINE_NOT_FOUND', { service: service.id, engine: 'haproxy' })
  return {
    file,
    args: ['-W', '-f', config],
    cwd: context.workspace.hostFolder(service.host),
    env: programEnvironment(),
  }
}

function configText(service: PlannedOf<'load-balancer'>, context: RoleContext): string {
  const { algorithm, healthCheck, servers } = service.spec
  return renderHaproxyCfg({
    name: service.id,
    bind: { address: service.listenAddress, port: service.port },
    stats: { address: service.address, port: service.statsPort },
    balance: algorithm,
    check: healthCheck,
    source: service.address,
    servers: servers.map(({ service: id, weight, backup }) => {
      const { address, port } = context.plan.service(id)
      return { name: id, address, port, weight, backup }
    }),
  })
}

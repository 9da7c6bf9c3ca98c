import { join } from 'node:path'
import type { EngineOptions } from './index.ts'
import { currentPlatform } from './platform/current-platform.ts'

/**
 * Where everything lies that an engine needs. `root` is the project's folder, or the folder of a packaged app that
 * holds the same files in the same places.
 */
export function engineOptions(root: string, env: NodeJS.ProcessEnv): EngineOptions {
  const platform = currentPlatform()
  return {
    nodePath: join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    programsDir: join(root, 'out', 'programs'),
    resourcesDir: join(root, 'resources'),
    stateDir: platform.stateFolder(env),
    workspacesDir: platform.workspacesFolder(env),
  }
}

import { app } from 'electron'
import { join } from 'node:path'

export interface AppPaths {
  /** Where programs, resources and the pinned Node lie as files: the project, or a packaged app's resources folder. */
  readonly root: string
  readonly rendererDir: string
  readonly preload: string
  readonly engineModule: string
}

/** Where the built parts lie, from the project's folder and from a package. */
export function appPaths(): AppPaths {
  const bundle = join(app.getAppPath(), 'out')
  return {
    root: app.isPackaged ? process.resourcesPath : app.getAppPath(),
    rendererDir: join(bundle, 'renderer'),
    preload: join(bundle, 'preload', 'index.cjs'),
    engineModule: join(bundle, 'main', 'engine-process.js'),
  }
}

import { app, Menu } from 'electron'
import { EngineHost } from './engine-host.ts'
import { serveEnginePorts } from './engine-ports.ts'
import { installMenu } from './menu.ts'
import { appPaths } from './paths.ts'
import { forbidEverythingElse, registerAppScheme, serveRenderer } from './security.ts'
import { stopBeforeQuitting } from './shutdown.ts'
import { focusAnyWindow, openWindow, tellWindows } from './windows.ts'

registerAppScheme()
// Else Electron makes its own menu first, only to have it replaced.
Menu.setApplicationMenu(null)
// The switch would be overridden and every window crash as root; only launchers of tests and of root's `npm start` add it.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

function start(): void {
  const paths = appPaths()
  serveRenderer(paths.rendererDir)
  forbidEverythingElse()
  const engine = new EngineHost(paths.engineModule, paths.root, tellWindows)
  serveEnginePorts(engine)
  stopBeforeQuitting(engine)
  installMenu(() => openWindow(paths.preload))
  openWindow(paths.preload)
  app.on('second-instance', () => focusAnyWindow() || openWindow(paths.preload))
  app.on('activate', () => focusAnyWindow() || openWindow(paths.preload))
}

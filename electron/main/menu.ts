import { app, Menu, type MenuItemConstructorOptions } from 'electron'

const WORDS = {
  en: { file: 'File', newWindow: 'New Window', view: 'View' },
  fr: { file: 'Fichier', newWindow: 'Nouvelle fenêtre', view: 'Affichage' },
}

/**
 * The window has its own toolbar and palette; the menu is there for the accelerators (and on macOS because a menu bar
 * is). Editing needs menu items on macOS only: elsewhere Chromium knows Ctrl+C itself, and in a terminal Ctrl+C belongs
 * to the program that runs there.
 */
export function installMenu(openWindow: () => unknown): void {
  const words = app.getLocale().startsWith('fr') ? WORDS.fr : WORDS.en
  const isMac = process.platform === 'darwin'
  const newWindow = { label: words.newWindow, accelerator: 'CmdOrCtrl+Shift+N', click: () => void openWindow() }
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    { role: 'toggleDevTools' },
  ]
  const own: MenuItemConstructorOptions[] = [
    { label: words.file, submenu: [newWindow, { role: isMac ? 'close' : 'quit' }] },
    { label: words.view, submenu: view },
  ]
  const mac: MenuItemConstructorOptions[] = isMac
    ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]
    : []
  Menu.setApplicationMenu(Menu.buildFromTemplate([...mac.slice(0, 1), ...own, ...mac.slice(1)]))
}

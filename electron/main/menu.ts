import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../ipc/contract.ts'

export interface MenuActions {
  command(name: MenuCommand): void
  newWindow(): void
  addKubeconfig(): void
  openFile(): void
  restartHost(): void
  openExternal(url: string): void
  /** Only where a feed of new versions is configured. */
  checkForUpdates?(): void
}

const item = (label: string, accelerator: string | undefined, click: () => void): MenuItemConstructorOptions => ({
  label,
  click,
  ...(accelerator === undefined ? {} : { accelerator }),
})
const separator: MenuItemConstructorOptions = { type: 'separator' }

/** The application menu. On macOS the first one carries the application's name and what belongs there. */
export function menuTemplate(platform: string, developer: boolean, actions: MenuActions): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const app: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [
      item('New Window', 'CmdOrCtrl+Shift+N', actions.newWindow),
      separator,
      item('New Object…', 'CmdOrCtrl+N', () => actions.command('compose')),
      item('Open File of Objects…', 'CmdOrCtrl+O', actions.openFile),
      item('Add Kubeconfig…', 'CmdOrCtrl+Shift+O', actions.addKubeconfig),
      separator,
      { role: 'close' },
      ...(mac ? [] : [{ role: 'quit' } as const]),
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      item('Command Palette', 'CmdOrCtrl+K', () => actions.command('palette')),
      item('Filter', 'CmdOrCtrl+F', () => actions.command('new-filter')),
      item('Show or Hide Dock', 'CmdOrCtrl+J', () => actions.command('toggle-dock')),
      item('Light or Dark', undefined, () => actions.command('toggle-theme')),
      separator,
      { role: 'reload' },
      ...(developer ? [{ role: 'toggleDevTools' } as const] : []),
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
    ],
  }
  const cluster: MenuItemConstructorOptions = {
    label: 'Local Control Plane',
    submenu: [item('Show Log', undefined, () => actions.command('local-log')), item('Restart', undefined, actions.restartHost)],
  }
  const help: MenuItemConstructorOptions = {
    role: 'help',
    submenu: [
      item('Keyboard', undefined, () => actions.command('keyboard-help')),
      item('Kubernetes Documentation', undefined, () => actions.openExternal('https://kubernetes.io/docs/')),
      separator,
      item('Third-Party Notices', undefined, () => actions.command('notices')),
      ...(actions.checkForUpdates ? [item('Check for Updates…', undefined, actions.checkForUpdates)] : []),
      ...(mac ? [] : [{ role: 'about' } as const]),
    ],
  }
  return [...(mac ? [app] : []), file, { role: 'editMenu' }, view, cluster, { role: 'windowMenu' }, help]
}

import type { MenuItemConstructorOptions } from 'electron'
import type { HostStatus, LocalReport } from '../ipc/contract.ts'

export interface TrayActions {
  show(): void
  newWindow(): void
  local(action: 'start' | 'stop' | 'restart'): void
  quit(): void
}

/** What the tray tells: the control plane itself, and where it cannot be known, the program that holds it. */
export interface TrayState {
  host: HostStatus
  local: LocalReport | undefined
}

export type TrayTone = 'ok' | 'busy' | 'bad' | 'muted'

interface Told {
  tone: TrayTone
  text: string
}

const localTold: Record<LocalReport['state'], Told> = {
  running: { tone: 'ok', text: 'Local control plane: running' },
  starting: { tone: 'busy', text: 'Local control plane: starting' },
  stopped: { tone: 'muted', text: 'Local control plane: stopped' },
  failed: { tone: 'bad', text: 'Local control plane: failed' },
}
const hostTold: Record<HostStatus['state'], Told> = {
  running: localTold.starting,
  starting: localTold.starting,
  restarting: { tone: 'busy', text: 'Local control plane: starting again' },
  stopped: localTold.stopped,
  failed: localTold.failed,
}

const told = ({ host, local }: TrayState): Told =>
  host.state === 'running' && local !== undefined ? localTold[local.state] : hostTold[host.state]

/** Kept to one line: systems cut a tooltip. */
const mostMessage = 120

/** The tray's tooltip: the state, and why. */
export function trayTip(state: TrayState): string {
  const message = (state.host.state === 'running' ? state.local?.message : state.host.message) ?? ''
  const short = message.length > mostMessage ? `${message.slice(0, mostMessage - 1)}…` : message
  return ['Binnacle', told(state).text, short].filter(Boolean).join('\n')
}

export function trayTemplate(state: TrayState, actions: TrayActions): MenuItemConstructorOptions[] {
  const held = state.host.state === 'running'
  const local = state.local?.state
  return [
    { label: told(state).text, enabled: false },
    { type: 'separator' },
    { label: 'Open Binnacle', click: actions.show },
    { label: 'New Window', click: actions.newWindow, enabled: held },
    { type: 'separator' },
    { label: 'Start', enabled: held && (local === 'stopped' || local === 'failed'), click: () => actions.local('start') },
    { label: 'Stop', enabled: held && local === 'running', click: () => actions.local('stop') },
    { label: 'Restart', enabled: held && local === 'running', click: () => actions.local('restart') },
    { type: 'separator' },
    { label: 'Quit Binnacle', click: actions.quit },
  ]
}

/** The slice of Electron's Tray that is used. */
export interface TrayLike<Image, Menu> {
  setImage(image: Image): void
  setToolTip(text: string): void
  setContextMenu(menu: Menu): void
}

/** Keeps a tray's picture, tooltip and menu what the state is. */
export class TrayIcon<Image, Menu> {
  readonly #tray: TrayLike<Image, Menu>
  readonly #image: (tone: TrayTone) => Image
  readonly #menu: (template: MenuItemConstructorOptions[]) => Menu
  readonly #actions: TrayActions
  #tone: TrayTone | undefined
  #told = ''

  constructor(init: {
    tray: TrayLike<Image, Menu>
    image: (tone: TrayTone) => Image
    menu: (template: MenuItemConstructorOptions[]) => Menu
    actions: TrayActions
  }) {
    this.#tray = init.tray
    this.#image = init.image
    this.#menu = init.menu
    this.#actions = init.actions
  }

  show(state: TrayState): void {
    const { tone } = told(state)
    const tip = trayTip(state)
    // A menu that is open closes when it is set anew: only for another state.
    const mark = `${state.host.state} ${state.local?.state} ${tip}`
    if (mark === this.#told) return
    this.#told = mark
    if (tone !== this.#tone) this.#tray.setImage(this.#image((this.#tone = tone)))
    this.#tray.setToolTip(tip)
    this.#tray.setContextMenu(this.#menu(trayTemplate(state, this.#actions)))
  }
}

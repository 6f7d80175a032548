/**
 * What the window may ask of the shell, and what the shell tells it. Everything about clusters goes over HTTP to the gateway; only
 * windows, menus, files and the life of the host process are here. This file imports nothing.
 */

export type HostState = 'starting' | 'running' | 'restarting' | 'stopped' | 'failed'

/** The program that holds the gateway and the control plane, as the shell sees it. */
export interface HostStatus {
  state: HostState
  /** Milliseconds since the epoch of the last time it became ready; 0 if it never was. */
  startedAt: number
  /** Starts that followed an unexpected end. */
  restarts: number
  /** Why it is not running, or when it is tried again. */
  message?: string
}

export interface HostLogLine {
  /** Milliseconds since the epoch. */
  time: number
  stream: 'stdout' | 'stderr' | 'shell'
  text: string
}

/** The local control plane inside that program, as the host tells it. */
export interface LocalReport {
  state: 'starting' | 'running' | 'stopped' | 'failed'
  /** Why it is not running. */
  message?: string
}

/** What is told of an object that the user has pinned. */
export interface Notice {
  title: string
  body: string
  /** The place in the window that a click leads to: `/c/…`. */
  path: string
}

/** A file of objects that the system asks to open; nothing of it is applied before it is shown. */
export interface OpenedFile {
  name: string
  text: string
}

export interface WindowStatus {
  maximized: boolean
  fullScreen: boolean
  focused: boolean
}

/** What a menu item asks of the window; the renderer has a command of each name. */
export const menuCommands = [
  'palette',
  'new-filter',
  'compose',
  'toggle-theme',
  'toggle-dock',
  'local-log',
  'keyboard-help',
  'notices',
] as const
export type MenuCommand = (typeof menuCommands)[number]

/** The window asks, the shell answers. Arguments are checked on arrival; a wrong one rejects. */
export interface Calls {
  minimizeWindow(): void
  toggleMaximizeWindow(): void
  closeWindow(): void
  windowStatus(): WindowStatus
  /** Opens a place (`/c/…`) in a window of its own; false when it is none. */
  openWindow(path: string): boolean
  /** Shows a notification of the system; false when it shows none, or has told of this just now. */
  notify(notice: Notice): boolean
  /** Files that the system asked to open in this window; each is given once. */
  takeOpenedFiles(): OpenedFile[]
  /** Opens an https address in the system browser; false for any other. */
  openExternal(url: string): boolean
  /** Asks where, then writes. `name` is a file name without folders. False when the person cancelled. */
  saveFile(name: string, content: string | Uint8Array): boolean
  /** Asks for a kubeconfig and adds its contexts for this run. False when the person cancelled. */
  addKubeconfig(): boolean
  hostStatus(): HostStatus
  /** The last lines, oldest first. */
  hostLog(): HostLogLine[]
  restartHost(): void
}

/** The shell tells, the window listens. */
export interface Events {
  hostStatus: HostStatus
  hostLog: HostLogLine
  windowStatus: WindowStatus
  menu: MenuCommand
  /** Goes to a place: `/c/…`. */
  place: string
  /** Files wait to be taken. */
  openedFiles: true
}

export type CallName = keyof Calls
export type EventName = keyof Events

const calls: Record<CallName, true> = {
  minimizeWindow: true,
  toggleMaximizeWindow: true,
  closeWindow: true,
  windowStatus: true,
  openWindow: true,
  notify: true,
  takeOpenedFiles: true,
  openExternal: true,
  saveFile: true,
  addKubeconfig: true,
  hostStatus: true,
  hostLog: true,
  restartHost: true,
}
const events: Record<EventName, true> = {
  hostStatus: true,
  hostLog: true,
  windowStatus: true,
  menu: true,
  place: true,
  openedFiles: true,
}

export const callNames = Object.keys(calls) as readonly CallName[]
export const eventNames = Object.keys(events) as readonly EventName[]

export const callChannel = (name: CallName): string => `binnacle:call:${name}`
export const eventChannel = (name: EventName): string => `binnacle:event:${name}`

/** `window.binnacle` in Electron; absent in a browser. */
export type Bridge = { readonly [K in CallName]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> } & {
  /** `process.platform` of the shell: where the window's buttons are, and which modifier key is shown. */
  readonly platform: string
  /** Returns what ends the subscription. */
  on<K extends EventName>(event: K, listener: (value: Events[K]) => void): () => void
}

export const bridgeName = 'binnacle'

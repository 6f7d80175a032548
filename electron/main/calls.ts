import { type CallName, type Calls, callChannel, callNames, type Notice } from '../ipc/contract.ts'
import { isOwn } from './navigation.ts'

export interface SenderEvent {
  /** The contents of the window that asks. */
  sender: { id: number }
  senderFrame: { url: string; parent: unknown } | null
}

/** The slice of Electron's ipcMain that is used. */
export interface IpcMainLike {
  handle(channel: string, listener: (event: SenderEvent, ...args: unknown[]) => unknown): void
}

/** Each is told who asks, by the id of its contents. */
export type Handlers = {
  [K in CallName]: (sender: number, ...args: Parameters<Calls[K]>) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>
}

const MAX_SAVE = 512 * 1024 * 1024

const text = (v: unknown): boolean => typeof v === 'string'
const fileName = (v: unknown): boolean =>
  typeof v === 'string' && v !== '' && v.length <= 255 && !/[\\/\0]/.test(v) && v !== '.' && v !== '..'
/** A place in the window (renderer/ui/place.ts). */
const place = (v: unknown): boolean => typeof v === 'string' && v.length <= 2_000 && /^\/c\/[^\\]/.test(v)
const notice = (v: unknown): boolean => {
  if (typeof v !== 'object' || v === null) return false
  const { title, body, path } = v as Partial<Notice>
  return [title, body].every((line) => typeof line === 'string' && line.length <= 500) && place(path)
}
const content = (v: unknown): boolean => (typeof v === 'string' || v instanceof Uint8Array) && v.length <= MAX_SAVE

/** One check for each argument. */
const checks: Record<CallName, ((v: unknown) => boolean)[]> = {
  minimizeWindow: [],
  toggleMaximizeWindow: [],
  closeWindow: [],
  windowStatus: [],
  openWindow: [place],
  notify: [notice],
  takeOpenedFiles: [],
  openExternal: [text],
  saveFile: [fileName, content],
  addKubeconfig: [],
  hostStatus: [],
  hostLog: [],
  restartHost: [],
}

/** Only the top frame of a window that shows the gateway may call. `origin` is the gateway's. */
export function isTrusted(event: SenderEvent, origin: string | undefined): boolean {
  return event.senderFrame !== null && event.senderFrame.parent === null && isOwn(event.senderFrame.url, origin)
}

/** Every call of the contract, each with its sender and its arguments checked before the handler sees them. */
export function registerCalls(ipc: IpcMainLike, handlers: Handlers, origin: () => string | undefined): void {
  for (const name of callNames) {
    ipc.handle(callChannel(name), (event, ...args) => {
      if (!isTrusted(event, origin())) throw new Error(`${name} was called from a frame that may not`)
      const expected = checks[name]
      if (args.length !== expected.length || !expected.every((check, i) => check(args[i])))
        throw new TypeError(`${name} was called with wrong arguments`)
      return (handlers[name] as (...args: unknown[]) => unknown)(event.sender.id, ...args)
    })
  }
}

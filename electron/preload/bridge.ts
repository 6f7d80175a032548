import {
  type Bridge,
  type CallName,
  callChannel,
  callNames,
  type EventName,
  eventChannel,
  eventNames,
  type Events,
} from '../ipc/contract.ts'

/** The slice of Electron's ipcRenderer that is used. */
export interface IpcRendererLike {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
  removeListener(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
}

/** One function for each call of the contract and one way to listen; the window never sees ipcRenderer or an event's sender. */
export function makeBridge(ipc: IpcRendererLike, platform: string): Bridge {
  const call = (name: CallName) => [name, (...args: unknown[]) => ipc.invoke(callChannel(name), ...args)] as const
  const on = <K extends EventName>(event: K, listener: (value: Events[K]) => void): (() => void) => {
    if (!eventNames.includes(event)) throw new TypeError(`there is no event ${JSON.stringify(event)}`)
    const wrapped = (_: unknown, value: unknown): void => listener(value as Events[K])
    ipc.on(eventChannel(event), wrapped)
    return () => void ipc.removeListener(eventChannel(event), wrapped)
  }
  return { ...Object.fromEntries(callNames.map(call)), platform, on } as unknown as Bridge
}

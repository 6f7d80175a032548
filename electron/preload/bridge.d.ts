import { type Bridge } from '../ipc/contract.ts'
/** The slice of Electron's ipcRenderer that is used. */
export interface IpcRendererLike {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
  removeListener(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
}
/** One function for each call of the contract and one way to listen; the window never sees ipcRenderer or an event's sender. */
export declare function makeBridge(ipc: IpcRendererLike, platform: string): Bridge

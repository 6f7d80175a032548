import { contextBridge, ipcRenderer } from 'electron'
import { bridgeName } from '../ipc/contract.ts'
import { makeBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(bridgeName, makeBridge(ipcRenderer, process.platform))

import type { Bridge } from '../../electron/ipc/contract.ts'

declare global {
  interface Window {
    /** Set by the preload script in Electron; a browser has none. */
    binnacle?: Bridge
  }
}

/** The desktop shell around the window, where there is one. */
export const bridge: Bridge | undefined = globalThis.window?.binnacle

const platform = bridge?.platform ?? (navigator.platform.startsWith('Mac') ? 'darwin' : 'other')

/** How the palette's key is written here. */
export const paletteKey = platform === 'darwin' ? '⌘K' : 'Ctrl K'

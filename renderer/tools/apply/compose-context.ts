import { createContext, useContext } from 'react'

export const ComposeContext = createContext<(text?: string) => void>(() => {})

/** Opens the place where objects are written and applied, with this text; without one, with what was left there. */
export const useCompose = (): ((text?: string) => void) => useContext(ComposeContext)

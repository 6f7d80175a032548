import { createContext, useContext } from 'react'
import type { Action, Target } from './action.ts'

export const ActContext = createContext<(action: Action, target: Target) => void>(() => {})

/** Begins an action. Nothing is changed before it was shown and confirmed. */
export const useAct = (): ((action: Action, target: Target) => void) => useContext(ActContext)

import { createContext } from 'react'
import type { ExplainedReason } from '../kube/api-error.ts'

/** What a person can do about an error where it is shown, by its reason; the window's frame says what there is. */
export const ErrorActionsContext = createContext<Partial<Record<ExplainedReason, React.ReactNode>>>({})

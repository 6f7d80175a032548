import type { Scenario } from '../session.ts'
import { resources } from './resources.ts'

export const scenarios: readonly Scenario[] = [...resources]

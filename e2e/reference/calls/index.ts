import type { ObjectCase } from './case.ts'
import { configCases } from './config.ts'
import { emptyListCases } from './empty-lists.ts'
import { otherCases } from './others.ts'
import { serviceCases } from './services.ts'

export const objectCases: readonly ObjectCase[] = [...serviceCases, ...configCases, ...otherCases, ...emptyListCases]

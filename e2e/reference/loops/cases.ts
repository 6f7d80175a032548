import type { Case } from './case.ts'
import { jobCases } from './jobs.cases.ts'
import { nodeCases } from './nodes.cases.ts'
import { serviceCases } from './service.cases.ts'
import { setCases } from './sets.cases.ts'
import { storageCases } from './storage.cases.ts'
import { triedCases } from './tries.cases.ts'
import { volumeCases } from './volumes.cases.ts'

export const cases: readonly Case[] = [
  ...setCases,
  ...jobCases,
  ...serviceCases,
  ...triedCases,
  ...volumeCases,
  ...nodeCases,
  ...storageCases,
]

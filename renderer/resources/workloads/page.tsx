import { GenericOverview } from '../generic/overview.tsx'
import type { KindPage } from '../page.ts'
import { workloadViews } from './view.ts'

/** By resource key: lists and status words of their own, and the overview that any kind has. */
export const workloadPages: Record<string, KindPage> = Object.fromEntries(
  Object.entries(workloadViews).map(([key, view]) => [key, { view, Overview: GenericOverview }]),
)

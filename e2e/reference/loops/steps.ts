import type { Case, Json } from './case.ts'

type Step = Case['steps'][number]

/** Looks at what there is. */
export const looks = { look: true } as const

export const ofJob = 'batch.kubernetes.io/job-name=j'
/** What becomes of pods of the job `j`. */
export const end = (status: Json, count?: number): Step => ({ report: ofJob, status, ...(count === undefined ? {} : { count }) })
/** And of that of an index. */
export const ofIndex = (index: number, status: Json): Step => ({
  report: `${ofJob},batch.kubernetes.io/job-completion-index=${index}`,
  status,
  count: 1,
})

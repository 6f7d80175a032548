import type { KubeObject } from '../../kube/types.ts'

/** What a LimitRange may say of a resource, by its fields. */
export const bounds = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const

type Bound = (typeof bounds)[number]

export type Limit = { type?: string } & Partial<Record<Bound, Record<string, string>>>

export interface LimitRange extends KubeObject {
  spec?: { limits?: Limit[] }
}

export interface LimitLine {
  type: string
  resource: string
  /** In the order of `bounds`; undefined where nothing is said. */
  values: (string | undefined)[]
}

/** A line for each type and resource that anything is said of. */
export const limitLines = ({ spec }: LimitRange): LimitLine[] =>
  (spec?.limits ?? []).flatMap((limit) => {
    const resources = [...new Set(bounds.flatMap((bound) => Object.keys(limit[bound] ?? {})))]
    return resources.map((resource) => ({ type: limit.type ?? '', resource, values: bounds.map((bound) => limit[bound]?.[resource]) }))
  })

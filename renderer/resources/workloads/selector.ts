import type { LabelSelector } from '../../kube/label-selector.ts'
import { isRecord } from '../../kube/types.ts'
import type { Job, Workload } from './types.ts'

/** The selector of a workload's pods; undefined where there is none, as in a Job that nothing has given one. A ReplicationController's is plain labels. */
export function selectorOf({ spec }: Workload | Job): LabelSelector | undefined {
  const of = spec?.selector
  if (!of || Object.keys(of).length === 0) return undefined
  const modern = isRecord(of.matchLabels) || Array.isArray(of.matchExpressions)
  return modern ? (of as LabelSelector) : { matchLabels: of as Record<string, string> }
}

import { labelSelectorText } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'

/** Of these Jobs those that a CronJob has made, the newest first. */
export function jobsOf(jobs: readonly KubeObject[], uid: string | undefined): KubeObject[] {
  const made = jobs.filter(
    ({ metadata }) => uid !== undefined && metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
  )
  const at = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '') || 0
  return made.sort((a, b) => at(b) - at(a))
}

/** Selects the pods of these Jobs: the job controller puts their uid on each (batch/v1 types.go, ControllerUidLabel). */
export const podsOfJobs = (uids: readonly string[]): string =>
  labelSelectorText({ matchExpressions: [{ key: 'batch.kubernetes.io/controller-uid', operator: 'In', values: [...uids] }] })

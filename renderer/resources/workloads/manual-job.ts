import type { KubeObject } from '../../kube/types.ts'
import type { CronJob } from './types.ts'

/** The API's limit: a Job's pods carry its name as a label. */
const longest = 63

/** A name for a run by hand: by the second, so that two of them seldom meet. */
export function manualName(cronJob: string, now: Date): string {
  const stamp = `-manual-${Math.floor(now.getTime() / 1000).toString(36)}`
  return `${cronJob.slice(0, longest - stamp.length).replace(/[-.]+$/, '')}${stamp}`
}

/** The Job that the CronJob would make, as `kubectl create job --from` has it (kubectl pkg/cmd/create/create_job.go). */
export function manualJob({ metadata, spec }: CronJob, name: string): KubeObject & { spec: unknown } {
  const template = spec?.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template?.metadata?.annotations },
      ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: template?.spec,
  }
}

import { useMemo } from 'react'
import { can } from '../../kube/resource.ts'
import { useResource } from '../../queries/discovery.ts'
import { useSummary } from '../../queries/hub.ts'
import { jobsOf, type Owner, type PodCause } from '../../resources/problems.ts'

const none: Readonly<Record<string, Owner>> = {}

/** Who has made the Jobs whose pods fail, for `groupProblems`: read only where there are such. */
export function useJobOwners(context: string, namespace: string, causes: readonly PodCause[] | undefined): Readonly<Record<string, Owner>> {
  const jobs = useResource(context, 'jobs.batch')
  const keys = useMemo(() => jobsOf(causes ?? []), [causes])
  const asked = keys.length > 0
  const source = useMemo(() => {
    if (!asked || !jobs || !can(jobs, 'list', 'watch')) return undefined
    const { group, version, plural, namespaced } = jobs
    return { context, resource: { group, version, plural, namespaced }, namespace: namespace || undefined }
  }, [asked, jobs, context, namespace])
  return useSummary<Record<string, Owner>>(source, 'jobOwners', keys)?.value ?? none
}

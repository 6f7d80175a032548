import { useQuery } from '@tanstack/react-query'
import { send } from '../../kube/changes.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { resourcePath } from '../../kube/resource.ts'
import type { ObjectMeta } from '../../kube/types.ts'
import { namespaces } from '../../queries/discovery.ts'
import { levels, readVerdict, trialChange, trialVersion, type Verdict } from './pod-security.ts'

export interface Trial {
  level: string
  version: string
  verdict: Verdict
}

/**
 * What each level would refuse of the pods that a namespace has: the server goes through the change of the label and stores nothing. Only
 * once it is asked for: to whoever reads the audit log a dry run looks much like the change.
 */
export function useTrial(context: string, { name, labels }: ObjectMeta, asked: boolean) {
  return useQuery({
    queryKey: ['pod-security-trial', context, name, labels],
    queryFn: ({ signal }) => tryLevels(context, name, labels, signal),
    enabled: asked,
    retry: false,
    // Pods come and go: the answer is of the moment it was asked for.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
}

async function tryLevels(context: string, name: string, labels: ObjectMeta['labels'], signal: AbortSignal): Promise<Trial[]> {
  const { minor } = await requestJson<{ minor?: string }>(clusterPath(context, '/version'), { signal })
  const path = resourcePath(namespaces, undefined, name)
  // Nothing can violate the first.
  return Promise.all(
    levels.slice(1).map(async (level) => {
      // Some providers write `27+`.
      const version = trialVersion(labels, level, minor?.replace(/\D+$/, ''))
      const { warnings } = await send(context, trialChange(path, level, version), { dryRun: true, signal })
      return { level, version, verdict: readVerdict(warnings) }
    }),
  )
}

import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  type ControlLoops,
  isHeld,
  isInert,
  type Lease,
  type Missing,
  missingFor,
  readControlLoops,
  unworked,
} from '../kube/control-loops.ts'
import { baseContext } from '../kube/acting.ts'
import { clusterPath, request, requestJson } from '../kube/fetch.ts'
import type { KubeList, KubeObject } from '../kube/types.ts'
import { local } from './contexts.ts'
import { useLocal } from './local.ts'

/** How a server of ours marks its version: what others say on `/metrics` is long, and nothing of it is asked for here. */
const ours = /\+binnacle\b/
/** As a list: that there is none is no error. */
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases?fieldSelector=metadata.name%3Dkube-controller-manager'
const refreshMs = 20_000

/** Undefined when the cluster does not say what runs in it: one that is not ours is taken to be complete. */
async function askControlLoops(context: string, signal: AbortSignal): Promise<ControlLoops | null> {
  if (context !== local) {
    const { gitVersion } = await requestJson<{ gitVersion?: string }>(clusterPath(context, '/version'), { signal })
    if (!ours.test(gitVersion ?? '')) return null
  }
  const [metrics, held] = await Promise.all([
    request(clusterPath(context, '/metrics'), { signal }).then((answer) => answer.text()),
    managerLeads(context, signal),
  ])
  const { leads, ...told } = readControlLoops(metrics)
  return held && !leads ? { ...told, running: 'all' } : told
}

/** A kube-controller-manager beside the server runs every loop there is. Its Lease is judged by the clock that sent the answer. */
async function managerLeads(context: string, signal: AbortSignal): Promise<boolean> {
  const answer = await request(clusterPath(context, leases), { signal, headers: { accept: 'application/json' } })
  const sent = Date.parse(answer.headers.get('date') ?? '')
  const { items } = (await answer.json()) as { items: Lease[] | null }
  return (items ?? []).some((lease) => isHeld(lease, Number.isNaN(sent) ? Date.now() : sent))
}

// What runs in a cluster does not depend on whom one acts as.
const loopsQuery = (context: string, startedAt: number) =>
  queryOptions({
    // Another run of the local control plane may have other loops.
    queryKey: ['control-loops', context, context === local ? startedAt : 0],
    queryFn: ({ signal }) => askControlLoops(context, signal),
    // Before the local one has ever run there is nobody to ask.
    enabled: context !== '' && (context !== local || startedAt !== 0),
    refetchInterval: refreshMs,
    retry: false,
  })

/** What acts on the objects of a cluster; undefined while that is not known, and where it cannot be. */
export function useControlLoops(looked: string): ControlLoops | undefined {
  const { data, isError } = useQuery(loopsQuery(baseContext(looked), useLocal().data?.startedAt ?? 0))
  return isError ? undefined : (data ?? undefined)
}

/** What of a node says whether it is simulated. */
type Node = KubeObject & { status?: { nodeInfo?: { containerRuntimeVersion?: string } } }

const mostNodes = 500

/** Whether every node of a cluster is a simulated one. */
const simulatedQuery = (context: string, enabled: boolean) =>
  queryOptions({
    queryKey: ['simulated', context],
    queryFn: async ({ signal }) => {
      const { items, metadata } = await requestJson<KubeList<Node>>(clusterPath(context, `/api/v1/nodes?limit=${mostNodes}`), { signal })
      const all = items ?? []
      return all.length > 0 && !metadata.continue && all.every(isSimulated)
    },
    enabled,
    refetchInterval: refreshMs,
    retry: false,
  })

/** The same; undefined when that is not known. */
function useSimulated(context: string, enabled: boolean): boolean | undefined {
  const { data, isError } = useQuery(simulatedQuery(context, enabled))
  return isError ? undefined : data
}

const isSimulated = (node: Node): boolean => node.status?.nodeInfo?.containerRuntimeVersion?.startsWith('simulated://') ?? false

/** What is missing for objects of the kind to have an effect in this cluster; undefined when nothing is, and when that is not known. */
export function useMissing(context: string, key: string): Missing | undefined {
  const loops = useControlLoops(context)
  const simulated = useSimulated(context, loops !== undefined && key === networkPolicies)
  return missingFor(key, loops, simulated)
}

/** The contexts of these in which nothing works on objects of the kind, so that no word of theirs is anybody's. */
export function useInert(contexts: readonly string[], key: string): ReadonlySet<string> {
  const startedAt = useLocal().data?.startedAt ?? 0
  const loops = useQueries({
    queries: contexts.map((context) => loopsQuery(baseContext(context), startedAt)),
    combine: (answers) => answers.map(({ data, isError }) => (isError ? undefined : (data ?? undefined))),
  })
  const simulated = useQueries({
    queries: contexts.map((context, at) => simulatedQuery(context, key === networkPolicies && loops[at] !== undefined)),
    combine: (answers) => answers.map(({ data, isError }) => (isError ? undefined : data)),
  })
  const mark = contexts.filter((_, at) => isInert(key, missingFor(key, loops[at], simulated[at]))).join('\n')
  return useMemo(() => new Set(mark.split('\n').filter(Boolean)), [mark])
}

/** The kinds of which there are objects that nothing works on, with how many. */
export function useUnworked(context: string): { key: string; count: number }[] {
  const loops = useControlLoops(context)
  const simulated = useSimulated(context, (loops?.stored.get(networkPolicies) ?? 0) > 0)
  return unworked(loops, simulated)
}

const networkPolicies = 'networkpolicies.networking.k8s.io'

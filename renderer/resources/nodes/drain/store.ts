import { useSyncExternalStore } from 'react'
import { send } from '../../../kube/changes.ts'
import { systemClock } from '../../../kube/clock.ts'
import { clusterPath, requestJson } from '../../../kube/fetch.ts'
import type { KubeList } from '../../../kube/types.ts'
import { startTask } from '../../../ui/tasks.ts'
import type { Pod } from '../../pods/types.ts'
import { type DrainApi, type DrainState, drain } from './run.ts'

interface Running {
  state: DrainState
  stop(): void
}

/** Drains of this window, by context and nodes: they go on while their dialog is closed. */
let running: ReadonlyMap<string, Running> = new Map()
const listeners = new Set<() => void>()

function set(key: string, value: Running | undefined): void {
  const next = new Map(running)
  if (value) next.set(key, value)
  else next.delete(key)
  running = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useDrain = (key: string): Running | undefined => useSyncExternalStore(subscribe, () => running.get(key))

export const forgetDrain = (key: string): void => set(key, undefined)

export const drainKey = (context: string, nodes: readonly string[]): string => [context, ...nodes].join('|')

const podPath = (pod: Pod): string => `/api/v1/namespaces/${pod.metadata.namespace ?? ''}/pods/${pod.metadata.name}`

/** One pod's eviction (policy/v1), only while it is the pod that was shown. */
export const evictionOf = ({ metadata }: Pod) =>
  ({
    method: 'POST',
    path: `${podPath({ metadata })}/eviction`,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: metadata.name, namespace: metadata.namespace },
      deleteOptions: { preconditions: { uid: metadata.uid } },
    },
  }) as const

/** The pods of a node, all pages of them. */
export async function podsOn(context: string, node: string, signal: AbortSignal): Promise<Pod[]> {
  const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`
  const list = await requestJson<KubeList<Pod>>(clusterPath(context, `/api/v1/pods?${query}`), { signal })
  return list.items ?? []
}

export const cordonOf = (node: string) =>
  ({ method: 'PATCH', type: 'merge', path: `/api/v1/nodes/${encodeURIComponent(node)}`, body: { spec: { unschedulable: true } } }) as const

const apiOf = (context: string): DrainApi => ({
  cordon: async (node) => void (await send(context, cordonOf(node))),
  evict: async (pod) => void (await send(context, evictionOf(pod))),
  podsOn: async (node, signal) => new Set((await podsOn(context, node, signal)).map(({ metadata }) => metadata.uid ?? '')),
})

export function startDrain(context: string, nodes: readonly string[], pods: readonly { node: string; pod: Pod }[], title: string): void {
  const key = drainKey(context, nodes)
  const abort = new AbortController()
  const task = startTask(title, pods.length)
  void drain(apiOf(context), systemClock, pods, nodes, abort.signal, (state) => {
    set(key, { state, stop: () => abort.abort() })
    const count = (word: string): number => state.pods.filter((pod) => pod.state === word).length
    task.progress(count('gone') + count('failed'), count('failed'))
    if (state.phase !== 'running') task.end()
  })
}

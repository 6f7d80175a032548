import { evictionRefusal, isUnanswered, toApiError } from '../../../kube/api-error.ts'
import type { Clock } from '../../../kube/clock.ts'
import { eachOf } from '../../../kube/parallel.ts'
import type { Pod } from '../../pods/types.ts'

export interface DrainApi {
  cordon(node: string): Promise<void>
  /** Rejects with ApiError: 429 while a budget holds the pod, 404 when it is gone. */
  evict(pod: Pod): Promise<void>
  /** The uids of the pods that are on the node. */
  podsOn(node: string, signal: AbortSignal): Promise<ReadonlySet<string>>
}

export interface PodProgress {
  uid: string
  namespace: string
  name: string
  node: string
  state: 'waiting' | 'evicting' | 'held' | 'going' | 'gone' | 'failed' | 'stopped'
  /** Why it is held or has failed, in the server's words. */
  message?: string
}

export interface DrainState {
  pods: PodProgress[]
  /** Nodes that take no new pods any more. */
  cordoned: string[]
  /** Why a node could not be cordoned, or its pods not be seen. */
  error?: unknown
  phase: 'running' | 'done' | 'stopped' | 'failed'
}

/** kubectl tries a pod that a budget holds this often (pkg/drain/drain.go), and asks this often whether a pod is gone; ms. */
const heldMs = 5_000
const goneMs = 1_000
const atOnce = 6

/**
 * Cordons the nodes, evicts the pods as budgets allow, and waits until each is gone. Ends when all are, or with the signal: then nothing
 * more is evicted, and what is going goes. Never rejects: faults are in the state.
 */
export async function drain(
  api: DrainApi,
  clock: Clock,
  pods: readonly { node: string; pod: Pod }[],
  nodes: readonly string[],
  signal: AbortSignal,
  tell: (state: DrainState) => void,
): Promise<void> {
  let state: DrainState = {
    phase: 'running',
    cordoned: [],
    pods: pods.map(({ node, pod: { metadata } }) => ({
      uid: metadata.uid ?? '',
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      node,
      state: 'waiting',
    })),
  }
  const set = (change: Partial<DrainState>): void => tell((state = { ...state, ...change }))
  const mark = (index: number, next: PodProgress['state'], message?: string): void =>
    set({ pods: state.pods.map((pod, at) => (at === index ? { ...pod, state: next, message } : pod)) })
  tell(state)
  try {
    for (const node of nodes) {
      await api.cordon(node)
      set({ cordoned: [...state.cordoned, node] })
    }
    for (let round = 0; !signal.aborted; round++) {
      const open = state.pods.flatMap((pod, index) => (pod.state === 'waiting' || pod.state === 'held' ? [index] : []))
      // A held pod is asked about again when its time has come; the others are looked at meanwhile.
      if (round % (heldMs / goneMs) === 0) {
        await eachOf(open, atOnce, (index) => evictOne(api, pods[index]!.pod, (next, message) => mark(index, next, message)), signal)
      }
      for (const node of new Set(state.pods.filter(isOpen).map((pod) => pod.node))) {
        const there = await api.podsOn(node, signal)
        set({
          pods: state.pods.map((pod) =>
            pod.node === node && isOpen(pod) && !there.has(pod.uid) ? { ...pod, state: 'gone', message: undefined } : pod,
          ),
        })
      }
      if (!state.pods.some(isOpen)) break
      await wait(clock, goneMs, signal)
    }
    if (signal.aborted) return stopped()
    set({ phase: state.pods.some((pod) => pod.state === 'failed') ? 'failed' : 'done' })
  } catch (error) {
    if (signal.aborted) return stopped()
    set({ phase: 'failed', error })
  }

  function stopped(): void {
    set({
      phase: 'stopped',
      pods: state.pods.map((pod) => (pod.state === 'waiting' || pod.state === 'held' ? { ...pod, state: 'stopped' } : pod)),
    })
  }
}

const isOpen = ({ state }: PodProgress): boolean => state === 'waiting' || state === 'held' || state === 'evicting' || state === 'going'

async function evictOne(api: DrainApi, pod: Pod, mark: (state: PodProgress['state'], message?: string) => void): Promise<void> {
  mark('evicting')
  try {
    await api.evict(pod)
    mark('going')
  } catch (thrown) {
    const error = toApiError(thrown)
    if (error.code === 404) mark('gone')
    else if (error.code === 429) mark('held', evictionRefusal(error))
    // It may be going already, which the next look tells; else it is asked for once more.
    else if (isUnanswered(error)) mark('waiting', error.message)
    else mark('failed', error.message)
  }
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(ms, resolve)
  signal.addEventListener(
    'abort',
    () => {
      cancel()
      resolve()
    },
    { once: true },
  )
  return promise
}

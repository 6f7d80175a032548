import type { Condition, Node, Taint } from '../../client/objects.ts'
import { NODES } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { ControllerContext } from '../controller.ts'

export const NOT_READY = 'node.kubernetes.io/not-ready'
export const UNREACHABLE = 'node.kubernetes.io/unreachable'
export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

export const NOT_READY_NO_EXECUTE: Taint = { key: NOT_READY, effect: 'NoExecute' }
export const UNREACHABLE_NO_EXECUTE: Taint = { key: UNREACHABLE, effect: 'NoExecute' }

/** Which status of which condition keeps new pods off, and by which taint. */
const BY_CONDITION: Readonly<Record<string, Partial<Record<Condition['status'], string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}

const OURS = new Set([UNSCHEDULABLE, ...Object.values(BY_CONDITION).flatMap((keys) => Object.values(keys))])

export const hasTaint = (node: Node, { key, effect }: Taint): boolean =>
  node.spec?.taints?.some((t) => t.key === key && t.effect === effect) === true

/** NoSchedule taints that the node's conditions ask for and it lacks, and those that it has for no reason any more. */
export function noScheduleDifference(node: Node): { add: Taint[]; remove: Taint[] } {
  const wanted = new Set<string>()
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = Object.hasOwn(BY_CONDITION, type) ? BY_CONDITION[type]?.[status] : undefined
    if (key !== undefined) wanted.add(key)
  }
  if (node.spec?.unschedulable === true) wanted.add(UNSCHEDULABLE)
  const present = (node.spec?.taints ?? []).filter((t) => t.effect === 'NoSchedule' && OURS.has(t.key))
  return {
    add: [...wanted].filter((key) => !present.some((t) => t.key === key)).map((key) => ({ key, effect: 'NoSchedule' })),
    remove: present.filter((t) => !wanted.has(t.key)),
  }
}

const TRIES = 5
const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect

/** Puts taints on and takes others off in one write of the list as the server has it; what is so already is not written. */
export async function swapTaints(
  { client, clock, signal }: Pick<ControllerContext, 'client' | 'clock' | 'signal'>,
  node: Node,
  add: readonly Taint[],
  remove: readonly Taint[],
): Promise<void> {
  // Asked of every node all the time, of which hardly any has taints.
  if (add.length === 0 && !remove.some((t) => hasTaint(node, t))) return
  const nodes = client.resource<Node>(NODES)
  const name = node.metadata.name ?? ''
  for (let tries = 1; ; tries++) {
    const fresh = tries === 1 ? node : await nodes.get(name, { signal })
    const before = fresh.spec?.taints ?? []
    const missing = add.filter((t) => !before.some((b) => isSame(b, t)))
    const kept = before.filter((b) => !remove.some((r) => isSame(b, r)))
    if (missing.length === 0 && kept.length === before.length) return
    const timeAdded = formatTime(clock.now())
    const taints = [...kept, ...missing.map((t) => ({ ...t, timeAdded }))]
    const { resourceVersion, uid } = fresh.metadata
    try {
      const body = { metadata: { resourceVersion, uid }, spec: { taints: taints.length === 0 ? null : taints } }
      await nodes.patch(name, { type: 'strategic', body }, { signal })
      return
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return
      if (!isStatusError(e, 'Conflict') || tries >= TRIES) throw e
    }
  }
}

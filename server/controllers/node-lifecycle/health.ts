import { findCondition, type Condition, type Lease, type Node } from '../../client/objects.ts'
import { formatTime, type Clock } from '../../machinery/clock.ts'

/** What the controller remembers of a node: when it last heard of its kubelet, by its own clock. */
export interface NodeHealth {
  /** When the kubelet last gave a sign, by the monotonic clock. */
  heardAt: number
  ready: Condition | undefined
  renewTime: string | undefined
  leaseVersion: string | undefined
}

/** Notes signs of life: a heartbeat in the status, a transition, a renewed Lease. Kubelets' clocks are not compared with ours. */
export function observe(before: NodeHealth | undefined, node: Node, lease: Lease | undefined, clock: Clock): NodeHealth {
  const now = clock.monotonic()
  const ready = findCondition(node.status?.conditions, 'Ready')
  let health: NodeHealth
  if (before === undefined) {
    const created = Date.parse(node.metadata.creationTimestamp ?? '')
    const heardAt = ready === undefined && !Number.isNaN(created) ? now - (clock.now() - created) : now
    health = { heardAt, ready, renewTime: undefined, leaseVersion: undefined }
  } else {
    const news = (ready === undefined) !== (before.ready === undefined) || ready?.lastHeartbeatTime !== before.ready?.lastHeartbeatTime
    health = news || ready !== before.ready ? { ...before, ready, heardAt: news ? now : before.heardAt } : before
  }
  const renewed = lease?.spec?.renewTime ?? ''
  // Also an earlier time is news: the kubelet's clock has been set back.
  if (lease !== undefined && (health.renewTime === undefined || Date.parse(renewed) !== Date.parse(health.renewTime))) {
    health = { ...health, renewTime: renewed, leaseVersion: lease.metadata.resourceVersion, heardAt: now }
  }
  return health
}

const JUDGED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The conditions of a node whose kubelet is not heard of any more. */
export function unknownConditions(node: Node, now: number): Condition[] {
  const at = formatTime(now)
  const conditions = (node.status?.conditions ?? []).map((c): Condition => {
    if (!JUDGED.includes(c.type) || c.status === 'Unknown') return c
    const message = 'Kubelet stopped posting node status.'
    return { ...c, status: 'Unknown', reason: 'NodeStatusUnknown', message, lastTransitionTime: at }
  })
  for (const type of JUDGED) {
    if (findCondition(conditions, type) !== undefined) continue
    conditions.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? null,
      lastTransitionTime: at,
    })
  }
  return conditions
}

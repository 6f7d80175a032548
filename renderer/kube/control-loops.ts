import type { Cell } from './columns.ts'
import { byName } from './order.ts'
import type { Tone } from './types.ts'

/** What acts on objects in one cluster, as far as the cluster tells it. */
export interface ControlLoops {
  /** Names as kube-controller-manager has them, and `kube-scheduler`; `all` when a kube-controller-manager holds its Lease. */
  running: ReadonlySet<string> | 'all'
  /** Resource keys whose objects the API server itself stores without any effect. */
  unenforced: ReadonlySet<string>
  /** Stored objects by resource key, in all namespaces. */
  stored: ReadonlyMap<string, number>
}

/**
 * What works on the objects of a kind, by resource key (kubernetes/kubernetes cmd/kube-controller-manager/names). A kind that is not
 * here is worked on by the API server or by kubelets, or by something that no cluster tells of.
 */
const worksOn: Readonly<Record<string, string>> = {
  pods: 'kube-scheduler',
  replicationcontrollers: 'replicationcontroller-controller',
  'deployments.apps': 'deployment-controller',
  'replicasets.apps': 'replicaset-controller',
  'statefulsets.apps': 'statefulset-controller',
  'daemonsets.apps': 'daemonset-controller',
  'jobs.batch': 'job-controller',
  'cronjobs.batch': 'cronjob-controller',
  'horizontalpodautoscalers.autoscaling': 'horizontal-pod-autoscaler-controller',
  'poddisruptionbudgets.policy': 'disruption-controller',
  services: 'endpointslice-controller',
  namespaces: 'namespace-controller',
  serviceaccounts: 'serviceaccount-controller',
  resourcequotas: 'resourcequota-controller',
  persistentvolumeclaims: 'persistentvolume-binder-controller',
  persistentvolumes: 'persistentvolume-binder-controller',
  'storageclasses.storage.k8s.io': 'persistentvolume-binder-controller',
  'volumeattachments.storage.k8s.io': 'persistentvolume-attach-detach-controller',
  'resourceclaims.resource.k8s.io': 'resourceclaim-controller',
  'resourceclaimtemplates.resource.k8s.io': 'resourceclaim-controller',
  'servicecidrs.networking.k8s.io': 'service-cidr-controller',
  'certificatesigningrequests.certificates.k8s.io': 'certificatesigningrequest-signing-controller',
}

/** Kinds that something outside of the control plane acts on, and how it is told that there is none. */
const ingressClasses = 'ingressclasses.networking.k8s.io'

/** Why nothing works on a kind; `loop` names the control loop that would. */
export type Missing = { why: 'loop'; loop: string } | { why: 'unenforced' | 'ingressClass' | 'network' }

/**
 * What is missing in a cluster for a kind's objects to have an effect; undefined when nothing is, and when that is not known: a claim
 * needs evidence. `simulated`: every node only pretends to run containers, so that none has a network.
 */
export function missingFor(key: string, loops: ControlLoops | undefined, simulated: boolean | undefined): Missing | undefined {
  if (!loops) return undefined
  if (loops.unenforced.has(key)) return { why: 'unenforced' }
  if (key === 'ingresses.networking.k8s.io') return loops.stored.get(ingressClasses) === 0 ? { why: 'ingressClass' } : undefined
  if (key === 'networkpolicies.networking.k8s.io') return simulated ? { why: 'network' } : undefined
  const loop = Object.hasOwn(worksOn, key) ? worksOn[key] : undefined
  return loop === undefined || loops.running === 'all' || loops.running.has(loop) ? undefined : { why: 'loop', loop }
}

/** The kinds of which objects are stored that nothing works on: the most objects first. Pods are not among them: their phase tells. */
export function unworked(loops: ControlLoops | undefined, simulated: boolean | undefined): { key: string; count: number }[] {
  return [...(loops?.stored ?? [])]
    .filter(([key, count]) => count > 0 && isInert(key, missingFor(key, loops, simulated)))
    .map(([key, count]) => ({ key, count }))
    .sort((a, b) => b.count - a.count || byName(a.key, b.key))
}

/** Whether a loop runs; undefined when that is not known. */
export const runs = (loops: ControlLoops | undefined, loop: string): boolean | undefined =>
  loops && (loops.running === 'all' || loops.running.has(loop))

/** Kinds whose objects' state kubelets report, whoever placed or made them: their status words are somebody's. */
const reported = new Set(['pods', 'nodes'])

/** Nobody looks at the kind's objects here: a status that sounds healthy, or as if something went on, says nothing. */
export const isInert = (key: string, missing: Missing | undefined): boolean => missing !== undefined && !reported.has(key)

export const quietTone = (tone: Tone): Tone => (tone === 'ok' || tone === 'busy' ? 'muted' : tone)

export const quietCell = (cell: Cell): Cell =>
  cell !== null && typeof cell === 'object' && quietTone(cell.tone) !== cell.tone ? { ...cell, tone: 'muted' } : cell

/** Reads what a Binnacle server tells on `/metrics`; `leads`: it holds the Lease of kube-controller-manager itself. A server without those series says nothing about its control loops. */
export function readControlLoops(metrics: string): Omit<ControlLoops, 'running'> & { running: ReadonlySet<string>; leads: boolean } {
  let leads = false
  const running = new Set<string>()
  const unenforced = new Set<string>()
  const stored = new Map<string, number>()
  for (const [, name = '', labels = '', value = ''] of metrics.matchAll(/^(\w+)\{([^}]*)\} (\S+)/gm)) {
    const label = (key: string): string => new RegExp(`(?:^|,)${key}="([^"]*)"`).exec(labels)?.[1] ?? ''
    if (name === 'running_managed_controllers' && value === '1') running.add(label('name'))
    if (name === 'leader_election_master_status' && label('name') === 'kube-controller-manager') leads = value === '1'
    if (name === 'binnacle_unenforced_resources' && value === '1') unenforced.add(label('resource'))
    if (name === 'apiserver_storage_objects') stored.set(label('resource'), Number(value))
  }
  return { running, unenforced, stored, leads }
}

export interface Lease {
  spec?: { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number }
}

/** Whether somebody holds the Lease at `now` (ms). Leaders renew it long before it runs out (client-go leaderelection: 15 s, every 2 s). */
export const isHeld = (lease: Lease, now: number): boolean => Boolean(lease.spec?.holderIdentity) && now < heldUntil(lease)

/** When a Lease runs out if nobody renews it, ms since the epoch; 0 for one that was never renewed. */
export function heldUntil({ spec }: Lease): number {
  const renewed = Date.parse(spec?.renewTime ?? '')
  return Number.isNaN(renewed) ? 0 : renewed + (spec?.leaseDurationSeconds ?? 15) * 1000
}

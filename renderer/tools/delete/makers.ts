import type { Condition, KubeObject, OwnerReference } from '../../kube/types.ts'

/** Kinds whose control loop makes what they own again when it goes, by `Kind.group`, with the loop that does it. */
const makers: Readonly<Record<string, string>> = {
  'ReplicaSet.apps': 'replicaset-controller',
  'StatefulSet.apps': 'statefulset-controller',
  'DaemonSet.apps': 'daemonset-controller',
  'Deployment.apps': 'deployment-controller',
  'Job.batch': 'job-controller',
  'ReplicationController.': 'replicationcontroller-controller',
  'Service.': 'endpointslice-controller',
}

/** The loop that makes an object of this controller again; undefined when none does. */
export function makerLoop({ apiVersion, kind, controller }: OwnerReference): string | undefined {
  const key = `${kind}.${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}`
  return controller && Object.hasOwn(makers, key) ? makers[key] : undefined
}

/** Whether this owner still wants what it owns: one that goes itself, is finished, suspended or scaled to zero makes nothing again. */
export function makesAgain(owner: KubeObject): boolean {
  const { spec, status } = owner as { spec?: { replicas?: number; suspend?: boolean }; status?: { conditions?: Condition[] } }
  const finished = (status?.conditions ?? []).some((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')
  return !owner.metadata.deletionTimestamp && !(owner.kind === 'Job' && (finished || spec?.suspend)) && spec?.replicas !== 0
}

/** A controller that stays and makes `count` of the deleted objects again, when its loop runs. */
export interface Maker {
  kind: string
  name: string
  namespace: string
  count: number
  loop: string
}

/** The controllers of the chosen objects that are not chosen themselves, the busiest first, each with how many of the objects it owns. */
export function controllersOf(chosen: readonly KubeObject[]): { owner: OwnerReference; namespace: string; count: number; loop: string }[] {
  const own = new Set(chosen.map((object) => object.metadata.uid))
  const found = new Map<string, { owner: OwnerReference; namespace: string; count: number; loop: string }>()
  for (const { metadata } of chosen) {
    for (const owner of metadata.ownerReferences ?? []) {
      const loop = makerLoop(owner)
      if (loop === undefined || own.has(owner.uid)) continue
      const known = found.get(owner.uid)
      if (known) known.count++
      else found.set(owner.uid, { owner, namespace: metadata.namespace ?? '', count: 1, loop })
    }
  }
  return [...found.values()].sort((a, b) => b.count - a.count)
}

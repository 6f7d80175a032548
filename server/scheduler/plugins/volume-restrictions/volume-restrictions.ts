import type { Pod } from '../../../client/objects.ts'
import { claimNames } from '../../../client/volume-binding.ts'
import { stateKey, unresolvable, unschedulable, type PluginFactory } from '../../framework.ts'
import type { PodInfo } from '../../pod-info.ts'
import { ownClaim } from '../storage-events.ts'

const DISK = unschedulable('node(s) had no available disk')
const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
)

type Source = Record<string, unknown> & { readOnly?: boolean }

/** Disks that one node attaches once: what makes two volumes the same disk (one name in common), and whether readers may share it. */
const DISKS: readonly { source: string; names(s: Source): string[]; shared: boolean }[] = [
  { source: 'gcePersistentDisk', names: (s) => [String(s.pdName)], shared: true },
  { source: 'awsElasticBlockStore', names: (s) => [String(s.volumeID)], shared: false },
  { source: 'iscsi', names: (s) => [String(s.iqn)], shared: true },
  {
    source: 'rbd',
    names: ({ monitors, pool, image }) =>
      (Array.isArray(monitors) ? (monitors as unknown[]) : []).map((monitor) => JSON.stringify([monitor, pool ?? 'rbd', image])),
    shared: true,
  },
]

interface Disk {
  readonly name: string
  readonly mayShare: boolean
}

/** The disks of a pod, those of several monitors by each. */
function* disksOf(pod: Pod): Iterable<Disk> {
  for (const volume of pod.spec?.volumes ?? []) {
    for (const { source, names, shared } of DISKS) {
      const found = volume[source] as Source | undefined
      if (found === undefined) continue
      for (const name of names(found)) yield { name: `${source} ${name}`, mayShare: shared && found.readOnly === true }
    }
  }
}

/** The disks of a pod, and whether it may share them with readers. */
function needsOf(pod: Pod): Map<string, boolean> {
  const disks = new Map<string, boolean>()
  for (const { name, mayShare } of disksOf(pod)) disks.set(name, mayShare && disks.get(name) !== false)
  return disks
}

function clash(disks: ReadonlyMap<string, boolean>, other: Pod): boolean {
  for (const { name, mayShare } of disksOf(other)) {
    const mine = disks.get(name)
    if (mine !== undefined && !(mine && mayShare)) return true
  }
  return false
}

/** Of claims in common it is not looked which may be used by one pod only. */
function stoodInTheWay(pod: Pod, gone: Pod): boolean {
  if (gone.metadata.namespace !== pod.metadata.namespace) return false
  const claims = new Set(gone.spec?.volumes?.flatMap((v) => v.persistentVolumeClaim?.claimName ?? []))
  return clash(needsOf(pod), gone) || pod.spec?.volumes?.some((v) => claims.has(v.persistentVolumeClaim?.claimName ?? '')) === true
}

interface State {
  /** By name, whether the pod may share it. */
  readonly disks: ReadonlyMap<string, boolean>
  /** Claims for one pod alone, and how often others use them. */
  readonly exclusive: ReadonlySet<string>
  users: number
}

const stateOf = stateKey<State>('VolumeRestrictions')

/** Disks that cannot be attached twice, and claims that only one pod may use. */
export const volumeRestrictions: PluginFactory = ({ listers, cache }) => {
  const usesOf = (state: State, pod: PodInfo, other: PodInfo): number =>
    other.pod.metadata.namespace === pod.pod.metadata.namespace
      ? claimNames(other.pod).filter((name) => state.exclusive.has(name)).length
      : 0
  const count = (state: State | undefined, pod: PodInfo, other: PodInfo, by: 1 | -1): void => {
    if (state !== undefined) state.users += by * usesOf(state, pod, other)
  }
  return {
    name: 'VolumeRestrictions',
    events: [
      { on: ['AssignedPodDelete'], helps: ({ pod }, e) => e.type === 'AssignedPodDelete' && stoodInTheWay(pod, e.pod.pod) },
      { on: ['NodeAdd'] },
      ownClaim({}),
    ],
    preFilter(pod, cycle) {
      const { namespace } = pod.pod.metadata
      const exclusive = new Set<string>()
      for (const { persistentVolumeClaim } of pod.pod.spec?.volumes ?? []) {
        if (persistentVolumeClaim === undefined) continue
        const { claimName } = persistentVolumeClaim
        const claim = listers.persistentVolumeClaims.get(claimName, namespace)
        if (claim === undefined) return { reject: unresolvable(`persistentvolumeclaim "${claimName}" not found`) }
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod') === true) exclusive.add(claimName)
      }
      const state: State = { disks: needsOf(pod.pod), exclusive, users: 0 }
      if (exclusive.size > 0) for (const node of cache.nodes) for (const other of node.pods.values()) count(state, pod, other, 1)
      if (state.disks.size === 0 && state.users === 0) return 'skip'
      cycle.write(stateOf, state)
      return undefined
    },
    addPod: (pod, added, _node, cycle) => count(cycle.read(stateOf), pod, added, 1),
    removePod: (pod, removed, _node, cycle) => count(cycle.read(stateOf), pod, removed, -1),
    filter(_pod, node, cycle) {
      const state = cycle.read(stateOf)
      if (state === undefined) return undefined
      if (state.disks.size > 0) for (const other of node.pods.values()) if (clash(state.disks, other.pod)) return DISK
      return state.users > 0 ? IN_USE : undefined
    },
  }
}

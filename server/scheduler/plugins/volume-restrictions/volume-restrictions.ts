import type { Pod, Volume } from '../../../client/objects.ts'
import { claimNames } from '../../../client/volume-binding.ts'
import { stateKey, unresolvable, unschedulable, type PluginFactory } from '../../framework.ts'
import type { PodInfo } from '../../pod-info.ts'
import { storageHelps } from '../storage-events.ts'

const DISK = unschedulable('node(s) had no available disk')
const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
)

type Source = Record<string, unknown> & { readOnly?: boolean }

/** Disks that one node attaches once: what makes two volumes the same disk, and whether readers may share it. */
const DISKS: readonly { source: string; same(a: Source, b: Source): boolean; shared: boolean }[] = [
  { source: 'gcePersistentDisk', same: (a, b) => a.pdName === b.pdName, shared: true },
  { source: 'awsElasticBlockStore', same: (a, b) => a.volumeID === b.volumeID, shared: false },
  { source: 'iscsi', same: (a, b) => a.iqn === b.iqn, shared: true },
  {
    source: 'rbd',
    same: (a, b) => overlap(a.monitors, b.monitors) && (a.pool ?? 'rbd') === (b.pool ?? 'rbd') && a.image === b.image,
    shared: true,
  },
]

function overlap(a: unknown, b: unknown): boolean {
  const there = new Set(Array.isArray(a) ? a : [])
  return Array.isArray(b) && b.some((x) => there.has(x))
}

function collide(a: Volume, b: Volume): boolean {
  return DISKS.some(({ source, same, shared }) => {
    const [x, y] = [a[source] as Source | undefined, b[source] as Source | undefined]
    return x !== undefined && y !== undefined && same(x, y) && !(shared && x.readOnly === true && y.readOnly === true)
  })
}

const disksOf = (pod: Pod): Volume[] => (pod.spec?.volumes ?? []).filter((v) => DISKS.some((d) => v[d.source] !== undefined))

interface State {
  readonly disks: readonly Volume[]
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
      {
        on: ['AssignedPodDelete'],
        helps: (pod, e) => e.type === 'AssignedPodDelete' && e.pod.pod.metadata.namespace === pod.pod.metadata.namespace,
      },
      { on: ['NodeAdd'] },
      { on: ['StorageChange'], helps: storageHelps },
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
      const state: State = { disks: disksOf(pod.pod), exclusive, users: 0 }
      if (exclusive.size > 0) for (const node of cache.nodes) for (const other of node.pods.values()) count(state, pod, other, 1)
      if (state.disks.length === 0 && state.users === 0) return 'skip'
      cycle.write(stateOf, state)
      return undefined
    },
    addPod: (pod, added, _node, cycle) => count(cycle.read(stateOf), pod, added, 1),
    removePod: (pod, removed, _node, cycle) => count(cycle.read(stateOf), pod, removed, -1),
    filter(_pod, node, cycle) {
      const state = cycle.read(stateOf)
      if (state === undefined) return undefined
      for (const disk of state.disks) {
        for (const other of node.pods.values()) if ((other.pod.spec?.volumes ?? []).some((v) => collide(disk, v))) return DISK
      }
      return state.users > 0 ? IN_USE : undefined
    },
  }
}

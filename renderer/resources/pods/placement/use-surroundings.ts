import { useMemo } from 'react'
import type { FeedSource } from '../../../kube/protocol.ts'
import type { KubeObject } from '../../../kube/types.ts'
import { core, namespaces, nodes, pods } from '../../../queries/discovery.ts'
import { useObject, useSummary } from '../../../queries/hub.ts'
import type { Node } from '../../nodes/types.ts'
import type { StorageClass } from '../../storageclasses/view.ts'
import type { Claim, CsiDriver, CsiNode, CsiStorageCapacity, Volume, VolumeAttachment } from '../../volumes/types.ts'
import type { Pod } from '../types.ts'
import type { Placed, PlacedQuestion, Storage, Surroundings } from './types.ts'
import { attaches } from './volumes.ts'

const claims = core('persistentvolumeclaims', 'PersistentVolumeClaim', true)
const volumes = core('persistentvolumes', 'PersistentVolume', false)
const classes = { ...core('storageclasses', 'StorageClass', false), group: 'storage.k8s.io' }
const csiNodes = { ...core('csinodes', 'CSINode', false), group: 'storage.k8s.io' }

const csiDrivers = { ...core('csidrivers', 'CSIDriver', false), group: 'storage.k8s.io' }
const csiStorageCapacities = { ...core('csistoragecapacities', 'CSIStorageCapacity', true), group: 'storage.k8s.io' }
const volumeAttachments = { ...core('volumeattachments', 'VolumeAttachment', false), group: 'storage.k8s.io' }
const storageKinds = [claims, volumes, classes, csiNodes, csiDrivers, csiStorageCapacities, volumeAttachments]

interface Known<T> {
  /** All of them, or that they may not be read. */
  settled: boolean
  all: readonly T[] | undefined
}

function useAll<T extends KubeObject>(source: FeedSource | undefined): Known<T> {
  const data = useObject(source)
  if (source === undefined || !data) return { settled: source === undefined, all: undefined }
  if (data.state.synced) return { settled: true, all: data.all as T[] }
  return { settled: data.state.error !== undefined, all: undefined }
}

/** What the scheduler's filters read besides the pod; undefined until it is known, or known that it may not be read. */
export function useSurroundings(context: string, pod: Pod): Surroundings | undefined {
  const storage = useStorage(attaches(pod) ? context : undefined)
  const known = useAll<Node>(useMemo(() => ({ context, resource: nodes }), [context]))
  const spaces = useAll<KubeObject>(useMemo(() => ({ context, resource: namespaces, metadataOnly: true }), [context]))
  const { name, namespace, labels, uid } = pod.metadata
  const question: PlacedQuestion = {
    pod: { metadata: { name, namespace, labels, uid }, spec: pod.spec },
    namespaces: Object.fromEntries((spaces.all ?? []).map(({ metadata }) => [metadata.name, metadata.labels])),
  }
  const podSource = useMemo(() => ({ context, resource: pods }), [context])
  const placed = useSummary<Placed>(spaces.settled ? podSource : undefined, 'placed', question)
  return useMemo(
    () =>
      known.all && placed?.state.synced && storage.settled
        ? {
            nodes: known.all,
            placed: placed.value,
            storage: storage.all,
            namespaceLabels: spaces.all?.find((one) => one.metadata.name === namespace)?.metadata.labels,
          }
        : undefined,
    [known.all, placed, storage.settled, storage.all, spaces.all, namespace],
  )
}

/** Volumes, claims and classes; nothing is asked without a context. */
function useStorage(context: string | undefined): { settled: boolean; all: Storage | undefined } {
  const sources = useMemo(() => storageKinds.map((resource) => (context === undefined ? undefined : { context, resource })), [context])
  const all: [
    Known<Claim>,
    Known<Volume>,
    Known<StorageClass>,
    Known<CsiNode>,
    Known<CsiDriver>,
    Known<CsiStorageCapacity>,
    Known<VolumeAttachment>,
  ] = [
    useAll<Claim>(sources[0]),
    useAll<Volume>(sources[1]),
    useAll<StorageClass>(sources[2]),
    useAll<CsiNode>(sources[3]),
    useAll<CsiDriver>(sources[4]),
    useAll<CsiStorageCapacity>(sources[5]),
    useAll<VolumeAttachment>(sources[6]),
  ]
  const [claim, volume, storageClass, csiNode, csiDriver, capacity, attachment] = [
    all[0].all,
    all[1].all,
    all[2].all,
    all[3].all,
    all[4].all,
    all[5].all,
    all[6].all,
  ]
  const known = useMemo(
    () =>
      claim && volume && storageClass
        ? {
            ...{ claims: claim, volumes: volume, classes: storageClass },
            ...{
              csiNodes: csiNode ?? [],
              csiDrivers: csiDriver ?? [],
              csiStorageCapacities: capacity ?? [],
              volumeAttachments: attachment ?? [],
            },
          }
        : undefined,
    [claim, volume, storageClass, csiNode, csiDriver, capacity, attachment],
  )
  return { settled: all.every((one) => one.settled), all: known }
}

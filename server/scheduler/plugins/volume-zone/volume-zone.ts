import { isDeepStrictEqual } from 'node:util'
import type { PersistentVolume } from '../../../client/objects-storage.ts'
import { classOf } from '../../../client/volume-binding.ts'
import { stateKey, unresolvable, type PluginFactory } from '../../framework.ts'
import { ownClaim } from '../storage-events.ts'

const REFUSED = unresolvable('node(s) had no available volume zone')

/** Older labels of zones and regions, and what they are called today. */
const TODAY: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
}
const LABELS = [...Object.keys(TODAY), ...Object.values(TODAY)]

interface Place {
  key: string
  values: ReadonlySet<string>
}

const places = stateKey<readonly Place[]>('VolumeZone')

const placesOf = ({ metadata }: PersistentVolume): Place[] =>
  LABELS.flatMap((key) => {
    const zones = metadata.labels?.[key]?.split('__').map((zone) => zone.trim())
    // A label that names no zone says nothing (cloud-provider/volume/helpers `LabelZonesToSet`).
    return zones?.every((zone) => zone !== '') === true ? [{ key, values: new Set(zones) }] : []
  })

/** Volumes with zone or region labels are used in those zones and regions only. */
export const volumeZone: PluginFactory = ({ listers }) => ({
  name: 'VolumeZone',
  events: [
    {
      on: ['StorageClass'],
      helps: (_, e) => e.type === 'StorageClass' && e.old === undefined && e.now.volumeBindingMode === 'WaitForFirstConsumer',
    },
    { on: ['NodeAdd', 'NodeUpdate'], changes: ['labels'] },
    ownClaim({ updates: true }),
    {
      on: ['PersistentVolume'],
      helps: (_, e) => e.type === 'PersistentVolume' && (e.old === undefined || !isDeepStrictEqual(placesOf(e.now), placesOf(e.old))),
    },
  ],
  preFilter({ pod }, state) {
    const wanted: Place[] = []
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue
      const { claimName } = persistentVolumeClaim
      const claim = listers.persistentVolumeClaims.get(claimName, pod.metadata.namespace)
      if (claim === undefined) return { reject: unresolvable(`persistentvolumeclaim "${claimName}" not found`) }
      const volumeName = claim.spec?.volumeName ?? ''
      if (volumeName === '') {
        const name = classOf(claim)
        if (name === '') return { reject: unresolvable('PersistentVolumeClaim had no pv name and storageClass name') }
        const storageClass = listers.storageClasses.get(name)
        if (storageClass === undefined) return { reject: unresolvable(`storageclass.storage.k8s.io "${name}" not found`) }
        if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue
        return { reject: unresolvable('PersistentVolume had no name') }
      }
      const volume = listers.persistentVolumes.get(volumeName)
      if (volume === undefined) return { reject: unresolvable(`persistentvolume "${volumeName}" not found`) }
      wanted.push(...placesOf(volume))
    }
    if (wanted.length === 0) return 'skip'
    state.write(places, wanted)
    return undefined
  },
  filter(_pod, { node }, state) {
    const labels = node?.metadata.labels ?? {}
    // A cluster without zones has them everywhere.
    if (!LABELS.some((key) => Object.hasOwn(labels, key))) return undefined
    const fits = ({ key, values }: Place): boolean => {
      const value = labels[key] ?? labels[TODAY[key] ?? '']
      return value !== undefined && values.has(value)
    }
    return (state.read(places) ?? []).every(fits) ? undefined : REFUSED
  },
})

import type { Pod } from '../types.ts'
import { csiOf } from './csi-translation.ts'

/** The claim that a volume uses; an ephemeral volume's is named after the pod and itself. */
export function claimNameOf(pod: Pod, volume: { name: string } & Record<string, unknown>): string | undefined {
  const claim = volume.persistentVolumeClaim as { claimName: string } | undefined
  if (claim) return claim.claimName
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined
}

export const claimNames = (pod: Pod): string[] => (pod.spec?.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? [])

/** Disks that it names itself and that a driver attaches: the driver of each. */
export function inlineVolumes({ spec }: Pod): Record<string, string> {
  const found: Record<string, string> = {}
  for (const volume of spec?.volumes ?? []) {
    const csi = csiOf(volume)
    if (csi) found[`${csi.driver}/${csi.volumeHandle}`] = csi.driver
  }
  return found
}

/** Whether a driver may have to attach something for it. */
export const attaches = (pod: Pod): boolean => claimNames(pod).length > 0 || Object.keys(inlineVolumes(pod)).length > 0

interface Disk {
  name: string
  mayShare: boolean
}

type Source = Record<string, unknown> & { readOnly?: boolean }

/** Disks that one node attaches once: what makes two volumes the same disk, and whether those who only read may share it. */
export const diskSources: Record<string, { names(source: Source): string[]; shared: boolean }> = {
  gcePersistentDisk: { names: ({ pdName }) => [String(pdName)], shared: true },
  awsElasticBlockStore: { names: ({ volumeID }) => [String(volumeID)], shared: false },
  iscsi: { names: ({ iqn }) => [String(iqn)], shared: true },
  rbd: {
    names: ({ monitors, pool, image }) =>
      (Array.isArray(monitors) ? monitors : []).map((monitor) => [monitor, pool ?? 'rbd', image].map(String).join('/')),
    shared: true,
  },
}

export const disksOf = (pod: Pod): Disk[] =>
  (pod.spec?.volumes ?? []).flatMap((volume) =>
    Object.entries(diskSources).flatMap(([kind, { names, shared }]) => {
      const source = volume[kind] as Source | undefined
      return source ? names(source).map((name) => ({ name: `${kind} ${name}`, mayShare: shared && source.readOnly === true })) : []
    }),
  )

import type { Pod } from '../types.ts'

/** The claim that a volume uses; an ephemeral volume's is named after the pod and itself. */
export function claimNameOf(pod: Pod, volume: { name: string } & Record<string, unknown>): string | undefined {
  const claim = volume.persistentVolumeClaim as { claimName: string } | undefined
  if (claim) return claim.claimName
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined
}

export const claimNames = (pod: Pod): string[] => (pod.spec?.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? [])

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

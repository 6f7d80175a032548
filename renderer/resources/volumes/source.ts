import { isRecord } from '../../kube/types.ts'

/** Fields of a PersistentVolume's spec that hold objects and are not its source. */
const others = new Set(['capacity', 'claimRef', 'nodeAffinity'])

/** `csi driver=ebs.csi.example volumeHandle=vol-1`: where the bytes are, with the plain values that its kind of source has. */
export function volumeSource(spec: Record<string, unknown> | undefined): string {
  const found = Object.entries(spec ?? {}).find(([key, value]) => isRecord(value) && !others.has(key))
  if (!found) return ''
  const plain = Object.entries(found[1] as object).filter(([, value]) => typeof value !== 'object')
  return [found[0], ...plain.map(([key, value]) => `${key}=${String(value)}`)].join(' ')
}

import type { ProjectedSource, Volume } from './types.ts'

/** Warnings about files of a volume that lie in each other's way (api/pod warningsForOverlappingVirtualPaths). */
interface File {
  path: string
  source: string
}

const filesOf = (items: readonly { path?: string }[] | undefined, source = ''): File[] =>
  (items ?? []).map(({ path = '' }) => ({ path, source }))

const text = (f: File): string => (f.source === '' ? JSON.stringify(f.path) : `${JSON.stringify(f.path)} (${f.source})`)

/** One is the other, or a folder above it. */
const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

function collisions(files: readonly File[]): string[] {
  const out: string[] = []
  const before: File[] = []
  for (const f of files) {
    const file = { ...f, path: f.path.replace(/\/+$/, '') }
    if (file.path !== '') {
      for (const other of before) if (other.path !== '' && overlaps(file.path, other.path)) out.push(`${text(file)} with ${text(other)}`)
    }
    before.push(file)
  }
  return out
}

function projectedFiles(s: ProjectedSource): File[] {
  const quoted = (kind: string, name: string | undefined): string => `${kind} ${JSON.stringify(name ?? '')}`
  if (s.configMap?.items) return filesOf(s.configMap.items, quoted('ConfigMap', s.configMap.name))
  if (s.secret?.items) return filesOf(s.secret.items, quoted('Secret', s.secret.name))
  if (s.downwardAPI?.items) return filesOf(s.downwardAPI.items, 'DownwardAPI')
  if (s.serviceAccountToken) return filesOf([s.serviceAccountToken], 'ServiceAccountToken')
  if (s.clusterTrustBundle)
    return filesOf([s.clusterTrustBundle], quoted('ClusterTrustBundle', s.clusterTrustBundle.name ?? s.clusterTrustBundle.signerName))
  const { certificateChainPath, keyPath, credentialBundlePath } = s.podCertificate ?? {}
  return [
    ...(certificateChainPath ? [{ path: certificateChainPath, source: 'PodCertificate chain' }] : []),
    ...(keyPath ? [{ path: keyPath, source: 'PodCertificate key' }] : []),
    ...(credentialBundlePath ? [{ path: credentialBundlePath, source: 'PodCertificate credential bundle' }] : []),
  ]
}

export function overlappingPaths(volumes: readonly Volume[]): string[] {
  const out: string[] = []
  for (const v of volumes) {
    const name = JSON.stringify(v.name ?? '')
    const warn = (what: string, files: readonly File[]): void => {
      if (files.length > 1) for (const c of collisions(files)) out.push(`volume ${name} (${what}): overlapping paths: ${c}`)
    }
    if (v.configMap) warn(`ConfigMap ${JSON.stringify(v.configMap.name ?? '')}`, filesOf(v.configMap.items))
    if (v.secret) warn(`Secret ${JSON.stringify(v.secret.secretName ?? '')}`, filesOf(v.secret.items))
    if (v.downwardAPI) warn('DownwardAPI', filesOf(v.downwardAPI.items))
    if (!v.projected) continue
    const sources = v.projected.sources ?? []
    for (const s of sources) if (Object.keys(s).length === 0) out.push(`volume ${name} (Projected) has no sources provided`)
    warn('Projected', sources.flatMap(projectedFiles))
  }
  return out
}

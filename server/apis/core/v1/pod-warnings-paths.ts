import { goQuote } from '../../../machinery/go-quote.ts'
import type { ProjectedSource, Volume } from './types.ts'

/** Warnings about files of a volume that lie in each other's way (api/pod warningsForOverlappingVirtualPaths). */
interface File {
  path: string
  /** Where it comes from, and the name of that; texts are made only for a collision. */
  kind: string
  name?: string | undefined
}

const filesOf = (items: readonly { path?: string }[] | undefined, kind = '', name?: string): File[] =>
  (items ?? []).map(({ path = '' }) => ({ path: path.endsWith('/') ? path.replace(/\/+$/, '') : path, kind, name }))

function text({ path, kind, name }: File): string {
  if (kind === '') return JSON.stringify(path)
  return `${goQuote(path)} (${name === undefined ? kind : `${kind} ${goQuote(name)}`})`
}

/** One is the other, or a folder above it. */
const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

/** Pairs that are compared in one pod: the rest of an absurd one goes without its warnings. */
const MAX_COMPARISONS = 20_000

/** `left` is how many comparisons may still be made. */
function collisions(files: readonly File[], left: { count: number }): string[] {
  const out: string[] = []
  for (let i = 1; i < files.length; i++) {
    const { path } = files[i]!
    if (path === '') continue
    for (let j = 0; j < i; j++) {
      if (--left.count < 0) return out
      const other = files[j]!.path
      if (other !== '' && overlaps(path, other)) out.push(`${text(files[i]!)} with ${text(files[j]!)}`)
    }
  }
  return out
}

function projectedFiles(s: ProjectedSource): File[] {
  if (s.configMap?.items) return filesOf(s.configMap.items, 'ConfigMap', s.configMap.name ?? '')
  if (s.secret?.items) return filesOf(s.secret.items, 'Secret', s.secret.name ?? '')
  if (s.downwardAPI?.items) return filesOf(s.downwardAPI.items, 'DownwardAPI')
  if (s.serviceAccountToken) return filesOf([s.serviceAccountToken], 'ServiceAccountToken')
  const bundle = s.clusterTrustBundle
  if (bundle) return filesOf([bundle], 'ClusterTrustBundle', bundle.name ?? bundle.signerName ?? '')
  const { certificateChainPath, keyPath, credentialBundlePath } = s.podCertificate ?? {}
  return [
    ...(certificateChainPath ? filesOf([{ path: certificateChainPath }], 'PodCertificate chain') : []),
    ...(keyPath ? filesOf([{ path: keyPath }], 'PodCertificate key') : []),
    ...(credentialBundlePath ? filesOf([{ path: credentialBundlePath }], 'PodCertificate credential bundle') : []),
  ]
}

export function overlappingPaths(volumes: readonly Volume[]): string[] {
  const out: string[] = []
  const left = { count: MAX_COMPARISONS }
  for (const v of volumes) {
    const { configMap, secret, downwardAPI, projected } = v
    if (configMap?.items) warn(out, left, v, () => `ConfigMap ${goQuote(configMap.name ?? '')}`, filesOf(configMap.items))
    if (secret?.items) warn(out, left, v, () => `Secret ${goQuote(secret.secretName ?? '')}`, filesOf(secret.items))
    if (downwardAPI?.items) warn(out, left, v, () => 'DownwardAPI', filesOf(downwardAPI.items))
    if (!projected?.sources) continue
    for (const s of projected.sources) {
      if (Object.keys(s).length === 0) out.push(`volume ${goQuote(v.name ?? '')} (Projected) has no sources provided`)
    }
    warn(out, left, v, () => 'Projected', projected.sources.flatMap(projectedFiles))
  }
  return out
}

function warn(out: string[], left: { count: number }, volume: Volume, what: () => string, files: readonly File[]): void {
  if (files.length < 2) return
  for (const c of collisions(files, left)) out.push(`volume ${goQuote(volume.name ?? '')} (${what()}): overlapping paths: ${c}`)
}

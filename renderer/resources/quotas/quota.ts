import { figure } from '../../kube/figures.ts'
import { formatBytes, formatCores, parseQuantity } from '../../kube/quantity.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'

export interface ResourceQuota extends KubeObject {
  spec?: {
    hard?: Record<string, string>
    scopes?: string[]
    scopeSelector?: { matchExpressions?: { scopeName: string; operator: string; values?: string[] }[] }
  }
  status?: { hard?: Record<string, string>; used?: Record<string, string> }
}

/** One resource of a quota. Quantities are as the API writes them. */
export interface QuotaLine {
  resource: string
  hard: string
  /** Undefined while nobody has counted: a zero would be a claim. */
  used: string | undefined
  /** How much of `hard` is used, 1 for all of it; undefined where that says nothing: not counted, or nothing is granted and nothing used. */
  share: number | undefined
  /** What may still be asked for, never less than nothing. */
  left: string | undefined
}

/** From here on it is worth a look. The same share at which a meter changes its colour. */
const near = 0.9

/** The fullest first; what nobody has counted comes last. */
export function quotaLines({ spec, status }: ResourceQuota): QuotaLine[] {
  // What is wished counts: a resource that was just added is not in the status yet, one that was taken out still is.
  const hard = spec?.hard ?? status?.hard ?? {}
  return Object.keys(hard)
    .map((resource) => lineOf(resource, hard[resource] ?? '', status?.used?.[resource]))
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1) || (a.resource < b.resource ? -1 : 1))
}

function lineOf(resource: string, hard: string, used: string | undefined): QuotaLine {
  const [most, now] = [parseQuantity(hard), parseQuantity(used)]
  if (most === undefined || now === undefined) return { resource, hard, used, share: undefined, left: undefined }
  const share = most > 0 ? now / most : now > 0 ? Number.POSITIVE_INFINITY : undefined
  return { resource, hard, used, share, left: amount(resource, Math.max(0, most - now)) }
}

/** Bytes, cores or objects, by what the resource is called (`requests.cpu`, `gold.storageclass.storage.k8s.io/requests.storage`). */
function amount(resource: string, value: number): string {
  const name = resource.split('/').at(-1) ?? resource
  if (/(^|\.)(memory|storage|ephemeral-storage|hugepages-.*)$/.test(name)) return formatBytes(value)
  return /(^|\.)cpu$/.test(name) ? formatCores(value) : figure(value)
}

export function lineStatus({ share, used }: QuotaLine): StatusWord | undefined {
  if (used === undefined) return { text: 'NotCounted', tone: 'muted' }
  if (share === undefined) return undefined
  if (share > 1) return { text: 'Exceeded', tone: 'bad' }
  if (share === 1) return { text: 'Exhausted', tone: 'warn' }
  return share > near ? { text: 'NearLimit', tone: 'warn' } : { text: 'WithinLimit', tone: 'ok' }
}

/** That of its fullest resource. */
export function quotaStatus(quota: ResourceQuota): StatusWord | undefined {
  const [fullest] = quotaLines(quota)
  return fullest && (lineStatus(fullest) ?? { text: 'WithinLimit', tone: 'ok' })
}

/** What of the namespace's objects it counts; empty for all. */
export function scopeTexts({ spec }: ResourceQuota): string[] {
  const selected = (spec?.scopeSelector?.matchExpressions ?? []).map(({ scopeName, operator, values }) =>
    [scopeName, operator, values && `(${values.join(', ')})`].filter(Boolean).join(' '),
  )
  return [...(spec?.scopes ?? []), ...selected]
}

export const percent = (share: number): string => (Number.isFinite(share) ? `${figure(Math.floor(share * 100))} %` : '')

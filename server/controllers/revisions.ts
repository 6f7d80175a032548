import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../client/client.ts'
import type { ControllerRevision } from '../client/objects-apps.ts'
import type { PodTemplate } from '../client/objects.ts'
import { CONTROLLER_REVISIONS } from '../client/resource.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { exactInteger, type Int64 } from '../machinery/numbers.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../machinery/types.ts'
import { escapedJson } from '../machinery/json-escape.ts'

/** Label that says of which revision a pod is. */
export const REVISION_LABEL = 'controller-revision-hash'
const MAX_PREFIX = 223
// No vowels, so that no words come out (apimachinery `util/rand`).
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** What a revision keeps of its set: a strategic merge patch that replaces the template. */
export function templatePatch(template: PodTemplate | undefined): Record<string, unknown> {
  return { spec: { template: { $patch: 'replace', ...template } } }
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplate {
  const spec = revision.data?.spec as { template?: PodTemplate & { $patch?: string } } | undefined
  const { $patch: _, ...template } = spec?.template ?? {}
  return copyJson(template)
}

export const hasData = (revision: ControllerRevision, data: unknown): boolean => isDeepStrictEqual(revision.data, data)

const compareNumbers = (a: Int64, b: Int64): number => (a < b ? -1 : Number(a > b))

export const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  compareNumbers(a.revision, b.revision) ||
  Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '') ||
  ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)

/** The number after the greatest of these, counted as Go counts int64: after the last one comes one that no revision may have. */
export function nextRevision(revisions: readonly ControllerRevision[]): Int64 {
  const greatest = revisions.reduce<Int64>((most, { revision }) => (revision > most ? revision : most), 0)
  return exactInteger(BigInt.asIntN(64, BigInt(greatest) + 1n))
}

/** JSON as Go writes a map: keys in order, and nothing that HTML would read. */
function goJson(value: unknown): string {
  const sorted = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(sorted)
    if (typeof v !== 'object' || v === null) return v
    const entries = Object.entries(v).filter(([, x]) => x !== undefined)
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, sorted(x)]))
  }
  return escapedJson(sorted(value))
}

/** kube-controller-manager's short name for a revision's data (FNV-1 over its JSON); `collisions` makes another one. */
export function revisionHash(data: unknown, collisions: number | undefined): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(goJson(data) + (collisions ?? ''))) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0
  return [...String(hash)].map((c) => ALPHABET[c.charCodeAt(0) % ALPHABET.length]).join('')
}

export const revisionName = (owner: string, hash: string): string => `${owner.slice(0, MAX_PREFIX)}-${hash}`

export interface NewRevision {
  owner: KubeObject
  ownerRef: OwnerReference
  template: PodTemplate | undefined
  data: Record<string, unknown>
  revision: Int64
  hash: string
  /** Where the hash is written on the revision itself. */
  hashLabel: string
}

export function newRevision({ owner, ownerRef, template, data, revision, hash, hashLabel }: NewRevision): ControllerRevision {
  const { name = '', namespace, annotations } = owner.metadata
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(name, hash),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template?.metadata?.labels, [hashLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownerRef],
    },
    data,
    revision,
  }
}

/** Creates a revision; undefined when another one with other data has its name. One with the same data is it. */
export async function createRevision(
  client: Client,
  wanted: ControllerRevision,
  signal: AbortSignal,
): Promise<ControllerRevision | undefined> {
  const revisions = client.resource<ControllerRevision>(CONTROLLER_REVISIONS)
  const { namespace, name = '' } = wanted.metadata
  try {
    return await revisions.create(wanted, { namespace, signal })
  } catch (e) {
    if (!isStatusError(e, 'AlreadyExists')) throw e
    const found = await revisions.get(name, { namespace, signal })
    return hasData(found, wanted.data) ? found : undefined
  }
}

import { isDeepStrictEqual } from 'node:util'
import { apiObjectReference } from '../../apis/core/v1/pod-references.ts'
import type { Pod } from '../../apis/core/v1/types.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { NodeRequest, Rule } from './rule.ts'

/** What a node may do to pods: make mirrors of its own ones, delete and evict what it runs, and say how they are. */

const MIRROR = 'kubernetes.io/config.mirror'
const podOf = (obj: KubeObject): Pod => obj as unknown as Pod
const nodeOf = (obj: KubeObject): string => podOf(obj).spec.nodeName ?? ''

export const pod: Rule = (request) => {
  const { a } = request
  if (a.subresource === '') return itself(request)
  if (a.subresource === 'status') return status(request)
  if (a.subresource === 'eviction') return eviction(request)
  return `unexpected pod subresource ${goQuote(a.subresource)}, only 'status' and 'eviction' are allowed`
}

const itself: Rule = async (request) => {
  const { a, node, get } = request
  if (a.operation === 'CREATE') return create(request)
  if (a.operation === 'DELETE') {
    const existing = await get('pod', a.namespace, a.name)
    return nodeOf(existing) === node ? undefined : `node ${goQuote(node)} can only delete pods with spec.nodeName set to itself`
  }
  return `unexpected operation ${goQuote(a.operation)}, node ${goQuote(node)} can only create and delete mirror pods`
}

async function create({ a, node, get }: NodeRequest): Promise<string | undefined> {
  const quoted = goQuote(node)
  const { metadata, spec } = podOf(a.object!)
  if (metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have ${goQuote(MIRROR)} annotation, node ${quoted} can only create mirror pods`
  }
  if (spec.nodeName !== node) return `node ${quoted} can only create pods with spec.nodeName set to itself`
  const [owner, ...others] = (metadata.ownerReferences ?? []) as Owner[]
  if (others.length > 0) return `node ${quoted} can only create pods with a single owner reference set to itself`
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `node ${quoted} can only create pods with an owner reference set to itself`
  }
  if (owner.controller !== true) return `node ${quoted} can only create pods with a controller owner reference set to itself`
  if (owner.blockOwnerDeletion === true) return `node ${quoted} must not set blockOwnerDeletion on an owner reference`
  const { uid = '' } = (await get('node', '', node)).metadata
  if (owner.uid !== uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`
  const reference = apiObjectReference(a.object!)
  if (reference === undefined) return undefined
  if ('unknown' in reference) return `error checking mirror pod for API references: ${reference.unknown}`
  return `node ${quoted} can not create pods that reference ${reference.kind}`
}

interface Owner {
  apiVersion?: string
  kind?: string
  name?: string
  uid?: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** What a status may not be used for, with the word of each. */
const OTHERS_STATUS: readonly (readonly [field: string, words: string])[] = [
  ['resourceClaimStatuses', 'resource claim statues'],
  ['extendedResourceClaimStatus', 'extended resource claim status'],
  ['nodeAllocatableResourceClaimStatuses', 'node allocatable resource claim statuses'],
]

function status({ a, node }: NodeRequest): string | undefined {
  if (a.operation !== 'UPDATE') return `unexpected operation ${goQuote(a.operation)}`
  const [old, next] = [a.oldObject!, a.object!]
  const quoted = goQuote(node)
  if (nodeOf(old) !== node) return `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`
  if (!isDeepStrictEqual(old.metadata.labels ?? {}, next.metadata.labels ?? {}))
    return `node ${quoted} cannot update labels through pod status`
  const [before, now] = [old.status, next.status] as (Record<string, unknown> | undefined)[]
  const field = OTHERS_STATUS.find(([name]) => !sameOrEmpty(before?.[name], now?.[name]))
  return field === undefined ? undefined : `node ${quoted} cannot update ${field[1]}`
}

/** A list without items is none. */
const sameOrEmpty = (a: unknown, b: unknown): boolean => {
  const shown = (v: unknown): unknown => (v === null || (Array.isArray(v) && v.length === 0) ? undefined : v)
  return isDeepStrictEqual(shown(a), shown(b))
}

async function eviction({ a, node, get }: NodeRequest): Promise<string | undefined> {
  if (a.operation !== 'CREATE') return `unexpected operation ${a.operation}`
  const name = a.name || a.object?.metadata.name
  if (!name) return 'could not determine pod from request data'
  const existing = await get('pod', a.namespace, name)
  return nodeOf(existing) === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`
}

import type { Entry } from '../../cache/entry.ts'
import { apiVersionOf, type KubeObject, type ListMeta, type ObjectMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import { typeOfField } from '../../scheme/field-type.ts'
import { normalize } from '../../scheme/check.ts'
import type { KindTypes, TypeFacts } from '../../scheme/contract.ts'

// Objects and lists as they are shown, before they are bytes.

export const isUntyped = ({ schema }: ServedResource): boolean => schema.facts === undefined

/** The object in the served version, the sets of its managedFields as text: for protobuf. */
export function withRawSets(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.withRawFieldSets() : served.fromStored(entry.object())
}

/** The object in the served version for a look, perhaps without managedFields: not to be changed. */
export function servedView(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.view() : served.fromStored(entry.object())
}

/** A parsed copy in the served version. */
export function servedObject(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.object() : served.fromStored(entry.object())
}

/** The object in the served version, one for all who look at it; without managedFields where it needs no conversion. */
export function sharedObject(served: ServedResource, entry: Entry): KubeObject {
  return served.identity ? entry.shared() : served.fromStored(entry.object())
}

/** Where metadata can be written as it is stored. */
export const hasMetadataText = (served: ServedResource): boolean => served.identity && !isUntyped(served)

/** A PartialObjectMetadata as JSON, for what `hasMetadataText`. */
export const partialMetadataText = (entry: Entry, apiVersion: string): string =>
  `{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":${entry.metadataText}}`

export function withoutType({ kind: _k, apiVersion: _a, ...rest }: KubeObject): object {
  return rest
}

/** Go's ObjectMeta. */
const objectMeta = (types: KindTypes): TypeFacts => typeOfField(types.typeOf('meta.k8s.io', 'v1', 'PartialObjectMetadata')!, 'metadata')

/** The metadata of an object where it stands alone, in the order of its type. */
export function metadataOf(served: ServedResource, types: KindTypes, { metadata }: KubeObject): ObjectMeta {
  return isUntyped(served) ? normalize(objectMeta(types), metadata) : metadata
}

/** An object that carries nothing but a resourceVersion (KEP-956), in the resource's own kind. */
export function bookmarkObject(kind: string, apiVersion: string, revision: number, initialEventsEnd: boolean): KubeObject {
  const metadata = {
    resourceVersion: String(revision),
    ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  }
  return { kind, apiVersion, metadata }
}

/** The same as Go writes a map. */
export function sortedBookmark({ kind, apiVersion, metadata: { resourceVersion, annotations } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { ...(annotations === undefined ? {} : { annotations }), resourceVersion } } as KubeObject
}

export function listMeta(m: ListMeta): ListMeta {
  const out: ListMeta = {}
  if (m.resourceVersion !== undefined) out.resourceVersion = m.resourceVersion
  if (m.continue) out.continue = m.continue
  if (m.remainingItemCount) out.remainingItemCount = m.remainingItemCount
  return out
}

/** A list without items, as the last fields of what it is made around say where they go. */
export function emptyList(served: ServedResource): (meta: ListMeta) => object {
  const { facts, listKind: kind } = served
  const apiVersion = apiVersionOf(facts.group, facts.version)
  if (isUntyped(served)) return (meta) => ({ apiVersion, items: [], kind, metadata: sortedListMeta(meta) })
  return (meta) => ({ kind, apiVersion, metadata: listMeta(meta), items: [] })
}

/** As Go writes a map: nothing is left out but what counts nothing. */
export const sortedListMeta = (m: ListMeta): ListMeta => ({
  continue: m.continue ?? '',
  ...(m.remainingItemCount ? { remainingItemCount: m.remainingItemCount } : {}),
  ...(m.resourceVersion === undefined ? {} : { resourceVersion: m.resourceVersion }),
})

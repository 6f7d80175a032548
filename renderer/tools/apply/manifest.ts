import { type Resource, resourceOfKind, resourcePath } from '../../kube/resource.ts'
import { isRecord } from '../../kube/types.ts'
import { type Fault, readDocuments, type YamlDocument } from '../yaml/documents.ts'

/** One object of a text, and what has to be known to send it. */
export interface Manifest {
  /** Its place among all objects of the text. */
  index: number
  document: YamlDocument
  /** Where in the document it stands: `[]`, or inside a List. */
  within: readonly (string | number)[]
  apiVersion: string
  kind: string
  namespace: string
  /** '' where the server is to make up a name. */
  name: string
  generateName: string
  value: Record<string, unknown>
  /** It is no object at all, but this. */
  notObject?: NotObject
  /** What is wrong with it as text; then nothing is sent. */
  faults: readonly Fault[]
}

export type NotObject = 'list' | 'value'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The objects of a text in their order; those of a List one by one. */
export function manifestsOf(documents: readonly YamlDocument[]): Manifest[] {
  const found = documents.flatMap((document): Omit<Manifest, 'index'>[] => {
    const { value, faults } = document
    if (faults.length > 0) return [describe(document, {}, [], faults)]
    const list = isRecord(value) && text(value.kind).endsWith('List') && Array.isArray(value.items)
    if (!list) return [describe(document, value, [], faults)]
    return (value.items as unknown[]).map((item, at) => describe(document, item, ['items', at], faults))
  })
  return found.map((manifest, index) => ({ ...manifest, index }))
}

function describe(document: YamlDocument, told: unknown, within: Manifest['within'], faults: readonly Fault[]): Omit<Manifest, 'index'> {
  const value = isRecord(told) ? told : {}
  const metadata = isRecord(value.metadata) ? value.metadata : {}
  return {
    document,
    within,
    value,
    ...(faults.length > 0 || isRecord(told) ? {} : { notObject: Array.isArray(told) ? 'list' : 'value' }),
    faults,
    apiVersion: text(value.apiVersion),
    kind: text(value.kind),
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    generateName: text(metadata.generateName),
  }
}

export type Missing = 'apiVersion' | 'kind' | 'name'

/** What an object must say and does not. */
export function missingOf({ apiVersion, kind, name, generateName }: Manifest): Missing | undefined {
  if (!apiVersion) return 'apiVersion'
  if (!kind) return 'kind'
  return name || generateName ? undefined : 'name'
}

/**
 * A text with a list of objects, as `kubectl get -o json | jq .items` leaves it, written as the List that the API knows. Undefined where
 * the list is no document by itself.
 */
export function asList(whole: string, { document, notObject, within }: Manifest): string | undefined {
  if (notObject !== 'list' || within.length > 0) return undefined
  // A large text was read in a worker, which keeps the nodes.
  const nodes = document.document ?? readDocuments(whole).find(({ from }) => from === document.from)?.document
  const [from, to] = nodes?.contents?.range ?? []
  if (from === undefined || to === undefined) return undefined
  // The blanks before its first line belong to it.
  const start = whole.lastIndexOf('\n', from - 1) + 1
  const head = whole.slice(start, from).trim()
  if (head !== '' && head !== '---') return undefined
  const items = whole.slice(head === '' ? start : from, to).replace(/^(?=.)/gm, '  ')
  return `${whole.slice(0, start)}${head && `${head}\n`}apiVersion: v1\nkind: List\nitems:\n${items}${whole.slice(to)}`
}

/** The kind as discovery has it, in the version that the object names; also one that an earlier object of the same text defines. */
export function kindOf(
  manifest: Manifest,
  all: readonly Resource[],
  earlier: readonly Manifest[],
): { resource: Resource; defined: boolean } | undefined {
  const { apiVersion, kind } = manifest
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  const served = resourceOfKind(all, apiVersion, kind)
  if (served) return { resource: { ...served, version }, defined: false }
  for (const { value } of earlier) {
    const resource = value.kind === 'CustomResourceDefinition' ? definedBy(value, apiVersion, kind, version) : undefined
    if (resource) return { resource, defined: true }
  }
  return undefined
}

function definedBy({ spec }: Record<string, unknown>, apiVersion: string, kind: string, version: string): Resource | undefined {
  const names = isRecord(spec) && isRecord(spec.names) ? spec.names : {}
  if (!isRecord(spec) || names.kind !== kind || `${text(spec.group)}/${version}` !== apiVersion) return undefined
  return {
    group: text(spec.group),
    version,
    plural: text(names.plural),
    singular: text(names.singular),
    kind,
    namespaced: spec.scope === 'Namespaced',
    verbs: [],
    subresources: [],
    shortNames: [],
    categories: [],
  }
}

/** Where the object is, or the collection that a name is made up in; a namespaced object without a namespace is of `fallback`. */
export function placeOf(manifest: Manifest, resource: Resource, fallback: string): { path: string; namespace: string } {
  const namespace = resource.namespaced ? manifest.namespace || fallback : ''
  return { path: resourcePath(resource, namespace, manifest.name || undefined), namespace }
}

/** Whether an earlier object of the text makes the namespace. */
export const makesNamespace = (earlier: readonly Manifest[], namespace: string): boolean =>
  earlier.some(({ kind, apiVersion, name }) => kind === 'Namespace' && apiVersion === 'v1' && name === namespace)

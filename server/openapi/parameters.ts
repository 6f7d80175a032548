import type { FieldFacts, TypeRef } from '../scheme/contract.ts'

export interface Parameter {
  name: string
  in: 'query' | 'path'
  type: 'string' | 'boolean' | 'integer'
  /** Where its description is found; the same name means other things to other operations. */
  key: string
  /** Said where the key has no description. */
  text?: string
}

const BOOLEANS = new Set([
  ...['allowWatchBookmarks', 'watch', 'sendInitialEvents', 'orphanDependents', 'force'],
  'ignoreStoreReadErrorWithClusterBreakingPotential',
])
const INTEGERS = new Set(['limit', 'timeoutSeconds', 'gracePeriodSeconds'])

export const query = (name: string, key = name): Parameter => ({
  name,
  in: 'query',
  type: BOOLEANS.has(name) ? 'boolean' : INTEGERS.has(name) ? 'integer' : 'string',
  key,
})

export const inPath = (name: string, text: string): Parameter => ({ name, in: 'path', type: 'string', key: `path.${name}`, text })

const SELECT = [
  ...['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents'],
  ...['shardSelector', 'timeoutSeconds'],
]
const DELETE = [
  ...['dryRun', 'gracePeriodSeconds', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents', 'propagationPolicy'],
]

export const PRETTY = query('pretty')
export const LIST = ['allowWatchBookmarks', ...SELECT, 'watch'].map((n) => query(n))
export const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'].map((n) => query(n))
/** The field manager has to be named when the patch is an apply, which its description says. */
export const PATCH = [query('dryRun'), query('fieldManager', 'patch.fieldManager'), query('fieldValidation'), query('force')]
export const DELETE_ONE = DELETE.map((n) => query(n))
export const DELETE_MANY = [...SELECT, ...DELETE].map((n) => query(n))

/** The fields of an options kind as query parameters: what `exec`, `log` and `proxy` read. Times cannot be given so. */
export function optionParameters(kind: string, fields: readonly FieldFacts[]): Parameter[] {
  return fields.flatMap((f): Parameter[] => {
    const type = queryType(f.type)
    if (type === undefined || f.name === 'kind' || f.name === 'apiVersion') return []
    return [{ name: f.name, in: 'query', type, key: `${kind}.${f.name}` }]
  })
}

function queryType(type: TypeRef): Parameter['type'] | undefined {
  if (type.kind === 'array') return queryType(type.items)
  if (type.kind === 'int32' || type.kind === 'int64') return 'integer'
  return type.kind === 'string' || type.kind === 'boolean' ? type.kind : undefined
}

const byName = (a: Parameter, b: Parameter): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1)
const identity = (p: Parameter): string => `${p.in} ${p.name} ${p.key}`

/** Parameters that every operation of a path has stand at the path (kube-openapi does so); the rest stay. Both come sorted. */
export function hoisted(operations: readonly (readonly Parameter[])[]): { common: Parameter[]; own: Parameter[][] } {
  const counts = new Map<string, number>()
  for (const parameters of operations) for (const p of parameters) counts.set(identity(p), (counts.get(identity(p)) ?? 0) + 1)
  const isCommon = (p: Parameter): boolean => counts.get(identity(p)) === operations.length
  return {
    common: (operations[0] ?? []).filter(isCommon).sort(byName),
    own: operations.map((parameters) => parameters.filter((p) => !isCommon(p)).sort(byName)),
  }
}

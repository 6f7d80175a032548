import { isRecord, type KubeObject } from './types.ts'

export type FieldPath = readonly (string | number)[]

/** Who has set a field, and how (metav1.ManagedFieldsEntry). */
export interface Owner {
  manager: string
  operation: 'Apply' | 'Update'
  subresource?: string
  /** When the entry last changed; RFC 3339. */
  time?: string
}

interface Entry {
  manager?: string
  operation?: string
  subresource?: string
  time?: string
  fieldsV1?: unknown
}

const pathKey = (path: FieldPath): string => JSON.stringify(path)

/** `spec.containers[0].image`; keys that are no words are quoted. */
export const pathText = (path: FieldPath): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : /^[\w$-]+$/.test(part) ? `${index > 0 ? '.' : ''}${part}` : `[${JSON.stringify(part)}]`,
    )
    .join('')

/** Who owns what in an object: fields by their path in it, list items by their place. It is looked up along the path: an object may have thousands. */
export class FieldOwners {
  readonly #object: KubeObject
  /** Which item of its list each key of an entry's fields is; a list is searched once. */
  readonly #items = new Map<object, Map<unknown, string>>()
  readonly #entries: readonly { owner: Owner; fields: Record<string, unknown> }[]

  constructor(object: KubeObject) {
    this.#object = object
    this.#entries = ((object.metadata.managedFields ?? []) as Entry[]).flatMap(
      ({ manager = '', operation, subresource, time, fieldsV1 }) =>
        isRecord(fieldsV1)
          ? [
              {
                owner: { manager, operation: operation === 'Apply' ? 'Apply' : 'Update', subresource: subresource || undefined, time },
                fields: fieldsV1,
              },
            ]
          : [],
    )
  }

  /** The owners of exactly this field. */
  of(path: FieldPath): readonly Owner[] {
    return this.#found(path).map(({ owner }) => owner)
  }

  /** The owners of the field, or of the value around it that is owned as a whole: who made a map owns no key that others add. */
  around(path: FieldPath): { path: FieldPath; owners: readonly Owner[] } | undefined {
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length)
      const found = this.#found(part)
      if (found.length > 0 && (length === path.length || found.some(({ whole }) => whole))) {
        return { path: part, owners: found.map(({ owner }) => owner) }
      }
    }
    return undefined
  }

  /** FieldsV1: `f:name` a field, `k:{…}` the list item with these keys, `v:…` the item of this value, `.` the thing itself. */
  #found(path: FieldPath): { owner: Owner; whole: boolean }[] {
    return this.#entries.flatMap(({ owner, fields }) => {
      let below: unknown = fields
      let value: unknown = this.#object
      for (const step of path) {
        const key: string | undefined = isRecord(below) ? this.#keyOf(below, value, step) : undefined
        if (key === undefined) return []
        below = (below as Record<string, unknown>)[key]
        value = child(value, step)
      }
      if (!isRecord(below) || path.length === 0) return []
      const whole = Object.keys(below).length === 0
      return whole || '.' in below ? [{ owner, whole }] : []
    })
  }

  /** By which key an entry's fields have this step; undefined where they do not. */
  #keyOf(fields: Record<string, unknown>, value: unknown, step: string | number): string | undefined {
    if (typeof step === 'string') return `f:${step}` in fields ? `f:${step}` : undefined
    const known = this.#items.get(fields)
    if (known) return known.get(step)
    const items = new Map<unknown, string>()
    for (const key of Object.keys(fields).toReversed()) items.set(stepOf(key, value), key)
    this.#items.set(fields, items)
    return items.get(step)
  }
}

const child = (value: unknown, step: string | number): unknown =>
  Array.isArray(value) ? (value as unknown[])[Number(step)] : isRecord(value) ? value[step] : undefined

/** Undefined for what the object no longer has. */
function stepOf(key: string, value: unknown): string | number | undefined {
  const text = key.slice(2)
  if (key.startsWith('f:')) return text
  if (!Array.isArray(value)) return undefined
  if (key.startsWith('i:')) return Number(text)
  const wanted = parsed(text)
  const at = value.findIndex((item: unknown) => {
    if (key.startsWith('v:')) return JSON.stringify(item) === JSON.stringify(wanted)
    return key.startsWith('k:') && isRecord(item) && isRecord(wanted) && Object.entries(wanted).every(([name, is]) => item[name] === is)
  })
  return at < 0 ? undefined : at
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the server counts and writes itself; a dry run makes some of it up. */
const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp'])

/** An object without what every change changes: for a comparison of what a change means. */
export function comparable(object: unknown): unknown {
  if (!isRecord(object) || !isRecord(object.metadata)) return object
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !bookkeeping.has(key)))
  return { ...object, metadata }
}

/** The paths of all values that differ, by their place in `before`; of what is only in `after`, the outermost. */
export function changedPaths(before: unknown, after: unknown, path: FieldPath = []): FieldPath[] {
  if (Object.is(before, after)) return []
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changedPaths(before[key], after[key], [...path, key]),
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, n) =>
      changedPaths((before as unknown[])[n], (after as unknown[])[n], [...path, n]),
    ).flat()
  }
  return [path]
}

/** A field that a change sets and that others have set before. */
export interface Taken {
  path: FieldPath
  owners: Owner[]
}

/** Whose fields a change changes: those of everybody but `except`. One that is owned as a whole is named once. */
export function takenFrom(object: KubeObject, paths: readonly FieldPath[], except: string): Taken[] {
  const owners = new FieldOwners(object)
  const found = new Map<string, Taken>()
  for (const path of paths) {
    const held = owners.around(path)
    const others = held?.owners.filter(({ manager }) => manager !== except) ?? []
    if (held && others.length > 0) found.set(pathKey(held.path), { path: held.path, owners: others })
  }
  return [...found.values()]
}

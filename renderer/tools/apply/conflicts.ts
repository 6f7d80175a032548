import { type Document, isMap, isScalar } from 'yaml'
import type { ApiError } from '../../kube/api-error.ts'
import type { FieldPath } from '../../kube/managed-fields.ts'
import { isRecord } from '../../kube/types.ts'
import { readDocuments } from '../yaml/documents.ts'
import { yamlText } from '../yaml/text.ts'
import type { Manifest } from './manifest.ts'

/** A field that another manager holds with another value (server-side apply). */
export interface Conflict {
  /** As the server writes it: `.spec.template.spec.containers[name="main"].image`. */
  field: string
  manager: string
}

const managerOf = /^conflict with ("(?:[^"\\]|\\.)*")/

export const conflictsOf = (error: ApiError): Conflict[] =>
  error.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, manager: String(parsed(managerOf.exec(message)?.[1] ?? '')) }))

/**
 * The path of a field in an object. Names stand without quotes and may hold dots themselves: the longest name that the object has is
 * meant. Undefined when the object does not have it.
 */
export function resolveField(object: unknown, field: string): FieldPath | undefined {
  const path: (string | number)[] = []
  let value = object
  let rest = field
  while (rest !== '') {
    if (rest.startsWith('.') && isRecord(value)) {
      const name = Object.keys(value)
        .filter((key) => rest.startsWith(key, 1) && /^(?:$|[.[])/.test(rest.slice(1 + key.length)))
        .sort((a, b) => b.length - a.length)[0]
      if (name === undefined) return undefined
      path.push(name)
      value = value[name]
      rest = rest.slice(1 + name.length)
      continue
    }
    const item = /^\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]/.exec(rest)
    if (!item || !Array.isArray(value)) return undefined
    const at = itemAt(value, item[1] ?? '')
    if (at === undefined) return undefined
    path.push(at)
    value = value[at]
    rest = rest.slice(item[0].length)
  }
  return path
}

/** `name="main",port=80`, `="value"`, or a number. */
function itemAt(list: readonly unknown[], text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const wanted = [...text.matchAll(/([^=,]*)=("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, key = '', value = '']) => [key, parsed(value)] as const)
  const at = list.findIndex((item) => wanted.every(([key, value]) => (key === '' ? item === value : isRecord(item) && item[key] === value)))
  return at < 0 || wanted.length === 0 ? undefined : at
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * The text with the field as it is stored (then both managers share it), or without it where it is no plain value. Only the lines of that
 * field are touched. Undefined when it cannot be found.
 */
export function keepTheirs(whole: string, manifest: Manifest, field: string, stored: unknown): string | undefined {
  const path = resolveField(manifest.value, field)
  if (!path || path.length === 0) return undefined
  const inText = [...manifest.within, ...path]
  // A large text was read in a worker, which keeps the nodes.
  const document = manifest.document.document ?? readDocuments(whole).find(({ from }) => from === manifest.document.from)?.document
  if (!document) return undefined
  const node: unknown = document.getIn(inText, true)
  const theirs = valueAt(stored, resolveField(stored, field))
  if (isScalar(node) && node.range && theirs !== undefined && !isRecord(theirs) && !Array.isArray(theirs)) {
    const written = yamlText(theirs).trimEnd()
    if (!written.includes('\n')) return whole.slice(0, node.range[0]) + written + whole.slice(node.range[1])
  }
  return withoutPair(whole, document, inText)
}

const valueAt = (object: unknown, path: FieldPath | undefined): unknown =>
  path?.reduce<unknown>(
    (value, step) => (Array.isArray(value) ? (value as unknown[])[Number(step)] : isRecord(value) ? value[step] : undefined),
    object,
  )

/** Takes the lines of a key and its value out of a block. */
function withoutPair(whole: string, document: Document.Parsed, path: FieldPath): string | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (!isMap(parent) || parent.flow) return undefined
  const at = parent.items.findIndex(({ key }) => isScalar(key) && key.value === last)
  const pair = parent.items[at]
  if (!pair || !isScalar(pair.key) || !pair.key.range) return undefined
  const next = parent.items[at + 1]
  const from = pair.key.range[0]
  const to = next && isScalar(next.key) && next.key.range ? next.key.range[0] : (parent.range?.[1] ?? from)
  // Up to the next key, which then stands where this one stood.
  return whole.slice(0, from) + (next ? whole.slice(to) : whole.slice(to).replace(/^[ \t]*/, ''))
}

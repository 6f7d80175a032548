import { compareText, sortTexts } from '../machinery/text-order.ts'
import { isMap, type ListStructure } from './structure.ts'

/**
 * One step of a path, as FieldsV1 spells it: `f:name` a field, `k:{"name":"c"}` an item of a list by its keys, `v:"a"` an item of a set by
 * its value, `i:0` one by its place (structured-merge-diff `fieldpath/serialize-pe.go`).
 */
export type PathElement = string

/** Elements of names that were seen, so that each is one string whose hash is known. Names come from clients: no more than these. */
const ELEMENTS = new Map<string, PathElement>()
const MAX_ELEMENTS = 4096
const MAX_NAME = 64

export function fieldElement(name: string): PathElement {
  let pe = ELEMENTS.get(name)
  if (pe === undefined) {
    pe = `f:${name}`
    if (ELEMENTS.size < MAX_ELEMENTS && name.length <= MAX_NAME) ELEMENTS.set(name, pe)
  }
  return pe
}
export const isField = (pe: PathElement): boolean => pe.startsWith('f:')
export const fieldName = (pe: PathElement): string => pe.slice(2)

/** Why an item has no path element. */
export class ItemError extends Error {
  override name = 'ItemError'
}

/** As the reference writes values into names: without the characters that HTML minds (Go's encoding/json). */
export function scalarJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`
  return JSON.stringify(value).replace(HTML, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
const PLAIN = /^[\w.:/ -]*$/
const HTML = /[<>&\u2028\u2029]/g

/** An item's name by its keys, in order. */
export function keysElement(fields: readonly (readonly [string, unknown])[]): PathElement {
  const sorted = [...fields].sort(([a], [b]) => compareText(a, b))
  return `k:{${sorted.map(([k, v]) => `${scalarJson(k)}:${scalarJson(v)}`).join(',')}}`
}

/** What names an item of a set or of a list with keys. @throws ItemError for an item that cannot be named */
export function itemElement(list: ListStructure, item: unknown): PathElement {
  return list.keys.length > 0 ? keyElement(list, item) : valueElement(item)
}

function keyElement(list: ListStructure, item: unknown): PathElement {
  if (item === null || item === undefined) throw new ItemError('associative list with keys may not have a null element')
  if (!isMap(item)) throw new ItemError('associative list with keys may not have non-map elements')
  let text = ''
  for (const { key, start } of sortedKeys(list)) {
    const value = Object.hasOwn(item, key) ? item[key] : list.keyDefaults?.[key]
    if (value !== undefined) text += (text === '' ? '' : ',') + start + scalarJson(value)
  }
  if (text === '') {
    const keys = list.keys.map((k) => JSON.stringify(k)).join(' ')
    throw new ItemError(
      `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
    )
  }
  return `k:{${text}}`
}

/** A list's keys in order, with the text before each value. */
interface SortedKey {
  readonly key: string
  readonly start: string
}
const SORTED = new WeakMap<ListStructure, readonly SortedKey[]>()
function sortedKeys(list: ListStructure): readonly SortedKey[] {
  let keys = SORTED.get(list)
  if (keys === undefined) SORTED.set(list, (keys = [...list.keys].sort(compareText).map((key) => ({ key, start: `${scalarJson(key)}:` }))))
  return keys
}

function valueElement(item: unknown): PathElement {
  if (isMap(item)) throw new ItemError("associative list without keys has an element that's a map type")
  if (Array.isArray(item)) throw new ItemError('not supported: associative list with lists as elements')
  if (item === null || item === undefined) throw new ItemError("associative list without keys has an element that's an explicit null")
  return `v:${scalarJson(item)}`
}

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))

/** As errors print it: `.name`, `[name="c",port=80]`, `[="a"]`, `[0]`. */
export function printElement(pe: PathElement): string {
  const rest = pe.slice(2)
  switch (pe[0]) {
    case 'f':
      return `.${rest}`
    case 'k':
      return `[${Object.entries(JSON.parse(rest) as object)
        .map(([k, v]) => `${k}=${shown(v)}`)
        .join(',')}]`
    case 'v':
      return `[=${shown(JSON.parse(rest))}]`
    default:
      return `[${rest}]`
  }
}

export const printPath = (path: readonly PathElement[]): string => path.map(printElement).join('')

/** First characters of elements, in the order of their places. */
export const KINDS = 'fkvi'
const FIELD = KINDS.charCodeAt(0)

/** An element with what its place among others depends on, read once: a sort looks at each many times. */
interface Placed {
  readonly pe: PathElement
  readonly kind: number
  /** Of a key its entries, of a value the value, of a place its number. */
  readonly key: readonly (readonly [string, unknown])[] | undefined
  readonly scalar: unknown
}

function placed(pe: PathElement): Placed {
  const kind = KINDS.indexOf(pe[0]!)
  if (kind === 0) return { pe, kind, key: undefined, scalar: pe }
  const rest = pe.slice(2)
  if (pe[0] === 'i') return { pe, kind, key: undefined, scalar: Number(rest) }
  const value: unknown = JSON.parse(rest)
  return isMap(value) ? { pe, kind, key: Object.entries(value), scalar: undefined } : { pe, kind, key: undefined, scalar: value }
}

function comparePlaced(a: Placed, b: Placed): number {
  if (a.kind !== b.kind || a.key === undefined || b.key === undefined) return a.kind - b.kind || compareScalars(a.scalar, b.scalar)
  const [p, q] = [a.key, b.key]
  for (let i = 0; i < p.length && i < q.length; i++) {
    const c = compareScalars(p[i]![0], q[i]![0]) || compareScalars(p[i]![1], q[i]![1])
    if (c !== 0) return c
  }
  return p.length - q.length
}

/**
 * In the order in which FieldsV1 lists them: fields, keys, values, places; numbers by size (`fieldpath/element.go`, Compare).
 * The array itself is sorted, if it holds nothing but fields.
 */
export function sortElements(elements: PathElement[]): PathElement[] {
  if (elements.every((pe) => pe.charCodeAt(0) === FIELD)) return sortTexts(elements)
  return elements
    .map(placed)
    .sort(comparePlaced)
    .map(({ pe }) => pe)
}

const RANK = ['number', 'string', 'boolean']
const rank = (value: unknown): number => RANK.indexOf(typeof value === 'bigint' ? 'number' : typeof value)
function compareScalars(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return rank(a) - rank(b) || ((a as number) < (b as number) ? -1 : Number((a as number) > (b as number)))
}

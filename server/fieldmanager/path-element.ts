import { goQuote } from '../machinery/go-quote.ts'
import { goFloat, JsonNumber, parseNumbers } from '../machinery/numbers.ts'
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

/** A value as errors print it (structured-merge-diff `value/value.go`, ToString): nothing stands between the fields of a map. */
function shown(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) {
    const items: string[] = []
    for (const item of value) items.push(shown(item))
    return `[${items.join(',')}]`
  }
  if (value instanceof JsonNumber) return goFloat(value.value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : goFloat(value)
  return isMap(value)
    ? sortedEntries(value)
        .map(([k, v]) => `${k}=${shown(v)}`)
        .join('')
    : String(value)
}

const sortedEntries = (map: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(map).sort(([a], [b]) => compareText(a, b))

/** As errors print it: `.name`, `[name="c",port=80]`, `[="a"]`, `[0]`. */
export function printElement(pe: PathElement): string {
  const rest = pe.slice(2)
  switch (pe[0]) {
    case 'f':
      return `.${rest}`
    case 'k':
      return `[${Object.entries(parseNumbers(rest) as object)
        .map(([k, v]) => `${k}=${shown(v)}`)
        .join(',')}]`
    case 'v':
      return `[=${shown(parseNumbers(rest))}]`
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
  if (a.kind !== b.kind || a.key === undefined || b.key === undefined) return a.kind - b.kind || compareValues(a.scalar, b.scalar)
  const [p, q] = [a.key, b.key]
  for (let i = 0; i < p.length && i < q.length; i++) {
    const c = compareValues(p[i]![0], q[i]![0]) || compareValues(p[i]![1], q[i]![1])
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

const RANK = ['number', 'string', 'boolean', 'list', 'map', 'null']
function rank(value: unknown): number {
  if (typeof value !== 'object') return RANK.indexOf(typeof value === 'bigint' ? 'number' : typeof value)
  return RANK.indexOf(value === null ? 'null' : Array.isArray(value) ? 'list' : 'map')
}

/** Values of any kind; those of a key may be lists and maps where a schema says nothing of them. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  const c = rank(a) - rank(b)
  if (c !== 0) return c
  if (Array.isArray(a)) return compareLists(a, b as unknown[])
  if (isMap(a)) return compareLists(sortedEntries(a).flat(), sortedEntries(b as Record<string, unknown>).flat())
  return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number))
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const c = compareValues(a[i], b[i])
    if (c !== 0) return c
  }
  return a.length - b.length
}

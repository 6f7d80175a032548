import type { Entry } from '../../cache/entry.ts'
import { JSON_ITEMS } from '../../cache/item-form.ts'
import { parseNumbers } from '../../machinery/numbers.ts'
import { apiVersionOf, type KubeObject, type ListMeta } from '../../machinery/types.ts'
import type { ServedResource } from '../../registry/generic/resource.ts'
import type { ListEnds, ResourceEncoder } from './contract.ts'
import { jsonFrames } from './frames.ts'
import { bookmarkObject, emptyList, isUntyped, servedObject, sharedObject, sortedBookmark, withoutType } from './objects.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

export const COMMA = Buffer.from(',')
export const NEWLINE = Buffer.from('\n')

interface JsonForms {
  object(e: Entry): Buffer
  line(e: Entry): Buffer
  /** Typed objects do not say in a list what they are: the list does. */
  item(e: Entry): Buffer
}

export function servedJson(served: ServedResource): JsonForms {
  // What has no type of its own says in a list what it is, too.
  if (served.identity) return { object: (e) => e.json, line: (e) => e.line, item: isUntyped(served) ? (e) => e.json : (e) => e.item }
  const key = `json ${served.facts.group}/${served.facts.version}`
  const object = (e: Entry): Buffer => e.encoding(key, () => Buffer.from(escapedJson(servedObject(served, e))))
  return {
    object,
    line: (e) => Buffer.concat([object(e), NEWLINE]),
    item: (e) => Buffer.from(escapedJson(withoutType(servedObject(served, e)))),
  }
}

export function jsonEncoder(served: ServedResource, pretty: boolean): ResourceEncoder {
  const { facts } = served
  const apiVersion = apiVersionOf(facts.group, facts.version)
  const forms = servedJson(served)
  const bookmark = isUntyped(served) ? sortedBookmark : (obj: KubeObject): KubeObject => obj
  const object = pretty ? (e: Entry): Buffer => prettyJson(forms.object(e)) : forms.line
  const list = jsonList(emptyList(served), pretty)
  return {
    contentType: 'application/json',
    watchContentType: 'application/json',
    ...(served.identity && !pretty ? { joined: { form: JSON_ITEMS, ends: list.ends } } : {}),
    object,
    item: pretty ? (e) => prettyItem(forms.item(e)) : forms.item,
    ...list,
    shared: (e) => sharedObject(served, e),
    frames: jsonFrames(`json ${apiVersion}`, forms.object, (rv, end) =>
      Buffer.from(escapedJson(bookmark(bookmarkObject(facts.kind, apiVersion, rv, end)))),
    ),
  }
}

export function jsonList(empty: (meta: ListMeta) => object, pretty: boolean): Required<Pick<ResourceEncoder, 'list' | 'ends'>> {
  const ends = (meta: ListMeta): ListEnds => (pretty ? prettyEnds(empty(meta)) : plainEnds(empty(meta)))
  return { list: (items, meta) => (pretty && items.length === 0 ? [prettyEmpty(empty(meta))] : joinItems(ends(meta), items)), ends }
}

export function joinItems({ head, tail, between }: ListEnds, items: readonly Buffer[]): Buffer[] {
  const out = [head]
  for (const item of items) {
    if (out.length > 1) out.push(between)
    out.push(item)
  }
  out.push(tail)
  return out
}

export function prettyJson(json: Buffer): Buffer {
  return Buffer.from(escapedJson(parseNumbers(json.toString()), 2))
}

/** `list` around the items of its array: `{"kind":"PodList","apiVersion":"v1","metadata":{…},"items":[`, in the reference's order. */
function plainEnds(list: object): ListEnds {
  const text = escapedJson(list)
  const at = text.indexOf(ITEMS) + ITEMS.length
  return { head: Buffer.from(text.slice(0, at)), tail: Buffer.from(`${text.slice(at)}\n`), between: COMMA }
}

const ITEMS = '"items":['

/** An element of a list's array, indented as it stands there. */
export function prettyItem(json: Buffer): Buffer {
  return Buffer.from(`\n    ${escapedJson(parseNumbers(json.toString()), 2).replaceAll('\n', '\n    ')}`)
}

export const prettyEmpty = (list: object): Buffer => Buffer.from(escapedJson(list, 2))

/** `list`, which has one field that is an empty array, around items that `prettyItem` made. */
export function prettyEnds(list: object): ListEnds {
  const text = escapedJson(list, 2)
  const at = EMPTY_ARRAY.exec(text)!
  const end = at.index + at[0].length
  return { head: Buffer.from(text.slice(0, end - 1)), tail: Buffer.from(`\n  ]${text.slice(end)}`), between: COMMA }
}

/** Of the list itself: what lies deeper is indented more. */
const EMPTY_ARRAY = /^ {2}"(?:items|rows)": \[\]/m

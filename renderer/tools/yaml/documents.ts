import {
  Composer,
  type CST,
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Parser,
  type ScalarTag,
  visit,
} from 'yaml'
import type { FieldPath } from '../../kube/managed-fields.ts'
import { yamlTokens } from './lexer.ts'
import { resolveScalar } from './scalars.ts'

export interface Fault {
  /** Offsets in the whole text. */
  from: number
  to: number
  message: string
}

/** One document of a text, as kubectl would read it. */
export interface YamlDocument {
  /** Where it stands in the text; of several each begins with its `---`. */
  from: number
  to: number
  value: unknown
  faults: Fault[]
  /** Its nodes and their places. Of a large text they stay in the worker that has read it: what needs them asks there. */
  document?: Document.Parsed
}

/** One with its nodes. */
export type ParsedDocument = YamlDocument & { document: Document.Parsed }

/** More than any manifest has. A text of references to references grows without end. */
const mostAliases = 200

const goScalar: ScalarTag = {
  tag: 'tag:yaml.org,2002:go',
  default: true,
  // The library only calls `test`.
  test: { test: (text: string) => resolveScalar(text) !== undefined } as RegExp,
  resolve: (text) => resolveScalar(text),
}

function* parsed(text: string): Generator<CST.Token> {
  const parser = new Parser()
  for (const token of yamlTokens(text)) yield* parser.next(token)
  yield* parser.end()
}

/** The documents of a text that hold something, each with what is wrong with it. Never throws. */
export function readDocuments(text: string): ParsedDocument[] {
  const composer = new Composer({
    // The library's own check compares each key with each before it: 5,000 keys took two seconds.
    uniqueKeys: false,
    version: '1.1',
    schema: 'failsafe',
    customTags: (tags) => [goScalar, ...tags],
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  })
  return [...composer.compose(parsed(text), false, text.length)].flatMap((document): ParsedDocument[] => {
    const own = document.errors.map(({ pos, message }): Fault => ({ from: pos[0], to: Math.max(pos[0], pos[1]), message }))
    const faults = [...own, ...repeatedKeys(document)].sort((a, b) => a.from - b.from)
    const [from, , to] = document.range
    let value: unknown
    try {
      value = document.toJS({ maxAliasCount: mostAliases })
    } catch (thrown) {
      faults.push({ from, to: from, message: thrown instanceof Error ? thrown.message : String(thrown) })
    }
    if (faults.length === 0 && (value === null || value === undefined)) return []
    return [{ from, to, value, faults, document }]
  })
}

/** Keys that their map has already, in the library's own words and at the places where it would say so. */
function repeatedKeys(document: Document.Parsed): Fault[] {
  const faults: Fault[] = []
  visit(document, {
    Map(_, { items }) {
      const known = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const from = key.range?.[0] ?? 0
        if (known.has(key.value)) faults.push({ from, to: from + 1, message: 'Map keys must be unique' })
        known.add(key.value)
      }
    },
  })
  return faults
}

/** What stands at an offset of the text: `spec`, `containers`, 0, `image`. */
export function pathAt({ document }: ParsedDocument, offset: number): FieldPath {
  const path: (string | number)[] = []
  let node: unknown = document.contents
  for (;;) {
    if (isMap(node)) {
      // A pair reaches to the next one: what is behind a value is still its own.
      const pair = node.items.findLast(({ key }) => isNode(key) && (key.range?.[0] ?? Infinity) <= offset)
      if (!pair || !isScalar(pair.key)) return path
      path.push(String(pair.key.value))
      node = pair.value
    } else if (isSeq(node)) {
      const at = node.items.findLastIndex((item) => startOf(item) <= offset)
      if (at < 0) return path
      path.push(at)
      node = node.items[at]
    } else return path
  }
}

function startOf(item: unknown): number {
  const first = isPair(item) ? item.key : item
  return isNode(first) ? (first.range?.[0] ?? Infinity) : Infinity
}

/** Where a value stands in the text; of what is not there, its nearest surroundings. */
export function rangeOf({ document, from }: ParsedDocument, path: FieldPath): { from: number; to: number } {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length)
    const node: unknown = document.getIn(part, true)
    if (!isNode(node) || !node.range) continue
    // Of a collection its key is enough: all of it would be underlined.
    return { from: node.range[0], to: isCollection(node) ? Math.min(node.range[0] + 1, node.range[1]) : node.range[1] }
  }
  return { from, to: from }
}

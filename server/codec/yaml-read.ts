/**
 * YAML as the reference reads it: the first document turned into JSON text, as Go's YAML library and JSON encoder would. Timestamps
 * and sexagesimal numbers stay strings, keys become strings and are sorted. What aliases and merges stand for is counted as it is
 * written out, so that a small text never becomes a large one.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  Scalar,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
import { goQuote } from '../machinery/go-quote.ts'
import { type DirectiveFault, Directives } from './yaml-directives.ts'
import { yamlFault } from './yaml-fault.ts'
import { faultAt, type Finder } from './yaml-scanner.ts'
import { yamlTokens } from './yaml-lexer.ts'
import { floatKey, type Resolved, resolve } from './yaml-scalars.ts'

/** A text that is no YAML. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

/** What aliases stand for is more than the caller allows. */
export class ExpansionError extends Error {}

export interface YamlJson {
  json: string
  /** `line 3: key "name" already set in map`, one a key that a mapping has twice. The last value counts. */
  duplicates: string[]
}

/** Duplicates that are told: more than fit into the warnings of one answer. */
const MAX_DUPLICATES = 1000
/** Characters of JSON that aliases may add to a document: what Go would share is written out here. */
const MAX_ALIASED_CHARACTERS = 16 * 1024 * 1024
const MAX_DEPTH = 10_000
const TAG = 'tag:yaml.org,2002:'

/** Go's words for what the parser calls otherwise. */
const words: readonly [of: RegExp, text: string][] = [
  [/^(?:Tabs are not allowed|Plain value cannot start with)/, 'found character that cannot start any token'],
  [/^(?:Nested mappings|Implicit keys|Implicit map keys)/, 'mapping values are not allowed in this context'],
  [/^Invalid escape sequence \\[xuU]/, 'did not find expected hexdecimal number'],
  [/^Invalid escape sequence/, 'found unknown escape character'],
  [/^(?:Alias|Anchor) cannot be an empty string/, 'did not find expected alphabetic or numeric character'],
  [/^Unexpected , in flow/, 'did not find expected node content'],
  [/^Missing directives-end/, 'did not find expected <document start>'],
  [/^Flow sequence/, "did not find expected ',' or ']'"],
  [/^Flow map/, "did not find expected ',' or '}'"],
  [/^Missing closing/, 'found unexpected end of stream'],
  [/^(?:All mapping items|Unexpected (?:alias|anchor|double-quoted-scalar|single-quoted-scalar) )/, 'did not find expected key'],
  [/^Unexpected block-seq-ind/, 'block sequence entries are not allowed in this context'],
  [/^Unexpected scalar at node end|^A block sequence may not/, "did not find expected '-' indicator"],
]

const inWords = (message: string): string => words.find(([of]) => of.test(message))?.[1] ?? message.slice(0, 200)

/** Line breaks of YAML 1.1 (§4.2), which Go's library counts. */
const BREAKS = /\r\n?|[\n\x85\u2028\u2029]/g

/** With its line; for the parser the end of the text is on a line of its own. */
function placed(why: string, offset: number, text: string, by = finderOf(why)): string {
  const before = text.slice(0, offset)
  const ended = by === 'parser' && offset >= text.length && !before.endsWith('\n')
  return faultAt(why, (before.match(BREAKS)?.length ?? 0) + (ended ? 1 : 0), by)
}

const finderOf = (why: string): Finder => (/^did not find expected (?!alpha|hex)/.test(why) ? 'parser' : 'scanner')

const OPTIONS = { version: '1.1', schema: 'failsafe', uniqueKeys: false, strict: false, logLevel: 'silent', prettyErrors: false } as const

/** What aliases may stand for; the reference's own limit counts in any case. */
export interface ExpansionLimits {
  readonly nodes: number
  /** Characters of JSON. */
  readonly characters: number
}

const NO_LIMITS: ExpansionLimits = { nodes: Infinity, characters: Infinity }

/**
 * @throws YamlError with the line where it stops being YAML; ExpansionError
 */
export function yamlToJson(text: string, limits = NO_LIMITS): YamlJson {
  const [first] = documentsOf(text, 1, limits)
  return first ?? { json: 'null', duplicates: [] }
}

/** Every document of a stream. */
export function yamlDocuments(text: string): YamlJson[] {
  return documentsOf(text, Infinity, NO_LIMITS)
}

/** Characters that no YAML may have, though JSON may have some of them. */
export const hasControls = (text: string): boolean => /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]/.test(text)

function documentsOf(text: string, most: number, limits: ExpansionLimits): YamlJson[] {
  // Go refuses these wherever they stand.
  if (hasControls(text)) throw new YamlError('yaml: control characters are not allowed')
  const fault = yamlFault(text)
  if (fault !== undefined) throw new YamlError(`yaml: ${fault}`)
  const lines = new LineCounter()
  try {
    return parsed(text, lines, most).map((doc) => {
      const end = most === 1 ? endOf(doc.contents) : undefined
      const isAsked = ({ pos: [at], message }: YAMLParseError): boolean => end === undefined || at < end || message.includes('call stack')
      const [error] = doc.errors.filter(isAsked)
      // The library tells of its own recursion as of a fault.
      if (error?.message.includes('call stack') === true) throw new RangeError(error.message)
      if (error !== undefined) throw new YamlError(`yaml: ${placed(inWords(error.message), error.pos[0], text)}`)
      return new Converter(lines, limits).convert(doc.contents)
    })
  } catch (e) {
    // The parser recurses.
    throw e instanceof RangeError ? new YamlError(`yaml: exceeded max depth of ${MAX_DEPTH}`) : e
  }
}

/**
 * Where a document in braces, brackets or quotes ends. What stands behind begins another one: who reads one document looks at the first
 * token of it and no further (libyaml, yaml_parser_parse_document_end).
 */
function endOf(root: ParsedNode | null): number | undefined {
  const isClosed = isCollection(root) ? root.flow === true : isScalar(root) && root.type !== Scalar.PLAIN
  return isClosed ? root?.range[1] : undefined
}

function parsed(text: string, lines: LineCounter, most: number): Document.Parsed[] {
  const composer = new Composer(OPTIONS)
  const found: Document.Parsed[] = []
  let begun = 0
  const directives = new Directives()
  for (const token of tokensOf(text, lines)) {
    const isFirst = begun === 0
    if (token.type === 'document' && begun++ === most) break
    if (isFirst) {
      const fault = faultBefore(token, directives)
      if (fault !== undefined) throw new YamlError(`yaml: ${placed(fault.why, token.offset, text, fault.by)}`)
    }
    for (const doc of composer.next(token)) found.push(doc)
  }
  for (const doc of composer.end(false, text.length)) found.push(doc)
  return found
}

function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const token of yamlTokens(text)) yield* parser.next(token)
  yield* parser.end()
}

/** What Go's library refuses before the first document, and this one does not. */
function faultBefore(token: CST.Token, directives: Directives): DirectiveFault | undefined {
  if (token.type === 'directive') return directives.fault(token.source)
  const ended = token.type === 'document' && token.start.length === 0 && token.value === undefined
  return ended ? { why: 'did not find expected node content', by: 'parser' } : undefined
}

interface Item {
  name: string
  json: string
}

class Converter {
  readonly #lines: LineCounter
  readonly #limits: ExpansionLimits
  readonly #duplicates: string[] = []
  /** The node that each alias stands for: the last one before it that has its name. */
  readonly #targets = new Map<Node, Node>()
  /** Aliases that are being written out. */
  readonly #open = new Set<Node>()
  #decoded = 1
  #aliased = 0
  #aliasedCharacters = 0
  #depth = 0

  constructor(lines: LineCounter, limits: ExpansionLimits) {
    this.#lines = lines
    this.#limits = limits
  }

  convert(root: Node | null): YamlJson {
    this.#bind(root, new Map())
    return { json: this.#node(root), duplicates: this.#duplicates }
  }

  #bind(node: unknown, anchors: Map<string, Node>): void {
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) throw new YamlError(`yaml: unknown anchor '${node.source}' referenced`)
      this.#targets.set(node, target)
      return
    }
    if (isPair(node)) {
      this.#bind(node.key, anchors)
      this.#bind(node.value, anchors)
      return
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    if (!isScalar(node)) for (const item of node.items) this.#bind(item, anchors)
  }

  #node(node: unknown): string {
    this.#count()
    if (isAlias(node)) return this.#follow(node, (target) => this.#node(target))
    if (isMap(node)) return this.#map(node)
    if (isSeq(node)) return this.#sequence(node.items)
    const value = isScalar(node) ? scalarOf(node) : undefined
    const json = value === undefined ? 'null' : typeof value === 'string' ? JSON.stringify(value) : jsonOf(value)
    if (this.#open.size > 0) this.#countCharacters(json.length)
    return json
  }

  /** The rule of Go's library: how much of a document may come from aliases shrinks with its size. */
  #count(): void {
    this.#decoded++
    if (this.#open.size === 0) return
    this.#aliased++
    if (this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > allowedRatio(this.#decoded)) throw excessive()
    if (this.#aliased > this.#limits.nodes) throw new ExpansionError('aliases stand for too much')
  }

  #countCharacters(more: number): void {
    this.#aliasedCharacters += more
    if (this.#aliasedCharacters > MAX_ALIASED_CHARACTERS) throw excessive()
    if (this.#aliasedCharacters > this.#limits.characters) throw new ExpansionError('aliases stand for too much')
  }

  #follow<T>(alias: Node, go: (target: Node) => T): T {
    const { source } = alias as unknown as { source: string }
    if (this.#open.has(alias)) throw new YamlError(`yaml: anchor '${source}' value contains itself`)
    this.#open.add(alias)
    const result = go(this.#targets.get(alias)!)
    this.#open.delete(alias)
    return result
  }

  #sequence(items: readonly unknown[]): string {
    this.#enter()
    let json = '['
    for (const [i, item] of items.entries()) json += i === 0 ? this.#node(item) : `,${this.#node(item)}`
    this.#depth--
    return `${json}]`
  }

  #map(node: YAMLMap): string {
    this.#enter()
    const items = new Map<string, Item>()
    this.#fill(items, node)
    this.#depth--
    let json = '{'
    // Go's JSON has sorted keys; of two that become the same text the later one counts.
    const byName = new Map<string, string>()
    for (const { name, json: value } of items.values()) byName.set(name, value)
    for (const name of [...byName.keys()].sort()) json += `${json === '{' ? '' : ','}${JSON.stringify(name)}:${byName.get(name)}`
    return `${json}}`
  }

  #enter(): void {
    if (++this.#depth > MAX_DEPTH) throw new RangeError('too deep')
  }

  #fill(items: Map<string, Item>, { items: pairs }: YAMLMap): void {
    for (const { key, value } of pairs) {
      if (isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN && (key.tag === undefined || key.tag === `${TAG}merge`)) {
        this.#merge(items, value)
        continue
      }
      const found = this.#key(key)
      const json = this.#node(value)
      if (found.kind === undefined)
        throw new YamlError(`unsupported map key of type: ${found.text}, value: ${goSyntax(JSON.parse(json), true)}`)
      const id = `${found.kind} ${found.text}`
      if (items.has(id)) this.#duplicate(value ?? key, found.text, found.kind)
      items.set(id, { name: found.kind === 'float' ? floatKey(found.text) : found.text, json })
    }
  }

  #merge(items: Map<string, Item>, value: unknown): void {
    // The later ones of a list are read first, so that the earlier ones count.
    const sources = isSeq(value) ? [...value.items].reverse() : [value]
    for (const source of sources) {
      const target = isAlias(source) ? this.#targets.get(source) : source
      if (!isMap(target)) throw new YamlError('yaml: map merge requires map or sequence of maps as the value')
      this.#count()
      if (!isAlias(source)) this.#fill(items, target)
      else
        this.#follow(source, () => {
          this.#count()
          this.#fill(items, target)
        })
    }
  }

  /** What a key is: its kind and text; without a kind, why it can be none. */
  #key(node: unknown): { kind: 'string' | 'bool' | 'int' | 'float' | undefined; text: string } {
    this.#count()
    if (isAlias(node)) return this.#follow(node, (target) => this.#key(target))
    if (isMap(node) || isSeq(node))
      throw new YamlError(
        `yaml: invalid map key: ${goSyntax(JSON.parse(isMap(node) ? this.#map(node) : this.#sequence(node.items)), true)}`,
      )
    const value = isScalar(node) ? scalarOf(node) : undefined
    if (typeof value === 'string') return { kind: 'string', text: value }
    if (value === undefined || value.kind === 'null') return { kind: undefined, text: '%!s(<nil>), key: <nil>' }
    if (value.kind === 'bool') return { kind: 'bool', text: String(value.value) }
    if (value.kind === 'float') return { kind: 'float', text: value.text }
    if (BigInt(value.text) < 2n ** 63n) return { kind: 'int', text: value.text }
    return { kind: undefined, text: `uint64, key: 0x${BigInt(value.text).toString(16)}` }
  }

  #duplicate(node: unknown, text: string, kind: string): void {
    if (this.#duplicates.length >= MAX_DUPLICATES) return
    const { line } = this.#lines.linePos((node as Node | null)?.range?.[0] ?? 0)
    this.#duplicates.push(`line ${line}: key ${kind === 'string' ? goQuote(text) : text} already set in map`)
  }
}

const excessive = (): YamlError => new YamlError('yaml: document contains excessive aliasing')

function allowedRatio(decoded: number): number {
  const [low, high] = [400_000, 4_000_000]
  if (decoded <= low) return 0.99
  return decoded >= high ? 0.1 : 0.99 - 0.89 * ((decoded - low) / (high - low))
}

/** The kinds that a tag may ask for. */
const TAGGED = new Set(['bool', 'int', 'float', 'null'])

function scalarOf(node: Scalar): string | Resolved {
  const text = typeof node.value === 'string' ? node.value : ''
  const name = node.tag?.startsWith(TAG) === true ? node.tag.slice(TAG.length) : node.tag
  // The parser writes `!!str` to what has no tag and is no plain scalar.
  if (name === undefined) return (node.type === Scalar.PLAIN || node.type === undefined ? resolve(text) : undefined) ?? text
  if (name === 'binary') return binary(text)
  if (!TAGGED.has(name)) return text
  const resolved = resolve(text)
  if (resolved?.kind === 'int' && name === 'float') return { kind: 'float', text: String(Number(resolved.text)) }
  if (resolved?.kind !== name) throw new YamlError(`yaml: cannot decode !!${resolved?.kind ?? 'str'} \`${text}\` as a !!${name}`)
  return resolved
}

function binary(text: string): string {
  const plain = text.replace(/[\r\n]/g, '')
  if (plain.length % 4 !== 0 || !/^[A-Za-z\d+/]*={0,2}$/.test(plain))
    throw new YamlError('yaml: !!binary value contains invalid base64 data')
  return Buffer.from(plain, 'base64').toString()
}

const UNSUPPORTED: Readonly<Record<string, string>> = { '.inf': '+Inf', '-.inf': '-Inf', '.nan': 'NaN' }

function jsonOf(value: Resolved): string {
  if (value.kind === 'null') return 'null'
  if (value.kind === 'bool') return String(value.value)
  const unsupported = UNSUPPORTED[value.text]
  if (unsupported !== undefined) throw new YamlError(`json: unsupported value: ${unsupported}`)
  return value.text
}

/** A value as Go's `%#v` writes it. */
function goSyntax(value: unknown, outside = false): string {
  if (value === null) return outside ? '<nil>' : 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) {
    const items: string[] = []
    for (const item of value) items.push(goSyntax(item))
    return `[]interface {}{${items.join(', ')}}`
  }
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).map(([k, v]) => `${goQuote(k)}:${goSyntax(v)}`)
  return `map[interface {}]interface {}{${entries.join(', ')}}`
}

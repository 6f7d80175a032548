import { escapedJson } from '../machinery/json-escape.ts'
import { parsingIntegers } from '../machinery/json-turns.ts'
import { parseIntegers, parseNumbers } from '../machinery/numbers.ts'
import { inTurns, Slice, type Pausing } from '../machinery/slice.ts'
import type { KubeObject } from '../machinery/types.ts'
import { metadataIn, withoutManagedFields, withRawFieldSets } from './managed-fields-text.ts'
import { unpooled } from './own-memory.ts'
import { digestOf, digestOfMade, madeOf, replaceResourceVersion, type VersionedJson } from './stored-json.ts'

/** What selectors look at, taken from an object once. */
export interface IndexedParts {
  labels: Readonly<Record<string, string>> | undefined
  /** Values of the resource's selectable fields, in the order of `CacheSchema.fieldNames`. */
  fields: readonly string[]
}

/** What the cache must know of a resource. */
export interface CacheSchema {
  /** Key prefix with a slash at its end: `/registry/pods/`. */
  prefix: string
  namespaced: boolean
  fieldNames: readonly string[]
  indexOf(obj: KubeObject): IndexedParts
  /** Stored bytes (JSON or Kubernetes protobuf) to JSON with resourceVersion, as it is shown. */
  decode(value: Buffer, revision: number): VersionedJson
  /** The same of JSON that this server has just made; default `decode`. */
  decodeOwn?(json: Buffer, revision: number): VersionedJson
  /**
   * What is shown of an object that was stored under another schema or in another version (custom resources); undefined when that is what
   * `decode` gave. Asked on the first look at an object, and not for one that this server has just written in this version.
   */
  settle?(json: Buffer, revision: number): VersionedJson | undefined
  /** Objects are stored in another version than this one: what was just written has to be settled as well. */
  apart?: boolean
  /** `{"kind":…,"apiVersion":…,` as an object begins: what it does not have as an item of a list of its kind. Absent: items are whole. */
  head?: Buffer
  /** Objects may hold JSON of any form, in which numbers keep their spelling (runtime.RawExtension). */
  raw?: boolean
}

const BRACE = Buffer.from('{')
const NEWLINE = Buffer.from('\n')

/** Shared copies that are being made: few, so that no entry has a place for one. */
const beingMade = new WeakMap<Entry, Promise<KubeObject>>()

/** One object: bytes first; everything else is made on first need. */
export class Entry {
  key: string
  namespace: string
  name: string
  readonly revision: number
  readonly createRevision: number
  /** Its stored bytes were encoded by this server: an object that is equal has equal ones. */
  ours: boolean
  #body: Buffer
  #head: Buffer
  #rvStart: number
  #rvEnd: number
  /** Whether it is shown as it is stored. */
  #shown: 'unknown' | 'stored' | 'otherwise'
  /** Of what is stored, where something else is shown. */
  #storedDigest: string | undefined
  readonly #schema: CacheSchema
  readonly #stale: boolean
  #parts: IndexedParts | undefined
  #shared: WeakRef<KubeObject> | undefined
  #added: { key: string; frame: WeakRef<Buffer> } | undefined
  /** Other encodings of this object (protobuf, other versions), by encoder key. */
  #encodings: Map<string, Buffer> | undefined

  constructor(
    schema: CacheSchema,
    key: string,
    revision: number,
    createRevision: number,
    data: VersionedJson,
    parts?: IndexedParts,
    settled = false,
  ) {
    this.#schema = schema
    this.key = key
    const path = key.slice(schema.prefix.length)
    const slash = schema.namespaced ? path.indexOf('/') : -1
    this.namespace = slash < 0 ? '' : path.slice(0, slash)
    this.name = path.slice(slash + 1)
    this.revision = revision
    this.createRevision = createRevision
    const { head = BRACE } = schema
    this.#head = data.json.subarray(0, head.length).equals(head) ? head : BRACE
    this.#body = data.json.subarray(this.#head.length)
    this.#rvStart = data.rvStart
    this.#rvEnd = data.rvEnd
    this.#parts = parts
    this.#stale = data.stale === true
    this.ours = data.ours === true
    this.#shown = settled || schema.settle === undefined ? 'stored' : 'unknown'
  }

  /** The JSON without its head, so that the entries of a list can share the list's bytes. */
  get body(): Buffer {
    if (this.#shown === 'unknown') this.#settle()
    return this.#body
  }

  set body(bytes: Buffer) {
    this.#body = bytes
  }

  #settle(): void {
    this.#shown = 'stored'
    const json = Buffer.concat([this.#head, this.#body])
    const shown = this.#schema.settle!(json, this.revision)
    if (shown === undefined) return
    this.#shown = 'otherwise'
    this.#storedDigest = digestOfMade({ json, rvStart: this.#rvStart, rvEnd: this.#rvEnd })
    this.#head = BRACE
    this.#body = shown.json.subarray(BRACE.length)
    this.#rvStart = shown.rvStart
    this.#rvEnd = shown.rvEnd
  }

  /** Bytes that it holds, near enough. */
  get size(): number {
    return this.#body.length
  }

  /** The object's JSON. */
  get json(): Buffer {
    const { body } = this
    return Buffer.concat([this.#head, body])
  }

  #versioned(): VersionedJson {
    const { json } = this
    return { json, rvStart: this.#rvStart, rvEnd: this.#rvEnd }
  }

  /** Whether these stored bytes are its own; undefined when only its object can tell. */
  isStoredAs(value: Buffer): boolean | undefined {
    const versioned = this.#versioned()
    if (this.#stale) return false
    if (this.#shown === 'otherwise') return this.#storedDigest === digestOf(value)
    return this.ours ? madeOf(versioned, value) : undefined
  }

  /** The same as an answer of its own: a line. */
  get line(): Buffer {
    const { body } = this
    return Buffer.concat([this.#head, body, NEWLINE])
  }

  /** The same as an item of a list. */
  get item(): Buffer {
    return Buffer.concat([BRACE, this.body])
  }

  /** Shares with an earlier entry of the same object what is the same: recent changes are mostly changes of few objects. */
  share(earlier: Entry): void {
    this.key = earlier.key
    this.namespace = earlier.namespace
    this.name = earlier.name
    const [mine, theirs] = [this.#parts, earlier.#parts]
    if (mine === undefined || theirs === undefined) return
    if (sameParts(mine, theirs)) this.#parts = theirs
    else if (sameRecord(mine.labels, theirs.labels)) this.#parts = { labels: theirs.labels, fields: mine.fields }
  }

  /** A fresh parsed copy, free to change. */
  object(): KubeObject {
    return this.#parse(this.body.toString())
  }

  #parse(body: string): KubeObject {
    const text = this.#head.toString() + body
    return (this.#schema.raw === true ? parseNumbers(text) : parseIntegers(text)) as KubeObject
  }

  /** The same as `object` in turns with others. */
  *reading(): Pausing<KubeObject> {
    return yield* this.#parsing(this.body.toString())
  }

  *#parsing(body: string): Pausing<KubeObject> {
    if (this.#schema.raw === true) return this.#parse(body)
    return (yield* parsingIntegers(this.#head.toString() + body)) as KubeObject
  }

  #bareBody(): string {
    return withoutManagedFields(this.body.toString())
  }

  /** The JSON of its metadata, which is not parsed for it unless its layout is unusual. */
  get metadataText(): string {
    return metadataIn(this.body.toString()) ?? escapedJson(this.object().metadata)
  }

  /** A parsed copy in which each set of fields in metadata.managedFields is its text (RawJson), for encoders that write it so. */
  withRawFieldSets(): KubeObject {
    const body = this.body.toString()
    return withRawFieldSets(body, (json) => this.#parse(json)) ?? this.#parse(body)
  }

  /** A parsed copy without metadata.managedFields, that is shared while anybody holds it: not to be changed. */
  shared(): KubeObject {
    const known = this.#shared?.deref()
    if (known !== undefined) return known
    const obj = this.#parse(this.#bareBody())
    this.#shared = new WeakRef(obj)
    return obj
  }

  /** The shared copy, which for a large object is made in turns with others: all who wait for it get the same. */
  async sharing(): Promise<KubeObject> {
    const known = this.#shared?.deref()
    if (known !== undefined) return known
    let made = beingMade.get(this)
    if (made === undefined) {
      made = this.#makeShared().finally(() => beingMade.delete(this))
      beingMade.set(this, made)
    }
    return made
  }

  async #makeShared(): Promise<KubeObject> {
    const obj = await inTurns(this.#parsing(this.#bareBody()), new Slice())
    // Somebody may have needed it at once meanwhile.
    const known = this.#shared?.deref()
    if (known !== undefined) return known
    this.#shared = new WeakRef(obj)
    return obj
  }

  /** For a look: the shared copy if there is one, else one like it. Not to be changed, nor written. */
  view(): KubeObject {
    return this.#shared?.deref() ?? this.#parse(this.#bareBody())
  }

  /** The frame of its ADDED event in the encoding `key`, shared while anybody holds it: a thousand watches that begin together hold it once. */
  added(key: string, make: () => Buffer): Buffer {
    const known = this.#added?.key === key ? this.#added.frame.deref() : undefined
    if (known !== undefined) return known
    const frame = make()
    this.#added = { key, frame: new WeakRef(frame) }
    return frame
  }

  get parts(): IndexedParts {
    return (this.#parts ??= this.#schema.indexOf(this.view()))
  }

  /** Value of a selectable field, '' when the resource has no such field or the object no value. */
  field(name: string): string {
    if (name === 'metadata.name') return this.name
    if (name === 'metadata.namespace') return this.namespace
    const i = this.#schema.fieldNames.indexOf(name)
    return i < 0 ? '' : (this.parts.fields[i] ?? '')
  }

  /** @param brief it will soon be told by `setEncoding` to hold other bytes: until then these may be a piece of Node's pool */
  encoding(key: string, make: (entry: Entry) => Buffer, brief = false): Buffer {
    let bytes = this.#encodings?.get(key)
    if (bytes === undefined) {
      bytes = make(this)
      this.setEncoding(key, brief ? bytes : (bytes = unpooled(bytes)))
    }
    return bytes
  }

  /** Has it hold these bytes, which say the same, for an encoding: the entries of a list share the list's. */
  setEncoding(key: string, bytes: Buffer): void {
    ;(this.#encodings ??= new Map()).set(key, bytes)
  }

  /** Has it hold bytes of its own, and none that it shares with the entries of a list. */
  unshare(): void {
    this.#body = unpooled(this.#body)
    this.#encodings?.forEach((bytes, key, all) => all.set(key, unpooled(bytes)))
  }

  /** As it was when it was deleted at `revision`. */
  deletedAt(revision: number): Entry {
    const json = replaceResourceVersion(this.#versioned(), revision)
    const last = new Entry(this.#schema, this.key, revision, this.createRevision, json, this.#parts, true)
    last.share(this)
    return last
  }
}

const sameParts = (a: IndexedParts, b: IndexedParts): boolean =>
  sameRecord(a.labels, b.labels) && a.fields.length === b.fields.length && a.fields.every((f, i) => f === b.fields[i])

function sameRecord(a: IndexedParts['labels'], b: IndexedParts['labels']): boolean {
  if (a === undefined || b === undefined) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((k) => a[k] === b[k])
}

import { goQuote } from '../../machinery/go-quote.ts'
import { withSortedResourceVersion, type VersionedJson } from '../../cache/stored-json.ts'
import type { Converted } from '../../cache/converting-cache.ts'
import { compileRules, type RuleSet } from '../../cel/index.ts'
import { coerceEmbedded, coerceObject, coercingObject, holdsEmbedded } from '../../extensions/coerce.ts'
import { applyDefaults } from '../../extensions/defaults.ts'
import { isObject, type JsonObject } from '../../machinery/json-values.ts'
import { normalForm, sortedJson, sortingForm } from '../../machinery/normal-form.ts'
import { MetadataError, readObjectMeta, readValidObjectMeta, withoutEmptyFields } from '../../extensions/object-meta.ts'
import { compileSchema, SchemaError, type Schema as Structural } from '../../extensions/structural.ts'
import { prunedDefaults } from '../../extensions/validate-defaults.ts'
import { copyingJson } from '../../machinery/copy-json.ts'
import { scanJson } from '../../machinery/json-scan.ts'
import { overflowing, parseIntegers, parseSpelled } from '../../machinery/numbers.ts'
import { atOnce, type Pausing } from '../../machinery/slice.ts'
import { apiVersionOf, parseApiVersion, type KubeObject } from '../../machinery/types.ts'
import { duplicateFields } from '../../patch/parse.ts'
import type { ValueConverter } from '../generic/stored-resource.ts'
import type { ConversionWebhook } from './conversion-webhook.ts'
import { storedJson } from './stored-value.ts'
import type { DecodedTyped, FieldValidation } from '../../scheme/decode-typed.ts'
import type { OpenApiSource, Schema } from '../../scheme/schema.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

/** What the versions of a custom resource have in common. */
export interface CustomKind {
  readonly group: string
  readonly kind: string
  /** Another one for another spec. */
  readonly identity: string
  /** spec.preserveUnknownFields of an old definition: nothing is pruned. */
  readonly preserveUnknownFields: boolean
}

/** The objects of one version of a custom resource, by its structural schema, which is compiled when the first object comes. */
export class CustomSchema implements Schema {
  readonly apiVersion: string
  readonly openApi: OpenApiSource
  readonly #kind: CustomKind
  readonly #props: () => unknown
  #structural: Structural | undefined | 'unread' = 'unread'
  #hasEmbedded: boolean | undefined
  #rules: { readonly set: RuleSet | undefined } | undefined

  /** @param props the openAPIV3Schema of the version, asked for once; undefined where it has none */
  constructor(kind: CustomKind, version: string, props: () => unknown) {
    this.apiVersion = apiVersionOf(kind.group, version)
    this.#kind = kind
    this.#props = props
    this.openApi = { schema: props, preserveUnknownFields: kind.preserveUnknownFields, identity: `${kind.identity} ${version}` }
  }

  /** Undefined where the version has none, or an old definition one that is not structural. */
  get structural(): Structural | undefined {
    if (this.#structural === 'unread') this.#structural = this.#compile()
    return this.#structural
  }

  /** x-kubernetes-validations; undefined where there are none. */
  get rules(): RuleSet | undefined {
    const { structural } = this
    if (structural !== undefined && this.#rules === undefined) this.#rules = { set: compileRules(structural, true) }
    return this.#rules?.set
  }

  get #embeds(): boolean {
    const { structural } = this
    return (this.#hasEmbedded ??= structural !== undefined && holdsEmbedded(structural))
  }

  #compile(): Structural | undefined {
    const props = this.#props()
    if (props === undefined || props === null) return undefined
    try {
      const schema = compileSchema(props)
      return this.#kind.preserveUnknownFields ? schema : prunedDefaults(schema)
    } catch (e) {
      if (e instanceof SchemaError && this.#kind.preserveUnknownFields) return undefined
      throw e
    }
  }

  decode(value: unknown, mode: FieldValidation, text?: string): DecodedTyped {
    return atOnce(this.decoding(value, mode, text))
  }

  *decoding(value: unknown, mode: FieldValidation, text?: string): Pausing<DecodedTyped> {
    const given = text !== undefined && scanJson(text).unusualNumbers ? parseSpelled(text) : value
    yield
    const object = (yield* copyingJson(given)) as JsonObject
    yield
    const strict = mode !== 'Ignore'
    const found = strict && text !== undefined ? duplicateFields(text, value) : []
    yield
    const refuse = (error: string): DecodedTyped => ({ object: object as KubeObject, warnings: [], errors: [error] })
    const tooLarge = given === value ? undefined : overflowing(object)
    if (tooLarge !== undefined) return refuse(`json: cannot unmarshal number ${tooLarge.literal} into Go value of type float64`)
    if (Object.hasOwn(object, 'metadata')) {
      try {
        const { metadata, unknown } = readObjectMeta(object['metadata'], 'metadata')
        object['metadata'] = metadata
        for (const field of unknown) found.push(unknownField(field))
      } catch (e) {
        if (e instanceof MetadataError) return refuse(e.message)
        throw e
      }
    }
    yield
    if (this.#isOurs(object)) {
      const { unknown, error } = yield* coercingObject(object, this.structural, this.#kind)
      if (error !== undefined) return refuse(`${error.field}: ${error.body}`)
      for (const field of unknown) found.push(unknownField(field))
    }
    if (mode === 'Strict' && found.length > 0) return refuse(`strict decoding error: ${found.join(', ')}`)
    return { object: object as KubeObject, warnings: mode === 'Warn' ? found : [], errors: [] }
  }

  /** Objects of other kinds are refused later, with their fields as they are. */
  #isOurs({ kind, apiVersion }: JsonObject): boolean {
    const group = typeof apiVersion === 'string' ? parseApiVersion(apiVersion)?.group : undefined
    return kind === this.#kind.kind && group === this.#kind.group
  }

  normalize(obj: KubeObject): KubeObject {
    return atOnce(this.normalizing(obj))
  }

  *normalizing(obj: KubeObject): Pausing<KubeObject> {
    const metadata = withoutEmptyFields(obj.metadata as JsonObject)
    for (const field of TEXT_MAPS) {
      const map = metadata[field]
      if (isObject(map)) metadata[field] = withTexts(map)
    }
    const sorted = (yield* sortingForm({ ...obj, metadata })) as KubeObject
    // An apply may have left an embedded object without its metadata: it is shown as it will be read.
    const { structural } = this
    if (structural === undefined || !this.#embeds) return sorted
    const own = yield* copyingJson(sorted)
    coerceEmbedded(own, structural, '', { isResource: false, dropInvalid: true })
    return own
  }

  /** Drops what this version does not know, in place, as on a conversion. */
  coerce(obj: JsonObject): void {
    atOnce(this.coercing(obj))
  }

  *coercing(obj: JsonObject): Pausing<void> {
    yield* coercingObject(obj, this.structural, this.#kind)
  }

  /** The same for what is stored, which may be wrong; defaults are put in. */
  repair(obj: JsonObject): void {
    if (Object.hasOwn(obj, 'metadata')) {
      const metadata = (readValidObjectMeta(obj['metadata'], 'metadata')?.metadata ?? {}) as JsonObject
      // Very old objects have none.
      if (metadata['generation'] === undefined || metadata['generation'] === 0) metadata['generation'] = 1
      obj['metadata'] = metadata
    }
    coerceObject(obj, this.structural, { ...this.#kind, dropInvalid: true })
    applyDefaults(obj, this.structural)
  }
}

const TEXT_MAPS = ['labels', 'annotations'] as const

/** What Go's maps of strings make of null, which an apply may still have. */
const withTexts = (map: JsonObject): JsonObject =>
  Object.values(map).includes(null) ? Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? ''])) : map

const unknownField = (path: string): string => `unknown field ${goQuote(path)}`

/** How objects of a version are stored in another one, and shown; conversion changes nothing but the version's name. */
export class CustomForm {
  readonly #schemas: ReadonlyMap<string, CustomSchema>
  readonly #shown: CustomSchema
  readonly #stored: CustomSchema

  constructor(schemas: readonly CustomSchema[], shown: CustomSchema, stored: CustomSchema) {
    this.#schemas = new Map(schemas.map((s) => [s.apiVersion, s]))
    this.#shown = shown
    this.#stored = stored
  }

  *encoding(obj: KubeObject): Pausing<Buffer> {
    const stored = withoutVersion(obj)
    if (this.#stored === this.#shown) return yield* sortedJson(stored)
    const converted = yield* copyingJson(stored)
    converted['apiVersion'] = this.#stored.apiVersion
    yield* this.#stored.coercing(converted)
    return yield* sortedJson(converted)
  }

  /** What is shown of an object that was written before, under another schema or in another version; undefined when it is the same. */
  settle(json: Buffer, revision: number): VersionedJson | undefined {
    const text = json.toString()
    const obj = parseIntegers(text) as JsonObject
    if (isObject(obj['metadata'])) delete obj['metadata']['resourceVersion']
    // Not the bytes: other servers write texts in other ways.
    const before = JSON.stringify(obj)
    const source = this.#schemas.get(String(obj['apiVersion'])) ?? this.#stored
    source.repair(obj)
    if (source !== this.#shown) {
      obj['apiVersion'] = this.#shown.apiVersion
      this.#shown.coerce(obj)
    }
    const after = JSON.stringify(normalForm(obj))
    return after === before ? undefined : withSortedResourceVersion(Buffer.from(after), revision)
  }
}

/** The same where a webhook converts: it is asked on the way to storage and back, for all objects at once that are in another version. */
export class ConvertedForm implements ValueConverter {
  readonly #schemas: ReadonlyMap<string, CustomSchema>
  readonly #shown: CustomSchema
  readonly #stored: CustomSchema
  readonly #webhook: ConversionWebhook

  constructor(schemas: readonly CustomSchema[], shown: CustomSchema, stored: CustomSchema, webhook: ConversionWebhook) {
    this.#schemas = new Map(schemas.map((s) => [s.apiVersion, s]))
    this.#shown = shown
    this.#stored = stored
    this.#webhook = webhook
  }

  encoding(obj: KubeObject): Pausing<Buffer> {
    return sortedJson(withoutVersion(obj))
  }

  async toStored(value: Buffer): Promise<Buffer> {
    if (this.#stored === this.#shown) return value
    const [obj] = await this.#webhook.convert([parsedValue(value)], this.#stored.apiVersion)
    this.#stored.coerce(obj!)
    return Buffer.from(escapedJson(normalForm(obj)))
  }

  async fromStored(values: readonly Buffer[]): Promise<(Converted | Error)[]> {
    const objects = values.map(parsedValue)
    for (const obj of objects) (this.#schemas.get(String(obj['apiVersion'])) ?? this.#stored).repair(obj)
    const { apiVersion } = this.#shown
    const others = objects.filter((obj) => obj['apiVersion'] !== apiVersion)
    const converted = await this.#webhook.convertEach(others, apiVersion)
    return objects.map((obj) => {
      const stale = obj['apiVersion'] !== this.#stored.apiVersion
      const shown = obj['apiVersion'] === apiVersion ? obj : converted.shift()!
      if (shown instanceof Error) return shown
      if (shown !== obj) this.#shown.coerce(shown)
      return { value: Buffer.from(escapedJson(normalForm(shown))), stale }
    })
  }

  async objects(objects: readonly KubeObject[], apiVersion: string): Promise<KubeObject[]> {
    return (await this.#webhook.convert(objects as unknown as JsonObject[], apiVersion)) as unknown as KubeObject[]
  }
}

function withoutVersion(obj: KubeObject): JsonObject {
  const { resourceVersion: _, ...metadata } = obj.metadata
  return { ...obj, metadata }
}

const parsedValue = (value: Buffer): JsonObject => parseIntegers(storedJson(value).toString()) as JsonObject

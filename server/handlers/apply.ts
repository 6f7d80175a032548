import { isUtf8 } from 'node:buffer'
import { CborError, decodingMap } from '../codec/cbor/index.ts'
import { hasControls, YamlError, type YamlJson } from '../codec/yaml-read.ts'
import { yamlText } from '../codec/yaml-text.ts'
import { readYaml } from '../codec/yaml-body.ts'
import type { RequestContext } from '../request/context.ts'
import { copyingJson, isContainer } from '../machinery/copy-json.ts'
import { hasDuplicateKeys, JsonError } from '../machinery/json.ts'
import { scanJson } from '../machinery/json-scan.ts'
import { parsingRounded } from '../machinery/json-turns.ts'
import { overflowing, parseSpelled, withNumbers, withoutSpellings } from '../machinery/numbers.ts'
import { inTurns, type Pausing, Slice } from '../machinery/slice.ts'
import { badRequest, conflict, StatusError } from '../machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import { typedOf } from '../patch/typed.ts'
import { hasRawFields, sortedRaw } from '../scheme/raw.ts'
import type { Schema } from '../scheme/schema.ts'
import type { ServedResource, Subresource } from '../registry/generic/resource.ts'
import type { Store } from '../registry/generic/store.ts'
import type { UpdateRules } from '../registry/generic/update-rules.ts'
import { updateIn } from '../registry/generic/write.ts'
import { writeQuery, type FieldValidation } from './body.ts'
import { readBody } from './read-body.ts'
import { strategyContext } from './context.ts'
import { createAuthorization } from './further-rights.ts'
import { respondEntry, encoderFor } from './respond.ts'
import { respondSubresource } from './shown.ts'
import { checkUrlIdentity } from './update.ts'

export const APPLY_TYPE = 'application/apply-patch+yaml'
/** Behind the gate of CBOR. */
export const APPLY_CBOR_TYPE = 'application/apply-patch+cbor'

/**
 * PATCH with a partial object of which the client says: these fields are mine (server-side apply, KEP-555). The object is made when there
 * is none, unless the request is for a subresource.
 */
export async function applyObject(ctx: RequestContext, served: ServedResource, rules: UpdateRules, sub?: ObjectSubresource): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const { namespace, name } = ctx.requestInfo
  const query = writeQuery(ctx.requestInfo.query, 'PatchOptions', true)
  const { config: body, duplicates, unusualNumbers } = await readConfig(ctx)
  function* config(current: KubeObject | undefined): Pausing<KubeObject> {
    const read = yield* body()
    if (sub === undefined) return read
    checkKind(read, sub.body)
    return sub.apply!.configOf(read, served, current)
  }
  const context = strategyContext(ctx, query)
  const { store } = served
  const apply = async (current: KubeObject | undefined): Promise<KubeObject> => {
    const slice = new Slice()
    const by = { manager: query.fieldManager, now: ctx.clock.now() }
    const { apiVersion } = context.fieldManager!
    const sent = await inTurns(config(current), slice)
    const applied = store.resource.fields.apply(current, sent, rules.subresource, by, query.force, apiVersion!)
    const object = unwritten(served.schema, await inTurns(applied, slice), unusualNumbers)
    const { managedFields } = sent.metadata
    // What the type has no entries of was let pass, for the conversion to refuse.
    if (managedFields !== undefined)
      await inTurns(typedAs(served, { ...object, metadata: { ...object.metadata, managedFields } }, sent), slice)
    const typed = await inTurns(typedAs(served, object, sent), slice)
    strictly(ctx, duplicates, query.fieldValidation)
    const { uid } = typed.metadata
    if (current === undefined && uid !== undefined && uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      throw conflict(store.groupResource, name, why)
    }
    checkUrlIdentity(typed, namespace, name, served)
    const stored = served.identity ? typed : served.toStored(typed)
    const fault = store.resource.strategy.unreadable?.(stored)
    if (fault !== undefined) throw unconverted(sent, fault)
    return stored
  }
  const { entry, created } = await updateIn(store, {
    namespace,
    name,
    context,
    rules,
    applied: true,
    authorizeCreate: createsMissing(store, rules) ? createAuthorization(ctx) : undefined,
    change: apply,
  })
  if (sub?.apply?.shown !== undefined) respondSubresource(ctx, served, sub, sub.apply.shown(entry.object()))
  else await respondEntry(ctx, encoder, entry, created ? 201 : 200)
}

/** What the applied object is cannot be made of its version's type. */
function unconverted({ apiVersion, kind, metadata }: KubeObject, why: string): Error {
  return new StatusError(
    500,
    '',
    `failed to convert to unversioned (${textOf(metadata.namespace)}/${textOf(metadata.name)}; ${apiVersion}, Kind=${kind}): ${why}`,
  )
}

function createsMissing({ resource: { strategy } }: Store, { subresource }: UpdateRules): boolean {
  if (subresource === '') return true
  return subresource === 'status' && (strategy.allowCreateOnStatusApply ?? strategy.allowCreateOnUpdate) === true
}

/** What Go converts to a type from maps, not from text: numbers have lost their spelling, and fields of raw JSON their order. */
function unwritten({ facts }: Schema, object: KubeObject, unusualNumbers: boolean): KubeObject {
  if (facts === undefined) return object
  const plain = unusualNumbers ? (withoutSpellings(object) as KubeObject) : object
  return hasRawFields(facts) ? (sortedRaw(plain, facts) as KubeObject) : plain
}

/** @throws 500 in the reference's words for what Go cannot convert to the type */
function* typedAs({ schema, facts }: ServedResource, object: KubeObject, { metadata }: KubeObject): Pausing<KubeObject> {
  try {
    return yield* typedOf(schema, facts, object)
  } catch (e) {
    if (!(e instanceof TypeError) || schema.facts === undefined) throw e
    const gvk = `${facts.group}/${facts.version}, Kind=${facts.kind}`
    const what = `(${textOf(metadata.namespace)}/${textOf(metadata.name)}; ${gvk})`
    throw new StatusError(500, '', `failed to convert new object ${what} to proper version: ${e.message}`)
  }
}

type ObjectSubresource = Extract<Subresource, { form: 'object' }>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function checkKind(config: KubeObject, body: ObjectSubresource['body']): void {
  const [apiVersion, kind] = [textOf(config.apiVersion), textOf(config.kind)]
  const gv = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  const wanted = apiVersionOf(body.group, body.version)
  if (apiVersion !== wanted || kind !== body.kind) throw badRequest(`invalid object type: ${gv}, Kind=${kind}`)
}

/** YAML has no number that no float64 holds: such a one is a text. */
const withInfinitiesAsTexts = (value: unknown): unknown =>
  overflowing(value) === undefined ? value : withNumbers(value, (number) => (Number.isFinite(number.value) ? number : number.literal))

interface Config {
  /** A fresh copy each time, since a lost race applies again. In turns with others. */
  config(): Pausing<KubeObject>
  /** Keys that stand twice, with their lines. */
  duplicates: readonly string[]
  /** It has numbers of which Go knows more than their value: `1.0`, `1e3`. */
  unusualNumbers: boolean
}

export async function readConfig(ctx: RequestContext): Promise<Config> {
  const bytes = await readBody(ctx)
  if ((ctx.exchange.headers['content-type'] ?? '').trim().toLowerCase().startsWith(APPLY_CBOR_TYPE)) return cborConfig(bytes)
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined
  const slice = new Slice()
  const asIs = text === undefined ? undefined : await inTurns(asJson(text), slice)
  const { json, duplicates } = asIs === undefined ? await asYaml(bytes) : { json: text!, duplicates: [] }
  let first: Parsed | undefined = asIs ?? (await inTurns(parsing(json), slice))
  checkMap(first.value)
  const config = function* (): Pausing<KubeObject> {
    const { value, unusualNumbers } = first ?? (yield* parsing(json))
    first = undefined
    const object = (unusualNumbers ? withInfinitiesAsTexts(value) : value) as KubeObject
    object.metadata ??= {}
    return object
  }
  return { config, duplicates, unusualNumbers: first.unusualNumbers }
}

interface Parsed {
  value: unknown
  unusualNumbers: boolean
  keys: number
}

/** What parseJson gives, null as an empty object. */
function* parsing(json: string): Pausing<Parsed> {
  const value = yield* parsingRounded(json)
  const scan = scanJson(json)
  yield
  return { ...scan, value: (scan.unusualNumbers ? parseSpelled(json) : value) ?? {} }
}

function checkMap(value: unknown): void {
  if (!isContainer(value) || Array.isArray(value)) throw wrongType(withInfinitiesAsTexts(value))
}

/** Keys cannot stand twice in CBOR. Go's integers and floats stay apart. */
async function cborConfig(bytes: Buffer): Promise<Config> {
  let read: KubeObject
  try {
    read = ((await inTurns(decodingMap(bytes), new Slice())) ?? {}) as unknown as KubeObject
  } catch (e) {
    throw e instanceof CborError ? badRequest(`error decoding patch: ${e.message}`) : e
  }
  read.metadata ??= {}
  return { config: () => copyingJson(read), duplicates: [], unusualNumbers: true }
}

/** JSON that YAML reads otherwise: escapes of a slash and of surrogates, a zero with a sign, what breaks lines only there, and long keys. */
const READ_OTHERWISE = /\\(?:\/|u[dD][89a-fA-F])|[:,[]\s*-0[,\]}\s]|[\x85\u2028\u2029]|"(?:[^"\\]|\\.){1000,}"\s*:/

/** Most clients send JSON, which is YAML too: read as what it is when nothing in it needs more. */
function* asJson(text: string): Pausing<Parsed | undefined> {
  if (text[0] !== '{' || READ_OTHERWISE.test(text) || hasControls(text)) return undefined
  try {
    const parsed = yield* parsing(text)
    return hasDuplicateKeys(text, parsed.value, parsed.keys) ? undefined : parsed
  } catch (e) {
    if (e instanceof JsonError) return undefined
    throw e
  }
}

async function asYaml(bytes: Buffer): Promise<YamlJson> {
  try {
    return await readYaml(yamlText(bytes))
  } catch (e) {
    if (!(e instanceof YamlError)) throw e
    // What begins like JSON is read by another decoder.
    const where = bytes.toString('utf8').trimStart().startsWith('{')
      ? 'error decoding patch: error converting YAML to JSON'
      : 'error encoding patch'
    throw badRequest(`${where}: ${e.message}`)
  }
}

function wrongType(value: unknown): Error {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  const into = 'Go value of type map[string]interface {}'
  return badRequest(`error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into ${into}`)
}

function strictly(ctx: RequestContext, duplicates: readonly string[], validation: FieldValidation): void {
  if (duplicates.length === 0 || validation === 'Ignore') return
  if (validation === 'Warn') {
    for (const text of duplicates) ctx.warnings.push(text)
    return
  }
  const text = `error converting YAML to JSON: yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`
  throw badRequest(`error strict decoding patch: ${text}`)
}

import { randomUUID } from 'node:crypto'
import { validateAnnotations, validateLabels } from '../../apis/meta/v1/validation.ts'
import { aggregate } from '../../extensions/field-errors.ts'
import { goType, isObject, kindOf, type JsonObject } from '../../machinery/json-values.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { jsonKind } from '../../machinery/numbers.ts'
import { StatusError } from '../../machinery/status.ts'
import { readReviewBody } from '../../webhook/answer.ts'
import type { CallWebhook, WebhookAddress } from '../../webhook/call.ts'

const TIMEOUT_MS = 30_000
const REVIEWS = ['v1', 'v1beta1']

/**
 * Asks a conversion webhook for objects in another version (apiextensions-apiserver `pkg/apiserver/conversion/webhook_converter.go`): all of
 * them in one review; of their metadata it may change labels and annotations alone.
 */
export class ConversionWebhook {
  readonly #config: WebhookAddress
  readonly #version: string | undefined
  readonly #call: CallWebhook

  /** @param reviews spec.conversion.webhook.conversionReviewVersions: the first that is known is spoken */
  constructor(config: WebhookAddress, reviews: readonly string[], call: CallWebhook) {
    this.#config = config
    this.#version = reviews.find((v) => REVIEWS.includes(v))
    this.#call = call
  }

  /**
   * The same for objects that have nothing to do with each other: an error stands in the place of each that cannot be converted. A webhook
   * that refuses many is asked for each alone, as the reference asks.
   */
  async convertEach(objects: readonly JsonObject[], apiVersion: string): Promise<(JsonObject | Error)[]> {
    try {
      return await this.convert(objects, apiVersion)
    } catch (e) {
      if (!(e instanceof StatusError)) throw e
      if (objects.length === 1 || e instanceof Unanswered) return objects.map(() => e)
    }
    const each: (JsonObject | Error)[] = []
    for (const object of objects) each.push(...(await this.convertEach([object], apiVersion)))
    return each
  }

  /** @throws StatusError 500 in the reference's words */
  async convert(objects: readonly JsonObject[], apiVersion: string): Promise<JsonObject[]> {
    if (objects.length === 0) return []
    if (this.#version === undefined) throw failed('no supported conversion review versions')
    const [first] = objects as readonly [JsonObject, ...JsonObject[]]
    const who = `conversion webhook for ${String(first['apiVersion'])}, Kind=${String(first['kind'])}`
    const reviewVersion = `apiextensions.k8s.io/${this.#version}`
    const uid = randomUUID()
    const review = { kind: 'ConversionReview', apiVersion: reviewVersion, request: { uid, desiredAPIVersion: apiVersion, objects } }
    const why = (e: unknown): string => `${who} failed: ${e instanceof Error ? e.message : String(e)}`
    let converted: readonly unknown[]
    let answer: Buffer
    try {
      answer = await this.#call(this.#config, Buffer.from(JSON.stringify(review)), { timeoutMs: TIMEOUT_MS, clientTimeout: true })
    } catch (e) {
      throw new Unanswered(500, '', why(e))
    }
    try {
      converted = convertedObjects(readReviewBody(answer).value, reviewVersion, uid)
    } catch (e) {
      throw failed(why(e))
    }
    if (converted.length !== objects.length) {
      throw failed(`${who} returned ${converted.length} objects, expected ${objects.length}`)
    }
    return objects.map((original, i) => {
      const object = readObject(converted[i])
      try {
        return checked(original, object, apiVersion)
      } catch (e) {
        throw failed(`${who} returned ${(e as Error).message}`)
      }
    })
  }
}

/** Nothing was said of any object: asking for them one by one would end the same. */
class Unanswered extends StatusError {}

const failed = (message: string): StatusError => new StatusError(500, '', message)

const REVIEW = 'ConversionReview'
const GROUP = 'apiextensions.k8s.io'

/** What the reference's decoder says of a review that is not of the version that was spoken; one without a kind is taken as it comes. */
function refuseReview(apiVersion: string, kind: string, wanted: string): void {
  if (apiVersion === wanted && kind === REVIEW) return
  if (apiVersion === '' && kind === '') throw new Error(`expected webhook response of ${wanted}, Kind=${REVIEW}, got /, Kind=`)
  const [group, version] = apiVersion.split('/')
  if (group !== GROUP || !REVIEWS.includes(version ?? '') || kind !== REVIEW)
    throw new Error(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`)
  throw new Error(`converting (${version}.${kind}) to (${wanted.split('/')[1]}.${REVIEW}): unknown conversion`)
}

function convertedObjects(review: JsonObject, reviewVersion: string, uid: string): readonly unknown[] {
  const { apiVersion = '', kind = '', response } = review as { apiVersion?: string; kind?: string; response?: unknown }
  const isNew = reviewVersion.endsWith('/v1')
  if (isNew) refuseReview(apiVersion, kind, reviewVersion)
  if (!isObject(response)) throw new Error('no response provided')
  if (isNew && response['uid'] !== uid) {
    throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(String(response['uid'] ?? ''))}`)
  }
  const result = isObject(response['result']) ? response['result'] : {}
  if (result['status'] !== 'Success') {
    const message = typeof result['message'] === 'string' ? result['message'] : ''
    throw new Error(message === '' ? `response.result.status was '${String(result['status'] ?? '')}', not 'Success'` : message)
  }
  return convertedList(response['convertedObjects'])
}

function convertedList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === undefined || value === null) return []
  const where = 'Go struct field ConversionResponse.response.convertedObjects of type []runtime.RawExtension'
  throw new Error(`json: cannot unmarshal ${jsonKind(value)} into ${where}`)
}

/** What can be told to be an object. The reference converts one at a time, so that each is the first. @throws StatusError 500 */
function readObject(value: unknown): JsonObject {
  if (value === null || value === undefined) throw failed('unexpected end of JSON input')
  if (!isObject(value)) throw failed(`json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`)
  if ((value['kind'] ?? '') === '') throw failed(`Object 'Kind' is missing in '${JSON.stringify(value)}'`)
  return value
}

/** The converted object with the metadata of the original, but for labels and annotations. */
function checked(original: JsonObject, value: JsonObject, apiVersion: string): JsonObject {
  const at = 'invalid object'
  const got = String(value['apiVersion'] ?? '')
  if (got !== apiVersion) throw new Error(`${at} at index 0: invalid groupVersion (expected ${apiVersion}, received ${got})`)
  if (value['kind'] !== original['kind']) {
    throw new Error(`${at} at index 0: invalid kind (expected ${String(original['kind'])}, received ${String(value['kind'])})`)
  }
  const before = isObject(original['metadata']) ? original['metadata'] : {}
  const after = value['metadata']
  const same = (field: string, label: string): void => {
    const [a, b] = [before[field] ?? '', isObject(after) ? (after[field] ?? '') : '']
    if (a !== b) throw new Error(`${at}: must have the same ${label}: ${String(a)} != ${String(b)}`)
  }
  same('name', 'name')
  same('namespace', 'namespace')
  same('uid', 'UID')
  const wrong = 'invalid metadata'
  if (after === undefined) throw new Error(`${wrong}: missing metadata in converted object`)
  if (!isObject(after)) throw new Error(`${wrong}: invalid metadata of type ${goType[kindOf(after)]} in converted object`)
  const metadata: JsonObject = { ...before }
  for (const field of ['labels', 'annotations'] as const) {
    const map = after[field]
    delete metadata[field]
    if (map === undefined || map === null) continue
    if (!isObject(map)) throw new Error(`${wrong}: invalid metadata.${field} of type ${goType[kindOf(map)]} in converted object`)
    for (const [name, text] of Object.entries(map)) {
      if (typeof text === 'string') continue
      throw new Error(`${wrong}: metadata.${field}[${name}] must be a string, but is ${goType[kindOf(text)]} in converted object`)
    }
    const errors: FieldError[] = []
    if (field === 'labels') validateLabels(errors, map as Record<string, string>, 'metadata.labels')
    else validateAnnotations(errors, map as Record<string, string>, 'metadata.annotation')
    if (errors.length > 0 && JSON.stringify(map) !== JSON.stringify(before[field])) throw new Error(`${wrong}: ${aggregate(errors)}`)
    metadata[field] = map
  }
  return { ...value, metadata }
}

import { randomUUID } from 'node:crypto'
import { validateAnnotations, validateLabels } from '../../apis/meta/v1/validation.ts'
import { aggregate } from '../../extensions/field-errors.ts'
import { goType, isObject, kindOf, type JsonObject } from '../../extensions/json-values.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import { parseNumbers } from '../../machinery/numbers.ts'
import { StatusError } from '../../machinery/status.ts'
import type { CallWebhook, WebhookAddress } from '../../proxy/webhook-call.ts'

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

  /** @throws StatusError 500 in the reference's words */
  async convert(objects: readonly JsonObject[], apiVersion: string): Promise<JsonObject[]> {
    if (objects.length === 0) return []
    if (this.#version === undefined) throw failed('no supported conversion review versions')
    const [first] = objects as readonly [JsonObject, ...JsonObject[]]
    const who = `conversion webhook for ${String(first['apiVersion'])}, Kind=${String(first['kind'])}`
    const reviewVersion = `apiextensions.k8s.io/${this.#version}`
    const uid = randomUUID()
    const review = { kind: 'ConversionReview', apiVersion: reviewVersion, request: { uid, desiredAPIVersion: apiVersion, objects } }
    let converted: readonly unknown[]
    try {
      const answer = await this.#call(this.#config, Buffer.from(JSON.stringify(review)), { timeoutMs: TIMEOUT_MS })
      converted = convertedObjects(parsed(answer), reviewVersion, uid)
    } catch (e) {
      throw failed(`${who} failed: ${e instanceof Error ? e.message : String(e)}`)
    }
    if (converted.length !== objects.length) {
      throw failed(`${who} returned ${converted.length} objects, expected ${objects.length}`)
    }
    return objects.map((original, i) => {
      try {
        return checked(original, converted[i], apiVersion, i)
      } catch (e) {
        throw failed(`${who} returned ${(e as Error).message}`)
      }
    })
  }
}

const failed = (message: string): StatusError => new StatusError(500, '', message)

function parsed(answer: Buffer): JsonObject {
  const value: unknown = parseNumbers(answer.toString())
  if (!isObject(value)) throw new Error('no response provided')
  return value
}

function convertedObjects(review: JsonObject, reviewVersion: string, uid: string): readonly unknown[] {
  const { apiVersion, kind, response } = review
  const isNew = reviewVersion.endsWith('/v1')
  if (isNew && (apiVersion !== reviewVersion || kind !== 'ConversionReview')) {
    const shown = (gv: string, k: unknown): string => `${gv}, Kind=${String(k ?? '')}`
    throw new Error(
      `expected webhook response of ${shown(reviewVersion, 'ConversionReview')}, got ${shown(String(apiVersion ?? ''), kind)}`,
    )
  }
  if (!isObject(response)) throw new Error('no response provided')
  if (isNew && response['uid'] !== uid) {
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`)
  }
  const result = isObject(response['result']) ? response['result'] : {}
  if (result['status'] !== 'Success') {
    const message = typeof result['message'] === 'string' ? result['message'] : ''
    throw new Error(message === '' ? `response.result.status was '${String(result['status'] ?? '')}', not 'Success'` : message)
  }
  return Array.isArray(response['convertedObjects']) ? (response['convertedObjects'] as unknown[]) : []
}

/** The converted object with the metadata of the original, but for labels and annotations. */
function checked(original: JsonObject, value: unknown, apiVersion: string, index: number): JsonObject {
  const at = 'invalid object'
  if (!isObject(value))
    throw new Error(`invalid converted object at index ${index}: Object 'Kind' is missing in '${JSON.stringify(value)}'`)
  const got = String(value['apiVersion'] ?? '')
  if (got !== apiVersion) throw new Error(`${at}: invalid groupVersion (expected ${apiVersion}, received ${got})`)
  if (value['kind'] !== original['kind']) {
    throw new Error(`${at}: invalid kind (expected ${String(original['kind'])}, received ${String(value['kind'] ?? '')})`)
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

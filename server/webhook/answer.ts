import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { typeMeta } from '../codec/body.ts'
import { parseYaml } from '../codec/yaml.ts'
import { goQuote } from '../machinery/go-quote.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { jsonText } from '../machinery/json-text.ts'
import { parseJson } from '../machinery/json.ts'
import type { Status } from '../machinery/status.ts'

/** An answer that says no. */
export class WebhookAnswerError extends Error {
  readonly code: number
  /** When it may be asked again, as it says. */
  readonly retryAfterSeconds: number | undefined
  constructor(code: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Client-go counts no more tries of one request than these, beyond the first, when the webhook says when to come again (`rest/with_retry.go`). */
export const MAX_RETRY_AFTER = 10

/** Seconds after which a webhook wants to be asked once more; undefined for any other answer. */
export const retryAfter = (e: unknown): number | undefined =>
  e instanceof WebhookAnswerError && (e.code === 429 || e.code >= 500) ? e.retryAfterSeconds : undefined

/** There is more of it than may be. */
export class AnswerTooLarge extends Error {}

/**
 * The body of a good answer, unpacked.
 * @param read told of the size of an answer that is not empty
 * @throws WebhookAnswerError for any other answer, AnswerTooLarge, or the error of its connection
 */
export async function readAnswer(res: IncomingMessage, maxBytes: number, read?: (bytes: number) => void): Promise<Buffer> {
  const answer = await whole(res, maxBytes)
  if (answer.length > 0) read?.(answer.length)
  const { statusCode = 0, headers } = res
  if (statusCode < 200 || statusCode >= 300) {
    const after = headers['retry-after'] ?? ''
    const seconds = /^\d{1,9}$/.test(after) ? Number(after) : undefined
    throw new WebhookAnswerError(statusCode, statusMessage(answer) ?? answerText(statusCode, isText(headers) ? answer : UNKNOWN), seconds)
  }
  if (answer.length === 0) throw emptyAnswer(res)
  if (/^\s*;/.test(headers['content-type'] ?? '')) throw new WebhookAnswerError(500, 'Internal error occurred: mime: no media type')
  return answer
}

/** A text without a type is taken for JSON. */
export const emptyAnswer = ({ statusCode = 0, headers }: IncomingMessage): WebhookAnswerError =>
  new WebhookAnswerError(
    EMPTY_CODE,
    `0-length response with status code: ${statusCode} and content type: ${headers['content-type'] ?? 'application/json'}`,
  )

async function whole(res: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const packed = /^gzip$/i.test(res.headers['content-encoding'] ?? '')
  // What goes wrong with either is thrown below.
  const body: AsyncIterable<Buffer> = packed ? pipeline(res, createGunzip(), () => undefined) : res
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    // Leaving the loop ends the unpacking and the connection.
    if (size > maxBytes) throw new AnswerTooLarge('http: response body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Longer texts that are no JSON are not tried as YAML, which takes its time. */
const MAX_YAML = 64 << 10

/**
 * A review as any body is read: JSON, which begins as an object, or YAML; and what it says that it is.
 * @throws Error in the words of the reference's decoder
 */
export function readReviewBody(answer: Buffer): { readonly value: JsonObject; readonly apiVersion: string; readonly kind: string } {
  const { value, apiVersion, kind } = typeMeta(parsed(jsonText(answer)))
  return { value: value as JsonObject, apiVersion, kind }
}

function parsed(text: string): unknown {
  // A byte order mark is no space to Go, and YAML's business.
  if (!/^(?:(?!\ufeff)\s)*\{/.test(text) && text.length <= MAX_YAML) return parseYaml(text).value
  try {
    return parseJson(text)
  } catch (e) {
    throw new Error(`couldn't get version/kind; json parse error: ${(e as Error).message}`, { cause: e })
  }
}

const UNKNOWN = Buffer.from('unknown')

/** Other answers are not shown (client-go `rest/request.go`, isTextResponse). */
const isText = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => type === '' || /^\s*text\//i.test(type)

/** apimachinery `api/errors`, NewGenericServerResponse. */
const ANSWERS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}
/** A Status that is the answer says itself what is wrong. */
function statusMessage(answer: Buffer): string | undefined {
  if (answer[0] !== OPENING) return undefined
  try {
    const { kind, apiVersion, status, message } = JSON.parse(answer.toString()) as Partial<Status>
    return kind === 'Status' && apiVersion === 'v1' && status !== 'Success' ? (message ?? '') : undefined
  } catch {
    return undefined
  }
}

const OPENING = 0x7b
const MAX_SHOWN = 2048
/** Of an answer without a body, for metrics. */
const EMPTY_CODE = 503

function answerText(code: number, answer: Buffer): string {
  const said = answer.subarray(0, MAX_SHOWN).toString().trim()
  if (code === 403 || code === 415) return said === '' ? 'unknown' : said
  if (code === 406)
    return said === '' || said === 'unknown' ? 'the server was unable to respond with a content type that the client supports' : said
  const text = ANSWERS[code]
  if (text !== undefined) return text
  if (code < 500) return `the server responded with the status code ${code} but did not return more information`
  return `an error on the server (${goQuote(said)}) has prevented the request from succeeding`
}

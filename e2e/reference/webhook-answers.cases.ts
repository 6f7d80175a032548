import { gzipSync } from 'node:zlib'
import { reviewed, type HookReply } from '../../server/webhook/testing/hook-server.ts'
import type { Request } from './play.ts'

/** What webhooks may answer to a review, good and bad, and what becomes of the write that they were asked about. */
type Json = Record<string, unknown>
type Answering = (review: Json) => HookReply

const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** A patch as a text. */
const patchText =
  (text: string, patchType: unknown = 'JSONPatch'): Answering =>
  (review) =>
    reviewed(review, { patchType, patch: base64(text) })
const patch = (...operations: readonly Json[]): Answering => patchText(JSON.stringify(operations))
const says =
  (response: Json, top: Json = {}): Answering =>
  (review) => ({ ...reviewed(review, response), ...top })
const denies = (status: unknown): Answering => says({ allowed: false, status })
const text = (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Answering => {
  const reply = { status, headers: { 'content-type': 'application/json', ...headers }, body }
  return () => reply
}
const raw =
  (bytes: string): Answering =>
  () => ({ raw: bytes.replaceAll('\n', '\r\n') })
const whole = (review: Json, response: Json = {}): string => JSON.stringify(reviewed(review, response))

const list = { op: 'add', path: '/metadata/finalizers', value: ['a/b'] }
const EVERY = ['add', 'remove', 'replace', 'test', 'move', 'copy']

/** Operations that do not fit, by what is wrong with them. */
const operations: Readonly<Record<string, Answering>> = {
  ...Object.fromEntries(
    EVERY.flatMap((op) => [
      [`${op} without a path`, patch({ op, from: '/data/a', value: 1 })],
      [`${op} without a beginning`, patch({ op, path: '/data/x', value: 'y' })],
      [`${op} of a number`, patch({ op, path: 7, from: 8, value: 1 })],
      [`${op} below nothing`, patch({ op, path: '/a/b/c', from: '/data/a', value: 1 })],
      [`${op} from below nothing`, patch({ op, path: '/data/x', from: '/a/b/c', value: 'y' })],
      [`${op} of what is not there`, patch({ op, path: '/data/none', from: '/data/none', value: 'y' })],
      ...['9', 'x', '-', '-7'].map((i) => {
        const path = `/metadata/finalizers/${i}`
        const moved = op === 'move' || op === 'copy'
        return [`${op} at index ${i}`, patch(list, { op, path: moved ? '/data/x' : path, from: path, value: 'c/d' })] as const
      }),
      [`${op} into index 9`, patch(list, { op, path: '/metadata/finalizers/9', from: '/data/a', value: 'c/d' })],
      [`${op} within index 9`, patch(list, { op, path: '/metadata/finalizers/9/x', from: '/data/a', value: 'c/d' })],
    ]),
  ),
  'no operation': patch({ path: '/data/x', value: 1 }),
  'an unknown operation': patch({ op: 'frob', path: '/data/x' }),
  'an operation that is a number': patchText('[{"op":7,"path":"/data/x"}]'),
  'an operation that is null': patchText('[null]'),
  'a document that is null': patch({ op: 'replace', path: '', value: null }),
  'a document that is a list': patch({ op: 'replace', path: '', value: [] }),
  'half a character': patchText('[{"op":"add","path":"/data/x","value":"\\ud800"}]'),
}

/** Reviews of another shape, and fields of other types. */
const shapes: Readonly<Record<string, Answering>> = {
  'a request that is none': says({}, { request: 'x' }),
  'a version that is a number': says({}, { apiVersion: 7 }),
  'a version of three parts': says({}, { apiVersion: 'a/b/c' }),
  'the internal version': says({}, { apiVersion: 'admission.k8s.io/__internal' }),
  'another type of patch': patchText('[]', 7),
  'a patch of bytes': (review) => reviewed(review, { patchType: 'JSONPatch', patch: [...Buffer.from('[]')] }),
  'a patch of other numbers': (review) => reviewed(review, { patchType: 'JSONPatch', patch: [256] }),
  'a warning that is null': says({ warnings: [null, 'x'] }),
  'a warning that is a number': says({ warnings: [7] }),
  'warnings as long as may be and longer': says({ warnings: [255, 256, 257, 300].map((n) => 'x'.repeat(n)) }),
  'a long warning in other letters': says({ warnings: ['é'.repeat(300), '名'.repeat(300), '😀'.repeat(300)] }),
  'many long warnings': says({ warnings: Array.from({ length: 20 }, (_, i) => `${i} ${'x'.repeat(300)}`) }),
  'many warnings': says({ warnings: Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(50)}`) }),
  'many long warnings in other letters': says({ warnings: Array.from({ length: 20 }, (_, i) => `${i} ${'名'.repeat(200)}`) }),
  'warnings that come again': says({ warnings: ['same', 'same', 'other', 'same', ' same', ''] }),
  'a warning of signs that are no text': says({ warnings: ['a\tb\r\nc\u0000d\u0007e\u007ff\u2028g\\h"i', ' ', '\n'] }),
  'a refusal with warnings': says({ allowed: false, warnings: ['first', 'x'.repeat(300)], status: { message: 'no', code: 418 } }),
  'a note that is null': says({ auditAnnotations: { k: null } }),
  'a note that is a number': says({ auditAnnotations: { k: 1 } }),
  'notes that are a list': says({ auditAnnotations: [] }),
  'allowed by a text': says({ allowed: 'true' }),
  'a uid that is a number': says({ uid: 7 }),
  'a status that is a text': denies('x'),
  'a code with a fraction': denies({ code: 403.5 }),
  'a large code': denies({ code: 99_999_999_999 }),
  'a code that is a text': denies({ code: '403' }),
  'code 999': denies({ code: 999 }),
  'code 600': denies({ code: 600, message: 'x' }),
  'details that are a text': denies({ details: 'x' }),
  'a name that is a number': denies({ details: { name: 7 } }),
  'causes that are a text': denies({ details: { causes: 'x' } }),
  'a cause that is null': denies({ details: { causes: [null, { message: 'x' }] } }),
  'a cause of another type': denies({ details: { causes: [{ field: 1 }] } }),
  'a wait that is a text': denies({ details: { retryAfterSeconds: '5' } }),
  'a message that is a number': denies({ message: 7 }),
  'a reason that is a number': denies({ reason: 7 }),
  'metadata of a list': denies({ metadata: { resourceVersion: '7', continue: 'c' }, message: 'm' }),
}

/** How the answer comes. */
const transport: Readonly<Record<string, Answering>> = {
  'packed by gzip': (review) => ({
    ...{ status: 200, headers: { 'content-encoding': 'gzip' } },
    body: gzipSync(whole(review, { warnings: ['packed'] })),
  }),
  'said to be packed': (review) => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: whole(review) }),
  'packed and cut': (review) => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(whole(review)).subarray(0, 40) }),
  'a refusal packed by gzip': text(gzipSync('busy'), { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, 500),
  'as YAML': (review) => `kind: AdmissionReview\nresponse:\n  uid: ${String((review.request as Json).uid)}\n  allowed: false\n`,
  'YAML that is none': text('a: b: c'),
  'a list in YAML': text('- a'),
  'behind a mark of byte order': (review) => `\ufeff${whole(review)}`,
  'a type without a name': (review) => ({ status: 200, headers: { 'content-type': ';;;' }, body: whole(review) }),
  'no acceptable type': text('{}', {}, 406),
  'a refusal that asks for patience': text('later', { 'retry-after': '0' }, 503),
  'too many requests, at once again': text('later', { 'retry-after': '0' }, 429),
  'an answer that breaks off': raw('HTTP/1.1 200 OK\nContent-Length: 1000\n\n{"a"'),
  'no HTTP': raw('rubbish\n\n'),
  'no length': raw('HTTP/1.1 200 OK\nContent-Length: x\n\n'),
  'two lengths': raw('HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3\n\n{}'),
  'no status': raw('HTTP/1.1 abc OK\n\n'),
  'no chunk': raw('HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\n'),
  'another protocol': raw('HTTP/1.1 101 Switching\nUpgrade: x\nConnection: upgrade\n\n'),
  'a long header': raw(`HTTP/1.1 404 No\nX: ${'x'.repeat(100_000)}\nContent-Length: 0\n\n`),
}

const names = [...Object.keys(operations), ...Object.keys(shapes), ...Object.keys(transport)]
const all: readonly Answering[] = [operations, shapes, transport].flatMap((group) => Object.values(group))

/** What a webhook answers, by the label of the object that is written. */
export function answerTo(review: Json): HookReply {
  const { object } = review.request as { object: { metadata: { labels: Record<string, string> } } }
  return all[Number(object.metadata.labels.case)]?.(review) ?? reviewed(review, { allowed: false })
}

export const TYPES = ['mutating', 'validating'] as const
/** Of each type one whose failures count and one whose failures do not. */
export const hooksOf = (type: string, clientConfig: Json): Json[] =>
  ['Fail', 'Ignore'].map((failurePolicy) => ({
    ...{ name: `${failurePolicy.toLowerCase()}.example.com`, sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 5 },
    ...{ failurePolicy, clientConfig },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    objectSelector: { matchLabels: { to: `${type}-${failurePolicy}` } },
  }))

const asking = (type: string, policy: string, name: string, i: number): Request => ({
  ...{ name: `${name}, ${type}, ${policy}`, method: 'POST', path: '/api/v1/namespaces/{ns}/configmaps?dryRun=All' },
  body: { metadata: { name: 'x', labels: { to: `${type}-${policy}`, case: String(i) } }, data: { a: 'b' } },
})

/** Patches are for webhooks that change objects; each way of answering is tried with both. */
export const requests: readonly Request[] = names.flatMap((name, i) =>
  name in operations
    ? [asking('mutating', 'Fail', name, i)]
    : TYPES.flatMap((type) => [asking(type, 'Fail', name, i), ...(name in transport ? [asking(type, 'Ignore', name, i)] : [])]),
)
/** Refused as soon as the webhooks are known. */
export const probes: readonly Request[] = TYPES.flatMap((type) =>
  ['Fail', 'Ignore'].map((policy) => asking(type, policy, 'is it asked', names.length)),
)

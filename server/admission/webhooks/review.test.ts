import { describe, expect, test } from 'vitest'
import { InvalidReview, refusal, responseOf, UnreadableReview } from './review.ts'

type Json = Record<string, unknown>

const answer = (review: unknown): Buffer => Buffer.from(typeof review === 'string' ? review : JSON.stringify(review))
const review = (response: unknown, more: Json = {}): Buffer =>
  answer({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response, ...more })
const patch = Buffer.from('[{"op":"add"}]').toString('base64')

/** The texts are those of kube-apiserver 1.37.2. */
describe('an answer', () => {
  test('that is right is read', () => {
    expect(
      responseOf(review({ uid: 'u', allowed: true, warnings: ['w'], auditAnnotations: { a: 'b' }, more: 1 }), 'u', 'v1', false),
    ).toEqual({
      ...{
        uid: 'u',
        allowed: true,
        warnings: ['w'],
        auditAnnotations: { a: 'b' },
        patch: Buffer.alloc(0),
        patchType: '',
        status: undefined,
      },
    })
    const patched = responseOf(review({ uid: 'u', allowed: true, patch, patchType: 'JSONPatch' }), 'u', 'v1', true)
    expect([patched.patch.toString(), patched.patchType]).toEqual(['[{"op":"add"}]', 'JSONPatch'])
  })

  test('of the old version need not say whose it is, nor what its patch is', () => {
    const old = { apiVersion: 'admission.k8s.io/v1beta1' }
    expect(responseOf(review({ allowed: true, patch }, old), 'u', 'v1beta1', true)).toMatchObject({ allowed: true, patchType: 'JSONPatch' })
    expect(responseOf(review({ allowed: true, patch }, old), 'u', 'v1beta1', false).patch).toHaveLength(0)
  })

  test.each<[string, Buffer, boolean, string]>([
    ['nothing', review(undefined), false, 'webhook response was absent'],
    ['null', answer('null'), false, 'webhook response was absent'],
    ['another uid', review({ uid: 'x' }), false, 'expected response.uid="u", got "x"'],
    [
      'no version',
      review({ uid: 'u' }, { apiVersion: undefined }),
      false,
      'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=AdmissionReview',
    ],
    ['a patch of one that may not', review({ uid: 'u', patch }), false, 'validating webhook may not return response.patch'],
    ['a type alone', review({ uid: 'u', patchType: 'JSONPatch' }), true, 'webhook returned response.patchType but not response.patch'],
    ['a patch alone', review({ uid: 'u', patch }), true, 'webhook returned response.patch but not response.patchType'],
    ['an empty type', review({ uid: 'u', patch, patchType: '' }), true, 'webhook returned invalid response.patchType of ""'],
  ])('%s is no answer', (_, body, mutating, why) => {
    expect(() => responseOf(body, 'u', 'v1', mutating)).toThrow(new InvalidReview(why))
  })

  test.each<[string, Buffer, string]>([
    [
      'another kind',
      review({}, { apiVersion: 'v1', kind: 'Pod' }),
      'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'another version',
      review({}, { apiVersion: 'admission.k8s.io/v1beta1' }),
      'converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
    ],
    ['a status', review({}, { apiVersion: 'v1', kind: 'Status' }), 'converting (v1.Status) to (v1.AdmissionReview): unknown conversion'],
    ['half of it', answer('{"apiVersion":'), "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    [
      'a list',
      answer('[1]'),
      `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    ],
    [
      'a text for a yes',
      review({ uid: 'u', allowed: 'yes' }),
      'json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool',
    ],
    [
      'a number for a text',
      review({ uid: 5 }),
      'json: cannot unmarshal number into Go struct field AdmissionResponse.response.uid of type types.UID',
    ],
    ['no base64', review({ uid: 'u', patch: '%' }), 'illegal base64 data at input byte 0'],
  ])('%s cannot be read', (_, body, why) => {
    expect(() => responseOf(body, 'u', 'v1', true)).toThrow(new UnreadableReview(why))
  })
})

describe('a refusal', () => {
  const denied = 'admission webhook "w" denied the request'
  test.each<[Json | undefined, number, string]>([
    [undefined, 400, `${denied} without explanation`],
    [{ message: 'no' }, 400, `${denied}: no`],
    [{ reason: 'Odd' }, 400, `${denied}: Odd`],
    [{ reason: 'Odd', message: 'no', code: 418 }, 418, `${denied}: no`],
    [{ code: 200, status: 'Success' }, 400, `${denied} without explanation`],
    [{ code: 500 }, 500, `${denied} without explanation`],
  ])('%j', (result, code, message) => {
    expect(refusal('w', result).status).toMatchObject({ code, message, status: 'Failure' })
  })

  test('keeps what a Status can say', () => {
    const details = { name: 'n', causes: [{ field: 'f', message: 'm', reason: 'r' }, { field: 'g' }], retryAfterSeconds: 7, other: 1 }
    expect(refusal('w', { details, status: 'Odd' }).status).toMatchObject({
      status: 'Odd',
      details: { name: 'n', causes: [{ field: 'f', message: 'm', reason: 'r' }, { field: 'g' }], retryAfterSeconds: 7 },
    })
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStatusError } from '../machinery/status.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'

test('a token is read as it was written', () => {
  const start = fc
    .array(
      fc.stringMatching(/^[a-z0-9.-]{1,8}$/).filter((s) => s !== '..' && s !== '.'),
      { minLength: 1, maxLength: 3 },
    )
    .map((p) => `${p.join('/')}\0`)
  fc.assert(
    fc.property(
      fc.integer({ min: -1, max: 2 ** 50 }).filter((n) => n !== 0),
      start,
      (revision, s) => {
        expect(decodeContinue(encodeContinue({ revision, start: s }))).toEqual({ revision, start: s })
      },
    ),
  )
})

const token = (o: unknown): string => Buffer.from(JSON.stringify(o)).toString('base64url')

// What a kube-apiserver 1.37.2 answered, after `invalid continue token: continue key is not valid: `.
test.each([
  ['x', 'illegal base64 data at input byte 0'],
  ['a b', 'illegal base64 data at input byte 1'],
  ['e30', 'server does not recognize this encoded version '],
  ['bnVsbA', 'server does not recognize this encoded version '],
  [token([1]), 'json: cannot unmarshal array into Go value of type storage.continueToken'],
  [token('a'), 'json: cannot unmarshal string into Go value of type storage.continueToken'],
  [token({ v: 1 }), 'json: cannot unmarshal number into Go struct field continueToken.v of type string'],
  [
    token({ v: 'meta.k8s.io/v1', rv: 'x', start: 'a' }),
    'json: cannot unmarshal string into Go struct field continueToken.rv of type int64',
  ],
  [token({ v: 'v9', rv: 1, start: 'a' }), 'server does not recognize this encoded version v9'],
  [token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a\0' }), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a//b' }), 'a//b'],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a/../../b' }), 'a/../../b'],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), 'encoded start key empty (version meta.k8s.io/v1)'],
])('%s is refused', (text, why) => {
  expect(() => decodeContinue(text)).toThrow(`invalid continue token: continue key is not valid: ${why}`)
})

test('no token leads outside of its resource', () => {
  expect(() => decodeContinue(token({ v: 'meta.k8s.io/v1', rv: 1, start: '../secrets/a' }))).toThrow('not valid')
})

test('any text is a token or a 400', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((j) => Buffer.from(j).toString('base64url')),
      ),
      (text) => {
        try {
          decodeContinue(text)
        } catch (e) {
          expect(isStatusError(e) && e.code).toBe(400)
        }
      },
    ),
  )
})

test('tokens are those of kube-apiserver: relative to what is listed, with a slash at the beginning', () => {
  const text = encodeContinue({ revision: 7, start: 'a\0' })
  expect(JSON.parse(Buffer.from(text, 'base64url').toString())).toEqual({ v: 'meta.k8s.io/v1', rv: 7, start: '/a\0' })
  expect(decodeContinue(token({ v: 'meta.k8s.io/v1', rv: 7, start: 'a\0' }))).toEqual({ revision: 7, start: 'a\0' })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapedJson } from '../machinery/json-escape.ts'
import { madeOf, replaceResourceVersion, withResourceVersion, withSortedResourceVersion } from './stored-json.ts'

const encode = (o: unknown): Buffer => Buffer.from(escapedJson(o))
const texts = fc.dictionary(
  fc.string().filter((k) => k !== '__proto__' && k !== 'resourceVersion'),
  fc.string(),
  { maxKeys: 4 },
)
const uid = fc.oneof(fc.uuid(), fc.string())
const owners = fc.array(fc.record({ uid }), { maxLength: 2 })
const meta = fc.oneof(
  texts,
  fc.tuple(texts, uid, texts).map(([before, u, after]) => ({ ...before, uid: u, ...after })),
  fc.tuple(owners, uid).map(([ownerReferences, u]) => ({ ownerReferences, uid: u })),
)
const rest = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/).filter((k) => !['kind', 'metadata'].includes(k)),
  fc.json().map((j) => JSON.parse(j) as unknown),
  { maxKeys: 4 },
)

describe('resourceVersion in stored bytes', () => {
  test('is spliced into any object of the usual layout', () => {
    fc.assert(
      fc.property(meta, rest, fc.integer({ min: 1, max: 2 ** 40 }), (m, r, revision) => {
        const stored = { kind: 'A', apiVersion: 'v1', metadata: m, ...r }
        const v = withResourceVersion(encode(stored), revision)
        expect(JSON.parse(v.json.toString())).toEqual({ ...stored, metadata: { ...m, resourceVersion: String(revision) } })
        expect(v.json.subarray(v.rvStart, v.rvEnd).toString()).toBe(String(revision))
      }),
    )
  })

  test.each([withResourceVersion, withSortedResourceVersion])(
    '%o: what another program stored without Go’s escapes is shown with them',
    (splice) => {
      const stored = { kind: 'A', apiVersion: 'v1', metadata: { name: 'a', uid: 'u' }, x: '<&>\u2028' }
      const v = splice(Buffer.from(JSON.stringify(stored)), 12)
      expect(v.json.toString()).toContain(String.raw`"x":"\u003c\u0026\u003e\u2028"`)
      expect(v.json.subarray(v.rvStart, v.rvEnd).toString()).toBe('12')
    },
  )

  test('does not hide what the bytes were, where the layout is the usual one', () => {
    fc.assert(
      fc.property(meta, rest, fc.integer({ min: 1, max: 2 ** 40 }), fc.nat(), (m, r, revision, place) => {
        const value = encode({ kind: 'A', apiVersion: 'v1', metadata: m, ...r })
        const v = withResourceVersion(value, revision)
        const known = madeOf(v, value)
        expect([true, undefined]).toContain(known)
        const other = Buffer.from(value)
        other[place % other.length]! ^= 1
        expect(madeOf(v, other)).toBe(known === undefined ? undefined : false)
        expect(madeOf(v, Buffer.concat([value, value.subarray(0, 1)]))).toBe(known === undefined ? undefined : false)
      }),
    )
    const usual = encode({ kind: 'A', apiVersion: 'v1', metadata: { name: 'x', uid: 'u', labels: {} }, spec: {} })
    expect(madeOf(withResourceVersion(usual, 7), usual)).toBe(true)
  })

  test('stands where the reference writes it: behind the uid', () => {
    const stored = { kind: 'A', apiVersion: 'v1', metadata: { name: 'x', namespace: 'n', uid: 'u', labels: { a: 'b' } } }
    const { json } = withResourceVersion(encode(stored), 5)
    expect(json.toString()).toContain('"namespace":"n","uid":"u","resourceVersion":"5","labels"')
  })

  test.each([
    ['metadata last', { apiVersion: 'v1', spec: { metadata: { a: '1' } }, kind: 'A', metadata: { name: 'x' } }],
    ['its own resourceVersion', { kind: 'A', apiVersion: 'v1', metadata: { resourceVersion: '7', name: 'x' } }],
    ['no metadata', { kind: 'A', apiVersion: 'v1' }],
    ['an embedded template first', { kind: 'A', template: { metadata: {} }, metadata: { name: 'x' } }],
  ])('is put right in an unusual layout: %s', (_, stored) => {
    const v = withResourceVersion(encode(stored), 12)
    const metadata = 'metadata' in stored ? stored.metadata : {}
    expect(JSON.parse(v.json.toString())).toEqual({ ...stored, metadata: { ...metadata, resourceVersion: '12' } })
    expect(v.json.subarray(v.rvStart, v.rvEnd).toString()).toBe('12')
  })

  test('is not mistaken for that of a reference behind the metadata, as in every Event', () => {
    const meta = { name: 'x', uid: 'u', annotations: { a: '"{\\' } }
    const stored = {
      kind: 'Event',
      apiVersion: 'v1',
      metadata: meta,
      zeta: 1,
      involvedObject: { name: 'p', resourceVersion: '7' },
      alpha: 2,
    }
    const { json } = withResourceVersion(encode(stored), 9)
    expect(json.toString()).toBe(JSON.stringify(stored).replace('"uid":"u"', '"uid":"u","resourceVersion":"9"'))
  })

  test('is replaced by one of another length', () => {
    const v = withResourceVersion(encode({ kind: 'A', apiVersion: 'v1', metadata: { name: 'x' } }), 99)
    const next = replaceResourceVersion(v, 100)
    expect(JSON.parse(next.json.toString())).toEqual({ kind: 'A', apiVersion: 'v1', metadata: { name: 'x', resourceVersion: '100' } })
    expect(JSON.parse(v.json.toString())).toMatchObject({ metadata: { resourceVersion: '99' } })
  })
})

describe('objects whose fields stand in the order of their names', () => {
  const sorted = (v: unknown): unknown =>
    typeof v !== 'object' || v === null || Array.isArray(v)
      ? v
      : Object.fromEntries(
          Object.entries(v)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, x]) => [k, sorted(x)]),
        )
  // Another object may stand before metadata, and a uid before the object's own.
  const sortedMeta = fc.record(
    { labels: texts, name: fc.string(), ownerReferences: owners, uid: fc.uuid() },
    { requiredKeys: ['name', 'uid'] },
  )
  const first = fc.option(fc.dictionary(fc.constantFrom('uid', 'metadata', 'a'), fc.string()), { nil: undefined })

  test('have it where it belongs, and are what they were without it', () => {
    fc.assert(
      fc.property(sortedMeta, rest, first, fc.integer({ min: 1, max: 2 ** 40 }), (m, r, data, revision) => {
        const stored = sorted({ ...(data === undefined ? {} : { data }), ...r, kind: 'A', apiVersion: 'v1', metadata: m })
        const v = withSortedResourceVersion(encode(stored), revision)
        const wanted = sorted({ ...(stored as object), metadata: { ...m, resourceVersion: String(revision) } })
        expect(v.json.toString()).toBe(escapedJson(wanted))
        expect(v.json.subarray(v.rvStart, v.rvEnd).toString()).toBe(String(revision))
        expect(madeOf(v, encode(stored))).toBe(true)
        expect(replaceResourceVersion(v, 7).json.toString()).toBe(
          escapedJson(sorted({ ...(stored as object), metadata: { ...m, resourceVersion: '7' } })),
        )
      }),
    )
  })

  test('an object that is not stored has none, and bytes that are no JSON hold nobody up', () => {
    expect(withSortedResourceVersion(encode({ metadata: { uid: 'a' } }), 0).json.toString()).toBe('{"metadata":{"uid":"a"}}')
    expect(() => withSortedResourceVersion(Buffer.from('{"metadata":{"a'), 1)).toThrow()
  })
})

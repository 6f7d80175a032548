import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyText, changeUrl, forVersion, inversePatch, parseWarnings } from './changes.ts'
import { isRecord, type KubeObject } from './types.ts'

/** RFC 7396 §2. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value)
  }
  return merged
}

describe('changes', () => {
  test('the address says who changes, by force or not, for real or not', () => {
    expect(changeUrl({ method: 'PATCH', path: '/api/v1/nodes/a', type: 'merge' }, false)).toBe('/api/v1/nodes/a?fieldManager=binnacle')
    expect(changeUrl({ method: 'PATCH', path: '/x', type: 'apply', force: true }, true)).toBe(
      '/x?fieldManager=binnacle&force=true&dryRun=All',
    )
    expect(changeUrl({ method: 'DELETE', path: '/x' }, false)).toBe('/x')
  })

  test('a body is JSON with all digits; text stays text', () => {
    expect(bodyText({ method: 'PUT', path: '/', body: { a: 1 } })).toBe('{"a":1}')
    expect(bodyText({ method: 'PATCH', path: '/', body: 'a: 1 # note\n' })).toBe('a: 1 # note\n')
    expect(bodyText({ method: 'DELETE', path: '/' })).toBeUndefined()
  })

  test.each([
    [null, []],
    ['299 - "spec.x: unknown field"', ['spec.x: unknown field']],
    ['299 - "a, b", 299 - "say \\"it\\""', ['a, b', 'say "it"']],
    ['299 kube "twice", 299 kube "twice"', ['twice']],
    ['110 proxy "Response is stale", 299 - "mine" "Sat, 01 Jan 2000 00:00:00 GMT"', ['mine']],
    ['299 - unquoted', []],
  ])('warnings of %j', (header, texts) => expect(parseWarnings(header)).toEqual(texts))

  test('a way back follows the versions in which others have changed other things', () => {
    const object = (spec: number, resourceVersion: string, more: object = {}, metadata: object = {}): KubeObject =>
      ({ metadata: { name: 'x', uid: 'u', resourceVersion, ...metadata }, spec, ...more }) as KubeObject
    const back = { method: 'PUT', path: '/x', body: object(1, '5') } as const
    const made = object(2, '6')
    expect(forVersion(back, made, object(2, '9', { status: 'seen' }, { managedFields: [], generation: 3 })).body).toEqual(
      object(1, '9', { status: 'seen' }, { generation: 3 }),
    )
    expect(forVersion(back, made, object(7, '9'))).toEqual(back)
    expect(forVersion(back, made, object(2, '9', {}, { uid: 'another' }))).toEqual(back)
    expect(forVersion(back, undefined, object(2, '9'))).toEqual(back)
    const patch = { method: 'PATCH', path: '/x', body: { metadata: {} } } as const
    expect(forVersion(patch, made, object(2, '9'))).toEqual(patch)
  })

  test('the inverse of a merge patch brings back what was there', () => {
    const before = { metadata: { labels: { a: '1', b: '2' } }, spec: { replicas: 2 } }
    const patch = { metadata: { resourceVersion: '7', labels: { a: '9', b: null, c: '3' } }, spec: { replicas: 5, paused: true } }
    expect(inversePatch(patch, before)).toEqual({ metadata: { labels: { a: '1', b: '2', c: null } }, spec: { replicas: 2, paused: null } })
    expect(inversePatch({ spec: { paused: true } }, {})).toEqual({ spec: null })
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()))
    const key = fc.constantFrom('a', 'b', 'c')
    const tree = fc.letrec((tie) => ({ node: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('node'))) })).node
    const change = fc.letrec((tie) => ({
      node: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, fc.constant(null), tie('node'))),
    })).node
    const empties = (o: unknown): unknown => (isRecord(o) ? Object.fromEntries(Object.entries(o).map(([k, v]) => [k, empties(v)])) : o)
    fc.assert(
      fc.property(tree, change, (object, wish) => {
        const there = empties(object)
        expect(merge(merge(there, wish), inversePatch(wish, there))).toEqual(there)
      }),
    )
  })
})

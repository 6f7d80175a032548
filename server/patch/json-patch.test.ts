import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atOnce } from '../machinery/slice.ts'
import { isStatusError } from '../machinery/status.ts'
import { applyingJsonPatch, jsonPatchOf, type JsonPatchOperation, unknownFields } from './json-patch.ts'
import { goJson } from './go-text.ts'
import { parsePatch } from './parse.ts'

const applyJsonPatch = (document: unknown, patch: readonly JsonPatchOperation[]): unknown => atOnce(applyingJsonPatch(document, patch))

type Patch = JsonPatchOperation[]
const FAILS = Symbol('fails')

// RFC 6902, appendix A, and what json-patch-tests has besides on pointers and array ends.
const vectors: [name: string, document: unknown, patch: Patch, result: unknown][] = [
  ['A.1 add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  ['A.2 add an element', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
  ['A.3 remove a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['A.4 remove an element', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  ['A.5 replace a value', { baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
  [
    'A.6 move a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 move an element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8 test, success',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  ['A.9 test, error', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], FAILS],
  [
    'A.10 add a nested member',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  ['A.12 add to what is not there', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], FAILS],
  ['A.14 escapes', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.15 strings are not numbers', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], FAILS],
  ['A.16 add an array', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], { foo: ['bar', ['abc', 'def']] }],
  ['the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ['test of the whole document', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
  ['a member without a name', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
  ['copy', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
  ['add at the end by number', { a: [1] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2] }],
  ['add behind the end', { a: [1] }, [{ op: 'add', path: '/a/2', value: 2 }], FAILS],
  ['a leading zero, as the reference reads it', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], { a: [1] }],
  ['an index from the end, as the reference reads it', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/-1' }], { a: [1, 2] }],
  ['remove what is not there', { a: 1 }, [{ op: 'remove', path: '/b' }], FAILS],
  ['replace a member that is not there: made, as the reference does', { a: 1 }, [{ op: 'replace', path: '/b', value: 1 }], { a: 1, b: 1 }],
  ['replace an element that is not there', { a: [1] }, [{ op: 'replace', path: '/a/1', value: 1 }], FAILS],
  ['a path without a slash', { a: 1 }, [{ op: 'add', path: 'a', value: 1 }], FAILS],
  ['move from nowhere', { a: 1 }, [{ op: 'move', from: '/x', path: '/b' }], FAILS],
  ['null is a value', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
  ['test of null', { a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
]

describe('RFC 6902', () => {
  test.each(vectors)('%s', (_, document, patch, result) => {
    const before = structuredClone(document)
    if (result === FAILS) expect(() => applyJsonPatch(document, patch)).toThrow()
    else expect(applyJsonPatch(document, patch)).toEqual(result)
    expect(document).toEqual(before)
  })

  test('what cannot be applied is a 422 that tells its reason to the log alone, as upstream', () => {
    try {
      applyJsonPatch({}, [{ op: 'remove', path: '/a' }])
      expect.unreachable()
    } catch (e) {
      expect(isStatusError(e) && e.code).toBe(422)
      expect(e).toMatchObject({
        message: 'the server rejected our request due to an error in our request',
        cause: "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
      })
    }
  })
})

describe('any patch', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', '0', '1', '-', '~0', '~1', '__proto__'), { maxLength: 3 })
    .map((p) => p.map((s) => `/${s}`).join(''))
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path,
    from: path,
    value: fc.jsonValue({ maxDepth: 2 }),
  })

  test('is applied, or refused with a Status; the document stays', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.array(operation, { maxLength: 5 }), (document, patch) => {
        const before = structuredClone(document)
        try {
          applyJsonPatch(document, jsonPatchOf(JSON.parse(JSON.stringify(patch)), true))
        } catch (e) {
          expect(isStatusError(e)).toBe(true)
        }
        expect(document).toEqual(before)
        expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
      }),
    )
  })

  test('adding and removing again leaves what was there', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
        fc.string(),
        fc.jsonValue({ maxDepth: 2 }),
        (document, key, value) => {
          fc.pre(!Object.hasOwn(document, key))
          const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
          const added = applyJsonPatch(document, [{ op: 'add', path, value }])
          expect(Object.keys(added as object)).toContain(key)
          expect(applyJsonPatch(added, [{ op: 'remove', path }])).toEqual(applyJsonPatch(document, []))
        },
      ),
    )
  })

  test('any text is a patch or a 4xx', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, typed) => {
        try {
          applyJsonPatch({}, jsonPatchOf(parsePatch(text), typed))
        } catch (e) {
          expect(isStatusError(e) && e.code >= 400 && e.code < 500).toBe(true)
        }
      }),
    )
  })

  test('more than 10,000 operations are refused', () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: 1 }))
    expect(() => jsonPatchOf(many, true)).toThrow('The allowed maximum operations in a JSON patch is 10000, got 10001')
  })

  test('fields of the wrong type and fields that no operation has are told by strict decoding alone', () => {
    expect(() => jsonPatchOf([{ op: 'add', path: 5 }], true)).toThrow('jsonPatchOp.path of type string')
    expect(() => applyJsonPatch({}, jsonPatchOf([{ op: 'add', path: 5 }], false))).toThrow('rejected our request')
    expect(unknownFields([{ op: 'add' }, { odd: 1 }])).toEqual(['unknown field "[1].odd"'])
  })
})

const why = (patch: Patch, document: unknown): unknown => {
  try {
    return applyJsonPatch(document, patch)
  } catch (e) {
    return (e as Error).cause
  }
}

describe('a small patch that makes much', () => {
  const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)

  test('copies are 3 MiB in all', () => {
    const doubling: Patch = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/c${i}` }))
    expect(why(doubling, { data: { k: 'v' } })).toMatch(
      /^Unable to complete the copy, the accumulated size increase of copy is \d+, exceeding/,
    )
    const copies = (n: number): Patch => Array.from({ length: n }, (_, i) => ({ op: 'copy', from: '/k', path: `/c${i}` }))
    const document = { k: 'é'.repeat(512 * 1024 - 1) }
    expect(Object.keys(why(copies(3), document) as object)).toHaveLength(4)
    expect(why(copies(4), document)).toMatch(/exceeding the limit 3145728$/)
  })

  test('what nests a document in itself is refused before it is too deep to walk', () => {
    const deep = nested(1_500)
    const path = '/a'.repeat(1_500)
    expect(why([{ op: 'copy', from: '/a', path }], deep)).toBe('the patched document is nested too deeply')
    const chain: Patch = [{ op: 'add', path: '/n0', value: deep }]
    for (let i = 1; i < 40; i++) {
      chain.push({ op: 'add', path: `/n${i}`, value: deep }, { op: 'move', from: `/n${i - 1}`, path: `/n${i}${path}` })
    }
    expect(why(chain, {})).toBe('the patched document is nested too deeply')
    chain.push({ op: 'copy', from: '/n39', path: '/copy' })
    expect(why(chain, {})).toBe('what is copied is nested too deeply')
    const changed = JSON.stringify(why([{ op: 'add', path, value: 2 }], deep))
    expect(changed).toBe(JSON.stringify(deep).replace('1', '2'))
  })

  test('a long list is not moved over and over', () => {
    const list = Array.from({ length: 200_000 }, () => 0)
    const patch = (n: number): Patch => Array.from({ length: n }, () => ({ op: 'add', path: '/list/0', value: 1 }))
    expect(why(patch(600), { list })).toBe('the patch moves more than 100000000 list elements')
    expect((why(patch(400), { list }) as { list: number[] }).list).toHaveLength(200_400)
    expect(
      (
        why(
          Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/list/-', value: 1 })),
          { list },
        ) as { list: number[] }
      ).list,
    ).toHaveLength(210_000)
  })
})

test('a document is shown as Go writes it', () => {
  expect(goJson({ b: '<a>&\u2028', a: 1 }, {})).toBe('{"a":1,"b":"\\u003ca\\u003e\\u0026\\u2028"}')
})

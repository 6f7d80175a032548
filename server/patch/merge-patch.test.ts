import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyMergePatch, mergePatchOf, strategicPatchOf } from './merge-patch.ts'
import { parsePatch } from './parse.ts'

describe('RFC 7396, appendix A', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"a":1,"e":null}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s', (document, patch, result) => {
    expect(JSON.stringify(applyMergePatch(JSON.parse(document), JSON.parse(patch)))).toBe(result)
  })
})

const json = fc.jsonValue({ maxDepth: 4 })
/** RFC 7396 and the reference differ on nulls within lists. */
const nullInList = (value: unknown, inList = false): boolean => {
  if (value === null) return inList
  if (typeof value !== 'object') return false
  return Object.values(value).some((item) => nullInList(item, inList || Array.isArray(value)))
}

/** The pseudocode of the RFC's section 2. */
function rfc7396(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target)
  const out = new Map<string, unknown>(isObject ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) out.delete(name)
    else out.set(name, rfc7396(out.get(name), value))
  }
  return Object.fromEntries(out)
}

describe('any merge patch', () => {
  test('leaves the document alone, shares nothing with the patch, and applied again changes nothing', () => {
    fc.assert(
      fc.property(json, json, (document, patch) => {
        fc.pre(!nullInList(patch))
        const [doc, before] = [structuredClone(document), structuredClone(patch)]
        const once = applyMergePatch(document, patch)
        expect(document).toEqual(doc)
        expect(patch).toEqual(before)
        expect(applyMergePatch(once, patch)).toEqual(once)
        expect(once).toEqual(rfc7396(document, patch))
      }),
    )
  })

  test('every document can be reached from every other', () => {
    // null means "take away" in a patch, so documents with nulls cannot be said.
    const plain = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.boolean())))
    fc.assert(
      fc.property(plain, plain, (from, to) => {
        const gone = Object.fromEntries(Object.keys(from).map((k) => [k, null]))
        expect(applyMergePatch(applyMergePatch(from, gone), to)).toEqual(to)
      }),
    )
  })

  test('keeps a field with the name of the prototype as data', () => {
    const patched = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}')) as object
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":1}}')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

// Answers of kube-apiserver 1.37.2 to patches of a ControllerRevision's data, which has no schema.
describe('nulls in lists', () => {
  const data = { list: [{ a: 1 }], map: { b: 2 } }
  test.each([
    ['of a list by a list', { list: [{ a: null, b: 1 }, null], map: { b: null } }, { list: [{ b: 1 }, null], map: {} }],
    ['of a new list', { other: [{ a: null, b: [{ c: null }] }] }, { ...data, other: [{ b: [{}] }] }],
    ['of a map by a list', { map: [{ a: null }] }, { ...data, map: [{ a: null }] }],
    ['of a list by a map', { list: { a: null, b: 1 } }, { ...data, list: { b: 1 } }],
  ])('%s', (_, patch, result) => {
    expect(applyMergePatch(data, patch)).toEqual(result)
  })
})

describe('a body that is no merge patch', () => {
  test.each([
    ['[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"x"', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['{', 'invalid JSON patch'],
    ['null', 'Invalid JSON Patch'],
  ])('%s', (body, text) => {
    expect(() => mergePatchOf(parsePatch(body), true)).toThrow(text)
  })

  test('without strict decoding a list takes the place of the document, as in the reference, and a scalar is refused', () => {
    expect(mergePatchOf([1], false)).toEqual([1])
    expect(() => mergePatchOf('x', false)).toThrow('Invalid JSON Patch')
  })

  test.each([9_000, 100_000])('%i levels', (levels) => {
    const body = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(() => parsePatch(body)).toThrow('invalid JSON patch')
  })

  test('a strategic one is refused without the prefix', () => {
    expect(() => strategicPatchOf([])).toThrow(/^json: cannot unmarshal array/)
  })
})

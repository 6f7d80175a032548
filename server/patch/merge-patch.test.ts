import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyMergePatch, parseMergePatch, parseStrategicPatch } from './merge-patch.ts'

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
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s', (document, patch, result) => {
    expect(JSON.stringify(applyMergePatch(JSON.parse(document), JSON.parse(patch)))).toBe(result)
  })
})

const json = fc.jsonValue({ maxDepth: 4 })

describe('any merge patch', () => {
  test('leaves the document alone, shares nothing with the patch, and applied again changes nothing', () => {
    fc.assert(
      fc.property(json, json, (document, patch) => {
        const [doc, before] = [structuredClone(document), structuredClone(patch)]
        const once = applyMergePatch(document, patch)
        expect(document).toEqual(doc)
        expect(patch).toEqual(before)
        expect(applyMergePatch(once, patch)).toEqual(once)
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

describe('a body that is no merge patch', () => {
  test.each([
    ['[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"x"', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['{', 'invalid JSON patch'],
    ['null', 'Invalid JSON Patch'],
  ])('%s', (body, text) => {
    expect(() => parseMergePatch(Buffer.from(body))).toThrow(text)
  })

  test('a strategic one is refused without the prefix', () => {
    expect(() => parseStrategicPatch(Buffer.from('[]'))).toThrow(/^json: cannot unmarshal array/)
  })
})

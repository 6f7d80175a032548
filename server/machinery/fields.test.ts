import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFields, parseFieldSelector } from './fields.ts'
import { SelectorError } from './labels.ts'

const object: Record<string, string> = { 'metadata.name': 'a', 'spec.nodeName': '', 'status.phase': 'x,y=z\\' }
const valueOf = (field: string): string => object[field] ?? ''

describe('field selectors', () => {
  test.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['metadata.name=b', false],
    ['spec.nodeName=', true],
    ['spec.nodeName!=', false],
    ['metadata.name=a,spec.nodeName=', true],
    ['metadata.name=a,', true],
    [String.raw`status.phase=x\,y\=z\\`, true],
  ])('%s', (text, matches) => {
    expect(parseFieldSelector(text).matches(valueOf)).toBe(matches)
  })

  // Each text is what a kube-apiserver 1.37.2 answered.
  test.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    [String.raw`metadata.name=\x`, String.raw`invalid field selector: invalid escape sequence: \x`],
    ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ])('%s is refused', (text, why) => {
    expect(() => parseFieldSelector(text)).toThrow(SelectorError)
    expect(() => parseFieldSelector(text)).toThrow(why)
  })

  test('tells which value it demands', () => {
    expect(parseFieldSelector('a=1,b!=2').requiresExact('a')).toBe('1')
    expect(parseFieldSelector('a=1,b!=2').requiresExact('b')).toBeUndefined()
    expect(parseFieldSelector('')).toBe(anyFields)
  })

  const field = fc.stringMatching(/^[a-z]{1,5}(\.[a-zA-Z]{1,5}){0,2}$/)
  const requirement = fc.record({ field, operator: fc.constantFrom('=', '!='), value: fc.string() })

  test('any value can be said, and printed it is read again as the same', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (wanted) => {
        const text = wanted.map((r) => `${r.field}${r.operator}${r.value.replace(/[\\,=]/g, String.raw`\$&`)}`).join(',')
        const selector = parseFieldSelector(text)
        expect(selector.requirements).toEqual(wanted)
        expect(parseFieldSelector(selector.toString()).requirements).toEqual(wanted)
      }),
    )
  })

  test('any text is a selector or a SelectorError', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', '.', '=', '!', ',', '\\', ' ', '==')).map((p) => p.join('')),
    )
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          parseFieldSelector(text).matches(valueOf)
        } catch (e) {
          expect(e).toBeInstanceOf(SelectorError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

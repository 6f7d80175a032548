import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFields, oneField, parseFieldSelector } from './fields.ts'
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
    ['=', true],
    ['!=,metadata.name=b,==', false],
    [String.raw`status.phase=x\,y\=z\\`, true],
    ['metadata.name=a,metadata.name=b', false],
    ['metadata.name=a,metadata.name!=b,metadata.name!=c', true],
    ['metadata.name!=b,metadata.name!=a', false],
  ])('%s', (text, matches) => {
    expect(parseFieldSelector(text).matches(valueOf)).toBe(matches)
  })

  // Each text is what a kube-apiserver 1.37.2 answered.
  test.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    [String.raw`metadata.name=\x`, String.raw`invalid field selector: invalid escape sequence: \x`],
    ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
    ['x=1,b', "invalid selector: 'x=1,b'; can't understand 'b'"],
    ['x=1=2,b', "invalid selector: 'x=1=2,b'; can't understand 'b'"],
    ['x=\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('%s is refused', (text, why) => {
    expect(() => parseFieldSelector(text)).toThrow(SelectorError)
    expect(() => parseFieldSelector(text)).toThrow(why)
  })

  test('tells which value it demands', () => {
    expect(parseFieldSelector('a=1,b!=2').requiresExact('a')).toBe('1')
    expect(parseFieldSelector('a=1,b!=2').requiresExact('b')).toBeUndefined()
    expect(parseFieldSelector('a=2,a=1').requiresExact('a')).toBe('1')
    expect([...parseFieldSelector('a=2,b!=1,a=1').fields]).toEqual(['a', 'b'])
    expect(parseFieldSelector('a!b=c').requirements).toEqual([{ field: 'a!b', operator: '=', value: 'c' }])
    expect(oneField('a', 'x=y').toString()).toBe(String.raw`a=x\=y`)
    expect(parseFieldSelector('')).toBe(anyFields)
  })

  const field = fc.stringMatching(/^[a-z]{1,5}(\.[a-zA-Z]{1,5}){0,2}$/)
  const requirement = fc.record({ field, operator: fc.constantFrom('=', '!='), value: fc.string() })

  test('any value can be said, and printed it is read again as the same', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (wanted) => {
        const text = wanted.map((r) => `${r.field}${r.operator}${r.value.replace(/[\\,=]/g, String.raw`\$&`)}`).join(',')
        const selector = parseFieldSelector(text)
        expect(selector.requirements).toHaveLength(wanted.length)
        expect(selector.requirements).toEqual(expect.arrayContaining(wanted))
        expect(parseFieldSelector(selector.toString()).requirements).toEqual(selector.requirements)
        const values = (f: string): string => wanted.find((r) => r.field === f)!.value
        expect(selector.matches(values)).toBe(wanted.every((r) => (values(r.field) === r.value) === (r.operator === '=')))
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

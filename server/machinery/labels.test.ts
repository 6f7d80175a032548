import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everything, parseLabelSelector, SelectorError, selectorFromObject } from './labels.ts'

const matching: [selector: string, labels: Record<string, string>, matches: boolean][] = [
  ['', { a: '1' }, true],
  ['a', { a: '' }, true],
  ['a', {}, false],
  ['!a', {}, true],
  ['!a', { a: '1' }, false],
  ['a=1', { a: '1' }, true],
  ['a==1', { a: '1' }, true],
  ['a=1', {}, false],
  ['a!=1', {}, true],
  ['a!=1', { a: '1' }, false],
  ['a=', { a: '' }, true],
  ['a in (1,2)', { a: '2' }, true],
  ['a in (1,2)', {}, false],
  ['a notin (1,2)', {}, true],
  ['a notin (1,2)', { a: '2' }, false],
  ['a in ()', { a: '' }, true],
  ['a in (,x)', { a: '' }, true],
  ['a>1', { a: '2' }, true],
  ['a>1', { a: '1' }, false],
  ['a<10', { a: '9' }, true],
  ['a<10', { a: 'x' }, false],
  ['a>9007199254740993', { a: '9007199254740994' }, true],
  ['a=1,b!=2,!c', { a: '1', b: '3' }, true],
  ['  a  =  1 , b ', { a: '1', b: '' }, true],
  ['in in (in)', { in: 'in' }, true],
  ['notin=notin', { notin: 'notin' }, true],
  ['constructor', {}, false],
  ['example.com/a=1', { 'example.com/a': '1' }, true],
  ['a>1,a<5', { a: '5' }, false],
  ['a>1,a<5,a>3', { a: '3' }, false],
  ['a>1,a<5,a>3', { a: '4' }, true],
  ['a>5', { a: '99999999999999999999' }, false],
  ['a,a!=1', { a: '1' }, false],
  ['a,!a', { a: '1' }, false],
  ['a,!a', {}, false],
  ['a in (1,2),a in (2,3)', { a: '2' }, true],
  ['a in (1,2),a in (2,3)', { a: '3' }, false],
  ['a=1,a=2', { a: '1' }, false],
  ['a!=1,a!=2', { a: '2' }, false],
  ['!a,!b', { c: '', b: '' }, false],
]

// Each text is what a kube-apiserver 1.37.2 answered.
const refused: [selector: string, text: string][] = [
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['a=b,', "found '', expected: identifier after ','"],
  [',a', "found ',', expected: !, identifier, or 'end of string'"],
  ['a>x', "values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
]

const value =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
const part =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const named: [selector: string, text: string][] = [
  ['a in (x,_y,_z)', `[values[0][a]: Invalid value: "_y": ${value}, values[1][a]: Invalid value: "_z": ${value}]`],
  ['a in (_x,_x)', `values[0][a]: Invalid value: "_x": ${value}`],
  [
    'a>_x',
    `[values[0]: Invalid value: "_x": for 'Gt', 'Lt' operators, the value must be an integer, values[0][a]: Invalid value: "_x": ${value}]`,
  ],
  ['a>99999999999999999999', `values[0]: Invalid value: "99999999999999999999": for 'Gt', 'Lt' operators, the value must be an integer`],
  ['a\u00a0b', String.raw`<nil>: Invalid value: "a\u00a0b": ${part}`],
  ['a\vb', String.raw`<nil>: Invalid value: "a\vb": ${part}`],
]

describe('label selectors', () => {
  test.each(named)('%s is refused, word by word', (text, why) => {
    expect(() => parseLabelSelector(text)).toThrow(new SelectorError(`unable to parse requirement: ${why}`))
  })

  test.each(matching)('%s on %o', (text, labels, matches) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(matches)
  })

  test.each(refused)('%s is refused', (text, why) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError)
    expect(() => parseLabelSelector(text)).toThrow(why)
  })

  test('an empty one selects everything, a missing one nothing', () => {
    expect(parseLabelSelector('')).toBe(everything)
    expect(selectorFromObject({})!.matches({})).toBe(true)
    expect(selectorFromObject(undefined)).toBeUndefined()
  })

  const key = fc
    .tuple(fc.constantFrom('', 'example.com/'), fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,5}[A-Za-z0-9])?$/))
    .map((p) => p.join(''))
  const value = fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,5}[A-Za-z0-9])?)?$/)
  const requirement = fc.oneof(
    fc.tuple(key, fc.constantFrom('=', '==', '!='), value).map((p) => p.join('')),
    fc
      .tuple(key, fc.constantFrom(' in ', ' notin '), fc.array(value, { minLength: 1, maxLength: 3 }))
      .map(([k, o, v]) => `${k}${o}(${v.join(',')})`),
    fc.tuple(fc.constantFrom('', '!'), key).map((p) => p.join('')),
    fc.tuple(key, fc.constantFrom('>', '<'), fc.nat()).map((p) => p.join('')),
  )
  const selector = fc.array(requirement, { maxLength: 4 }).map((r) => r.join(','))
  const labels = fc.dictionary(key, value, { maxKeys: 4 })

  test('printed and read again are the same selector', () => {
    fc.assert(
      fc.property(selector, labels, (text, set) => {
        const once = parseLabelSelector(text)
        const again = parseLabelSelector(once.toString())
        expect(again.toString()).toBe(once.toString())
        expect(again.matches(set)).toBe(once.matches(set))
      }),
    )
  })

  test('an operator and its opposite never agree', () => {
    const pairs = fc.constantFrom<[string, string]>(['=', '!='], [' in ', ' notin '])
    fc.assert(
      fc.property(key, value, pairs, labels, (k, v, [yes, no], set) => {
        const text = (o: string): string => (o.includes('in') ? `${k}${o}(${v})` : `${k}${o}${v}`)
        expect(parseLabelSelector(text(yes)).matches(set)).toBe(!parseLabelSelector(text(no)).matches(set))
      }),
    )
  })

  test('any text is a selector or a SelectorError', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '=', '!', '>', '<', ' ', 'é', '\n')).map((p) => p.join('')),
    )
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          parseLabelSelector(text).matches({ a: '1' })
        } catch (e) {
          expect(e).toBeInstanceOf(SelectorError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

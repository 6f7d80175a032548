import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../kube/json.ts'
import { pathAt, rangeOf, readDocuments } from './documents.ts'
import { yamlText } from './text.ts'

const valueOf = (text: string): unknown => readDocuments(text)[0]?.value

describe('YAML as Kubernetes reads it', () => {
  test.each<[string, unknown]>([
    ['yes', true],
    ['Off', false],
    ['~', null],
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['9223372036854775807', 9223372036854775807n],
    ['-9007199254740993', -9007199254740993n],
    ['1.5e3', 1500],
    ['.5', 0.5],
    ['1.37.2', '1.37.2'],
    ['2026-01-02', '2026-01-02'],
    ['1:30', '1:30'],
    ['08', 8],
    ['"yes"', 'yes'],
    ['no body', 'no body'],
  ])('%s', (text, value) => expect(valueOf(`a: ${text}`)).toEqual({ a: value }))

  test('merge keys and references mean what they say; a text that grows without end is refused', () => {
    expect(valueOf('a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2')).toEqual({ a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } })
    const laughs = `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`).join('\n')}`
    expect(readDocuments(laughs)[0]?.faults[0]?.message).toMatch(/alias/i)
  })

  test('within quotes and brackets lines are indented as they like: pasted JSON is', () => {
    expect(valueOf('spec: {\n"a": [\n1,\n2\n]\n}\nb: c\n')).toEqual({ spec: { a: [1, 2] }, b: 'c' })
    expect(valueOf('d:\n  a: "x\nz"\n  b: c\n')).toEqual({ d: { a: 'x z', b: 'c' } })
    expect(readDocuments('d: {\na: b\n}\ne: f\n')[0]?.faults).toEqual([])
  })

  test('several documents; those that hold nothing are none', () => {
    const text = '---\n# only a note\n---\na: 1\n---\n\n---\nb: 2\n...\n'
    expect(readDocuments(text).map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }])
    expect(text.slice(readDocuments(text)[1]?.from).trimStart()).toMatch(/^---\nb: 2/)
  })

  test('what is no YAML has a place, and a key that comes twice is a fault', () => {
    const [broken] = readDocuments('a: 1\nb: [1, 2\nc: 3\n')
    expect(broken?.faults.length).toBeGreaterThan(0)
    expect(broken?.faults[0]?.from).toBeGreaterThan(4)
    const twice = (text: string) => readDocuments(text).flatMap(({ faults }) => faults)
    const message = 'Map keys must be unique'
    expect(twice('a: 1\na: 2\n')).toEqual([{ from: 5, to: 6, message }])
    expect(twice('b: {x: 1, y: 2, x: 3}\nc:\n  - d: 1\n    "d": 2\n  - d: 3\n')).toEqual([
      { from: 16, to: 17, message },
      { from: 38, to: 39, message },
    ])
    expect(twice('a: 1\nA: 2\n1: x\n"1": y\n')).toEqual([])
  })

  test.each([' \n', '\t\n a', ' \r\nb', '  \n\n', `\n\n\n \n${'\n'.repeat(40)}`])(
    'white space at the beginning of a text is its own: %j',
    (text) => {
      expect(valueOf(yamlText({ yes: text, '': {} }))).toEqual({ yes: text, '': {} })
    },
  )

  test('every value comes back as it was written, to the last digit and byte', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom(
          '\n',
          '\t',
          ' ',
          ':',
          '#',
          '-',
          "'",
          '"',
          '\\',
          '\u0000',
          '\u007f',
          '\u2028',
          '\r',
          'a',
          '{',
          '&',
          '*',
          '?',
          '|',
          '%',
        ),
      }),
      fc.constantFrom(
        'yes',
        'off',
        '0644',
        '1e3',
        '.5',
        '2026-01-02',
        '1:30',
        '~',
        '',
        '<<',
        '0x1f',
        'null',
        '1_000',
        '=',
        '---',
        '...',
        'y',
        '9223372036854775807',
      ),
    )
    const leaf = fc.oneof(
      text,
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    )
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(text, tie('node'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          tree,
          { minKeys: 1, maxKeys: 4, noNullPrototype: true },
        ),
        (object) => {
          // What JSON says of it is what is sent.
          const sent = JSON.stringify(valueOf(yamlText(object)))
          expect(parseJson(sent)).toEqual(parseJson(JSON.stringify(object)))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('places in a text', () => {
  const text = 'metadata:\n  name: web\nspec:\n  containers:\n    - name: a\n      image: x:1\n    - name: b\n'
  const [document] = readDocuments(text)

  test.each([
    ['name: web', ['metadata', 'name']],
    ['image', ['spec', 'containers', 0, 'image']],
    ['x:1', ['spec', 'containers', 0, 'image']],
    ['name: b', ['spec', 'containers', 1, 'name']],
    ['containers', ['spec', 'containers']],
  ])('at %s', (at, path) => expect(pathAt(document!, text.indexOf(at))).toEqual(path))

  test('a path has a place, and one that is not there that of its surroundings', () => {
    const place = (path: (string | number)[]) => {
      const { from, to } = rangeOf(document!, path)
      return text.slice(from, to)
    }
    expect(place(['spec', 'containers', 0, 'image'])).toBe('x:1')
    expect(place(['metadata', 'name', 'more'])).toBe('web')
    expect(place(['status'])).toBe('')
  })
})

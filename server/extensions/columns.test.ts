import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { customSelectableFields, printerTable } from './columns.ts'
import { JsonPath, JsonPathError } from '../machinery/jsonpath.ts'
import { readScale, validateScale, writeReplicas } from './scale.ts'

const now = Date.parse('2024-01-02T00:00:00Z')
const texts = { name: 'the name', creationTimestamp: 'the time' }
const obj = {
  metadata: { name: 'a', creationTimestamp: '2024-01-01T00:00:00Z', labels: { 'x.io/y': 'z' } },
  spec: {
    s: 'x',
    i: 5,
    f: 1.5,
    b: true,
    o: { b: 1, a: '<' },
    list: [
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
    ],
    n: null,
    when: '2024-01-01T23:59:00Z',
    big: 1e7,
    empty: [],
  },
}

describe('paths', () => {
  const find = (path: string): unknown[] => new JsonPath(path).find(obj)

  test.each([
    ['.spec.s', ['x']],
    ['$.spec.s', ['x']],
    ['.spec["s"]', undefined],
    [".spec['s']", ['x']],
    ['.metadata.labels.x\\.io/y', ['z']],
    ['.spec.list[0].k', ['a']],
    ['.spec.list[-1].k', ['b']],
    ['.spec.list[*].k', ['a', 'b']],
    ['.spec.list[0:2].v', [1, 2]],
    ['.spec.list[::2].v', [1]],
    ['.spec.list[0,1].v', [1, 2]],
    ['.spec.list[?(@.k=="b")].v', [2]],
    ['.spec.list[?(@.v>1)].k', ['b']],
    ['.spec.list[?(@.k)].v', [1, 2]],
    ['.spec.list[?(@.none)].v', []],
    ['..v', [1, 2]],
    ['.spec.o.*', [1, '<']],
    ['.spec.none.deeper', []],
    ['.spec.n', [null]],
    ['.spec.empty[*]', []],
  ] as const)('%s', (path, expected) => {
    if (expected === undefined) expect(() => find(path)).toThrow(JsonPathError)
    else expect(find(path)).toEqual(expected)
  })

  test.each(['.spec.list[7]', '.spec.s[0]', '.spec.s[?(@.a)]', '.spec.list[?(@.k==1)]', '.spec.list[1:0]', '.spec.list[0:2:-1]'])(
    '%s fits no value',
    (path) => {
      expect(() => find(path)).toThrow(JsonPathError)
    },
  )

  test.each(['.a[', '.a[x]', '.a[?(', '.a[?(@.b)', '"a', '.....a', '#'])('%s is no path', (path) => {
    expect(() => new JsonPath(path)).toThrow(JsonPathError)
  })

  test.each(['range', '.a[?(@.b==c)]'])('%s is a path that leads nowhere', (path) => {
    expect(() => new JsonPath(path).find({ a: [{ b: 'c' }] })).toThrow(
      new JsonPathError(`unrecognized identifier ${path === 'range' ? path : 'c'}`),
    )
  })

  test('any text is a path or is refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '[', ']', '?', '(', ')', '@', "'", '"', 'a', '1', ':', '-', ',', '*', '=', '\\', ' ') }),
        (text) => {
          let found: unknown
          try {
            found = find(text)
          } catch (error) {
            expect(error).toBeInstanceOf(JsonPathError)
            return
          }
          expect(Array.isArray(found)).toBe(true)
        },
      ),
    )
  })
})

describe('columns', () => {
  const cell = (type: string, jsonPath: string): unknown => printerTable([{ name: 'c', type, jsonPath }], texts).cells(obj, now)[1]

  test.each([
    ['string', '.spec.s', 'x'],
    ['string', '.spec.i', '5'],
    ['string', '.spec.big', '10000000'],
    ['string', '.spec.f', '1.5'],
    ['string', '.spec.b', 'true'],
    ['string', '.spec.o', '{"a":"\\u003c","b":1}'],
    ['string', '.spec.list[*].k', 'a'],
    ['string', '.spec.n', '<no value>'],
    ['string', '.spec.none', null],
    ['integer', '.spec.i', 5],
    ['integer', '.spec.f', 1],
    ['integer', '.spec.s', null],
    ['number', '.spec.f', 1.5],
    ['number', '.spec.i', 5],
    ['boolean', '.spec.b', true],
    ['boolean', '.spec.s', null],
    ['date', '.spec.when', '60s'],
    ['date', '.spec.s', '<invalid>'],
    ['date', '.spec.i', null],
    ['string', '.spec.s[0]', null],
  ])('%s at %s', (type, path, expected) => {
    expect(cell(type, path)).toEqual(expected)
  })

  test('the age where there are no columns', () => {
    const table = printerTable(undefined, texts)
    expect(table.columns).toEqual([
      { name: 'Name', type: 'string', format: 'name', description: 'the name', priority: 0 },
      { name: 'Age', type: 'date', format: '', description: 'the time', priority: 0 },
    ])
    expect(table.cells(obj, now)).toEqual(['a', '24h'])
  })

  test('a column without a description tells its path', () => {
    const [, column] = printerTable([{ name: 'C', type: 'integer', format: 'int32', jsonPath: '.spec.i', priority: 1 }], texts).columns
    expect(column).toEqual({
      name: 'C',
      type: 'integer',
      format: 'int32',
      description: 'Custom resource definition column (in JSONPath format): .spec.i',
      priority: 1,
    })
  })
})

test('selectable fields', () => {
  const fields = customSelectableFields([
    { jsonPath: '.spec.s' },
    { jsonPath: '.spec.i' },
    { jsonPath: '.spec.b' },
    { jsonPath: '.spec.none' },
    { jsonPath: '.spec.n' },
  ])
  expect(Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, of(obj)]))).toEqual({
    'spec.s': 'x',
    'spec.i': '5',
    'spec.b': 'true',
    'spec.none': '',
    'spec.n': '',
  })
})

describe('scale', () => {
  const paths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' }
  const bodies = (o: Record<string, unknown>, of?: 'status'): string[] => validateScale(o, paths, of).map((e) => `${e.field}: ${e.body}`)

  test('what is read and written', () => {
    const o = { spec: { replicas: 3 }, status: { replicas: 2, selector: 'a=b' } }
    expect(readScale(o, paths)).toEqual({ specReplicas: 3, statusReplicas: 2, labelSelector: 'a=b' })
    expect(readScale({}, paths)).toEqual({ specReplicas: undefined, statusReplicas: 0, labelSelector: '' })
    const empty = {}
    writeReplicas(empty, paths, 4)
    expect(empty).toEqual({ spec: { replicas: 4 } })
    expect(() => writeReplicas({ spec: 'x' }, paths, 4)).toThrow('value cannot be set because .spec is not a map[string]interface{}')
  })

  test('what may not be', () => {
    expect(bodies({ spec: { replicas: -1 }, status: { replicas: 3000000000, selector: 1 } })).toEqual([
      '.spec.replicas: Invalid value: -1: should be a non-negative integer',
      '.status.replicas: Invalid value: 3000000000: should be less than or equal to 2147483647',
      '.status.selector: Invalid value: "": .status.selector accessor error: 1 is of the type int64, expected string',
    ])
    expect(bodies({ spec: { replicas: 'x' }, status: 'y' })).toEqual([
      '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64',
      '.status.replicas: Invalid value: 0: .status.replicas accessor error: y is of the type string, expected map[string]interface{}',
      '.status.selector: Invalid value: "": .status.selector accessor error: y is of the type string, expected map[string]interface{}',
    ])
    expect(bodies({ spec: { replicas: 'x' } }, 'status')).toEqual([])
  })
})

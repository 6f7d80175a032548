import fc from 'fast-check'

/** What Kubernetes' codec is asked: bytes and values of any shape, most of them nearly right. */
export interface Question {
  readonly mode: 'decode' | 'object' | 'encode' | 'typed'
  readonly hex?: string
  readonly json?: unknown
  readonly kind?: string
}

type Bytes = readonly number[]

/** A head in its shortest form or a longer one. */
const head = (major: number, n: number): fc.Arbitrary<Bytes> =>
  fc.nat(9).map((form) => {
    if (n < 24 && form < 7) return [(major << 5) | n]
    if (n < 256 && form < 8) return [(major << 5) | 24, n]
    if (n < 65_536 && form < 9) return [(major << 5) | 25, n >> 8, n & 255]
    return [(major << 5) | 27, 0, 0, 0, 0, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]
  })
const joined = (...parts: readonly fc.Arbitrary<Bytes>[]): fc.Arbitrary<Bytes> => fc.tuple(...parts).map((all) => all.flat())
const hex = (...texts: readonly string[]): fc.Arbitrary<Bytes> => fc.constantFrom(...texts).map((text) => [...Buffer.from(text, 'hex')])

/** Of either kind, or in chunks. */
const string = (text: string): fc.Arbitrary<Bytes> => {
  const bytes = [...Buffer.from(text)]
  const of = (major: number): fc.Arbitrary<Bytes> => joined(head(major, bytes.length), fc.constant(bytes))
  return fc.oneof(of(2), of(2), of(3), joined(hex('5f'), of(2), hex('ff')))
}
const strings = (...texts: readonly string[]): fc.Arbitrary<Bytes> => fc.constantFrom(...texts).chain(string)

const TEXTS = [
  '',
  'x',
  'aGk=',
  'aGk',
  '2024-01-01T00:00:00Z',
  '2024-01-01T01:00:00.120+01:00',
  '100m',
  ' 2 ',
  '80',
  'é',
  '\u0001"\'\\',
  '😀',
]
const KEYS = ['a', 'kind', 'name', 'ü', 'data', 'metadata', 'spec']
const number = fc.oneof(
  fc.nat(70_000).chain((n) => head(0, n)),
  fc.nat(300).chain((n) => head(1, n)),
  hex('1b7fffffffffffffff', '1b8000000000000000', '3b7fffffffffffffff', '3b8000000000000000', '3bffffffffffffffff', '1b0020000000000001'),
  hex('f93c00', 'f93e00', 'f90001', 'fa47c35000', 'fb3ff199999999999a', 'fb43e0000000000000', 'f97e00'),
)
const simple = hex('f4', 'f5', 'f6', 'f7', 'e0', 'f3', 'f820', 'f8ff', 'f810')
const time = joined(hex('c0'), strings('2024-01-01T00:00:00Z', '2024-01-01T01:00:00.120+01:00', '2024-01-01T00:00:00.000Z', 'x'))
const epoch = joined(hex('c1'), hex('1a65920080', '25', 'fb41d452d9e2200000', 'f93e00', '1b7fffffffffffffff', 'fb43e0000000000001', '60'))

const collection = (major: 4 | 5, entry: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> =>
  fc.array(entry, { maxLength: 4 }).chain((entries) => {
    const items = fc.constant(entries.flat())
    return fc.oneof(
      { weight: 6, arbitrary: joined(head(major, entries.length), items) },
      joined(hex(major === 4 ? '9f' : 'bf'), items, hex('ff')),
    )
  })

const { item } = fc.letrec<{ item: Bytes }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    number,
    simple,
    strings(...TEXTS),
    time,
    epoch,
    joined(
      fc.constantFrom(21, 22, 23, 55_799, 100, 2).chain((n) => head(6, n)),
      tie('item'),
    ),
    collection(4, tie('item')),
    collection(5, joined(fc.oneof({ weight: 12, arbitrary: strings(...KEYS) }, tie('item')), tie('item'))),
  ),
}))

/** Bytes with one of them changed, or the end cut off, now and then. */
const spoilt = (bytes: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> =>
  fc.tuple(bytes, fc.nat(), fc.nat(255), fc.nat(9)).map(([all, at, byte, how]) => {
    const i = at % Math.max(all.length, 1)
    if (how === 0) return all.with(i < all.length ? i : -1, byte)
    if (how === 1) return all.slice(0, i)
    return how === 2 ? [...all, byte] : all
  })

type Fields = Readonly<Record<string, fc.Arbitrary<Bytes>>>
/** A map with some of these fields, now and then with one twice, or of any other type. */
const struct = (fields: Fields): fc.Arbitrary<Bytes> => {
  const entries = Object.entries(fields).map(([name, value]) => joined(string(name), fc.oneof({ weight: 14, arbitrary: value }, item)))
  return fc.oneof({ weight: 14, arbitrary: collection(5, fc.oneof(...entries)) }, item)
}
const texts = struct({ a: strings(...TEXTS), b: strings(...TEXTS), c: hex('f6') })
const list = (of: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> => collection(4, of)
const moment = fc.oneof(strings('2024-01-01T00:00:00Z', '2024-01-01T00:00:00.5+02:00', 'nope'), time, hex('f6'))
const managed = struct({ manager: strings('m'), time: moment, fieldsV1: struct({ 'f:a': hex('a0') }), fieldsType: strings('FieldsV1') })
const metadata = struct({
  name: strings('n'),
  labels: texts,
  creationTimestamp: moment,
  generation: number,
  managedFields: list(managed),
  q: item,
})
const quantities = struct({ cpu: strings('1', '100m', ' 2 ', 'x'), memory: fc.oneof(strings('1Gi'), number) })
const port = fc.oneof(number, strings('http', '80'))
const container = struct({
  ...{ name: strings('a'), resources: struct({ limits: quantities, requests: quantities }) },
  livenessProbe: struct({ httpGet: struct({ port, path: strings('/') }), periodSeconds: number }),
})
const bytes = struct({
  a: joined(hex('d6'), strings('hi')),
  b: strings('aGk=', 'aGk', '', 'aG\nk='),
  c: hex('d54101', '83010203', '821901000a'),
})
const schema = struct({
  ...{ type: strings('object'), maximum: number, default: item, enum: list(item), foo: item },
  items: struct({ type: strings('string'), foo: item }),
  additionalProperties: fc.oneof(simple, struct({ type: strings('string') })),
  dependencies: struct({ a: list(strings('b')), b: struct({ type: strings('x') }) }),
})
const KINDS: Readonly<Record<string, Fields>> = {
  ConfigMap: { metadata, data: texts, binaryData: bytes, immutable: simple },
  Secret: { metadata, data: bytes, stringData: texts, type: strings('Opaque') },
  Pod: {
    metadata,
    spec: struct({ containers: list(container), nodeName: strings('n'), priority: number, hostNetwork: simple, nodeSelector: texts }),
  },
  Service: { metadata, spec: struct({ ports: list(struct({ port: number, targetPort: port, name: strings('p') })), zz: item }) },
  CustomResourceDefinition: {
    spec: struct({ group: strings('g'), versions: list(struct({ name: strings('v1'), schema: struct({ openAPIV3Schema: schema }) })) }),
  },
}

const toHex = (of: Bytes): string => Buffer.from(of).toString('hex')
/** Objects of some kinds, most of them with something wrong. */
export const objects = fc
  .constantFrom(...Object.keys(KINDS))
  .chain((kind) =>
    fc
      .tuple(fc.constant(kind), spoilt(struct({ ...KINDS[kind], unknown: item })), fc.boolean())
      .map(([, of, tagged]): Question => ({ mode: 'object', kind, hex: `${tagged ? 'd9d9f7' : ''}${toHex(of)}` })),
  )
const values = fc.jsonValue({ maxDepth: 4, noUnicodeString: false }).map((json): Question => ({ mode: 'encode', json }))

/** Objects whose types say what JSON does not: bytes, floats. */
const typed: readonly Question[] = [
  { mode: 'typed', kind: 'Secret', json: { data: { a: 'AP8=', e: '' }, stringData: { b: 'c' } } },
  { mode: 'typed', kind: 'ConfigMap', json: { binaryData: { a: 'AAEC' }, metadata: { name: 'n', labels: { bb: '1', a: '2' } } } },
  { mode: 'typed', kind: 'Pod', json: { spec: { containers: [{ name: 'a', resources: { limits: { cpu: '1' } } }], priority: -5 } } },
  {
    ...{ mode: 'typed', kind: 'CustomResourceDefinition' },
    json: {
      spec: {
        ...{ group: 'g', names: { plural: 'p', kind: 'P' }, scope: 'Cluster' },
        versions: [
          {
            ...{ name: 'v1', served: true, storage: true },
            schema: {
              openAPIV3Schema: {
                ...{ type: 'object', maximum: 5, multipleOf: 0.1, default: { z: 1, a: [1.5, 1e300] }, additionalProperties: true },
                ...{ items: { type: 'string', minimum: 1e5 }, enum: [1, 'x', null] },
              },
            },
          },
        ],
      },
    },
  },
]

/** The same each time, so that only new ones show up as changes. */
export const questions = (): readonly Question[] => {
  const sample = <T>(of: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(of, { numRuns, seed: 4222 })
  const any = sample(spoilt(item), 250).map((of): Question => ({ mode: 'decode', hex: toHex(of) }))
  return [...any, ...sample(objects, 350), ...sample(values, 80), ...typed]
}

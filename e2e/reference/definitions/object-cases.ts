import type { JsonObject } from '../../../server/machinery/json-values.ts'

/** What is asked of a kube-apiserver and of our functions: objects by the schema of their `spec`. */
export interface ObjectCases {
  readonly name: string
  /** Schema of spec; `root` has more fields of the schema of the whole object. */
  readonly spec: JsonObject
  readonly root?: JsonObject
  /** What the definition said when the old objects were written. Absent: there are none. */
  readonly before?: JsonObject
  readonly objects: readonly (readonly [name: string, spec: unknown, old?: unknown, more?: JsonObject])[]
}

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more })
const x = (schema: JsonObject): JsonObject => object({ x: schema })
const loose = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const values = (...list: readonly unknown[]): [string, unknown][] => list.map((v) => [JSON.stringify(v), { x: v }])

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  bsonobjectid: ['507f1f77bcf86cd799439011', '507f1f77bcf86cd79943901', 'z07f1f77bcf86cd799439011'],
  uri: [
    ...[
      'http://a.b/c',
      '/a',
      '//a/b',
      'a',
      'mailto:a@b',
      'http://',
      'http://[::1]:80/',
      'http://[::1',
      'http://a:b/',
      'http://a b/',
      '*',
      '',
    ],
    ...[
      'http:// /',
      'http://a/%zz',
      'http://u:p@h/',
      ':a',
      '1http://a',
      'http://a/\u0001',
      'http://ä/',
      'http://%41/',
      'http://a?x y',
      '///a',
    ],
    ...['http://[fe80::1%25en0]/', 'http://a#b', 'http:/a', 'x://a|b/', 'x://a/|', 'x://a{b/', 'http://u^:p@h/', 'http://a:80:80/'],
  ],
  email: [
    ...[
      'a@b',
      'a@b.c',
      'Name <a@b.c>',
      '"q q"@b.c',
      'a',
      'a@',
      '@b',
      'a@b@c',
      'a..b@c',
      '<a@b>',
      'a@[1.2.3.4]',
      'a b@c',
      'ä@ü.de',
      ' a@b ',
    ],
    ...['a@b.', '.a@b', 'a@b..c', 'N. M. <a@b>', '"x" <a@b>', 'a@b (c)', 'x <a@b> y', '"\\""@b', 'a@[x]', '""@b', 'N (c) <a@b>'],
  ],
  hostname: [
    'a',
    'a.b',
    'a.bc',
    'a-b.example.com',
    '-a.bc',
    'a_b',
    'a..bc',
    'ä.de',
    'a.b1',
    'a-',
    '1.2.3.4',
    'a.'.repeat(40) + 'com',
    'x'.repeat(64),
  ],
  ipv4: ['1.2.3.4', '01.2.3.4', '1.2.3', '256.1.1.1', '::1', '::ffff:1.2.3.4', '1.2.3.4/8'],
  ipv6: ['::1', '2001:db8::1', '1.2.3.4', '::ffff:1.2.3.4', '::ffff:01.2.3.4', 'fe80::1%eth0', ':::', 'g::'],
  cidr: ['1.2.3.0/24', '1.2.3.4/24', '1.2.3.4', '::/0', '1.2.3.4/33', '01.2.3.4/08', '::/129'],
  mac: [
    '01:23:45:67:89:ab',
    '01-23-45-67-89-ab',
    '0123.4567.89ab',
    '01:23:45:67:89',
    '01:23-45:67:89:ab',
    '01:23:45:67:89:ab:cd:ef',
    '0123.4567.89ab.cdef',
  ],
  uuid: ['c56a4180-65aa-42ec-a945-5fd21dec0538', 'C56A418065AA42ECA9455FD21DEC0538', 'c56a4180-65aa-42ec-a945-5fd21dec053', 'x'],
  uuid3: ['c56a4180-65aa-32ec-a945-5fd21dec0538', 'c56a4180-65aa-42ec-a945-5fd21dec0538'],
  uuid4: ['c56a4180-65aa-42ec-a945-5fd21dec0538', 'c56a4180-65aa-42ec-c945-5fd21dec0538'],
  uuid5: ['c56a4180-65aa-52ec-a945-5fd21dec0538', 'c56a4180-65aa-42ec-a945-5fd21dec0538'],
  isbn: ['0321751043', '978-0321751041', '0321751044', 'a'],
  isbn10: ['0321751043', '080442957X', '978-0321751041', '0321751044'],
  isbn13: ['978-0321751041', '0321751043', '978-0321751042', '978 0 321 75104 1'],
  creditcard: ['4111 1111 1111 1111', '4111111111111112', '378282246310005', 'a4111b1111c1111d1111', '411111111111111'],
  ssn: ['123-45-6789', '123 45 6789', '123456789', '123-45-678'],
  hexcolor: ['#fff', 'FFFFFF', '#ffff', '#ggg', ''],
  rgbcolor: ['rgb(1,2,3)', 'rgb( 255 , 0 , 19 )', 'rgb(256,0,0)', 'rgb(01,0,0)', 'RGB(1,2,3)', 'rgb(1,2)'],
  byte: ['YWJj', 'YWI=', 'YQ==', '', 'YW', 'YWJj\n', 'YW==YWJj', '_-Jj', 'Y==='],
  password: ['', 'x'],
  date: ['2024-02-29', '2023-02-29', '2024-1-1', '2024-13-01', '2024-04-31', '0000-01-01', '2024-01-01T'],
  duration: [
    '1h',
    '1.5h',
    '22 ns',
    '3 days',
    '1 fortnight',
    '1 Week and 2 days',
    '',
    '1',
    'h',
    '-1s',
    '5 weeksandmore',
    '99999999999999999999 d',
  ],
  datetime: [
    '2024-01-02T03:04:05Z',
    '2024-01-02t03:04:05.123+01:00',
    '2024-01-02 03:04:05Z',
    '2024-01-02T24:00:00Z',
    '2024-01-02T03:04:60Z',
    'x',
    '2024-01-02T03:04:05x1Z',
    '2024-01-02T03:04:05+99:99',
  ],
  'date-time': ['2024-01-02T03:04:05Z', '2024-01-02'],
  'k8s-short-name': ['a', 'a-b', 'A', '-a', 'x'.repeat(64)],
  'k8s-long-name': ['a.b', 'a', 'a..b', 'a.-b', 'A'],
  unknown: ['anything'],
}

export const objectCases: readonly ObjectCases[] = [
  {
    name: 'types',
    spec: object({
      s: { type: 'string' },
      i: { type: 'integer' },
      n: { type: 'number' },
      b: { type: 'boolean' },
      a: { type: 'array', items: { type: 'string' } },
      o: object({ p: { type: 'string' } }),
      m: { type: 'object', additionalProperties: { type: 'integer' } },
      q: { 'x-kubernetes-int-or-string': true },
      qa: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^[0-9]+%$' },
      f: { type: 'number', format: 'float' },
      i32: { type: 'integer', format: 'int32' },
      i64: { type: 'integer', format: 'int64' },
      d: { type: 'string', format: 'date' },
    }),
    objects: [
      [
        'all right',
        { s: 'x', i: 1, n: 1.5, b: true, a: ['x'], o: { p: 'x' }, m: { k: 1 }, q: 'x', qa: '5%', f: 1.5, i32: 7, i64: 7, d: '2024-01-01' },
      ],
      ['numbers for all', { s: 1, i: 1.5, n: 2, b: 1, a: 1, o: 1, m: 1, q: 1.5, qa: 5, f: 1, i32: 1.5, i64: 1.5, d: 1 }],
      ['texts for all', { s: 'x', i: 'x', n: 'x', b: 'x', a: 'x', o: 'x', m: 'x', q: 'x', qa: 'x', f: 'x', i32: 'x', i64: 'x', d: 'x' }],
      ['lists for all', { s: [], i: [], n: [], b: [], a: [1, 'x', null], o: [], m: [], q: [], qa: [], f: [], d: [] }],
      ['maps for all', { s: {}, i: {}, n: {}, b: {}, a: {}, o: {}, m: { k: 'x', l: null }, q: {}, f: {}, d: {} }],
      ['booleans for all', { s: true, i: true, n: true, a: true, o: true, m: true, q: true, f: true, i32: true, d: true }],
      ['nulls go', { s: null, i: null, a: null, o: null, m: null, q: null }],
      ['unknown fields', { s: 'x', z: 1, o: { p: 'x', y: { deep: 1 } }, a: ['x'] }],
      ['int32 too large', { i32: 3000000000, f: 1e39 }],
      ['spec is a text', 'x'],
      ['spec is null', null],
    ],
  },
  {
    name: 'limits',
    spec: object({
      max: { type: 'integer', maximum: 10, minimum: 2 },
      ex: { type: 'number', maximum: 10, exclusiveMaximum: true, minimum: 2, exclusiveMinimum: true },
      big: { type: 'number', maximum: 2000000 },
      mul: { type: 'integer', multipleOf: 3 },
      mulf: { type: 'number', multipleOf: 0.1 },
      muli: { type: 'integer', multipleOf: 0.5 },
      len: { type: 'string', minLength: 2, maxLength: 4 },
      one: { type: 'string', maxLength: 1 },
      pat: { type: 'string', pattern: '^[a-z]+$' },
      list: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 3 },
      list1: { type: 'array', items: { type: 'integer' }, maxItems: 1 },
      map: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
      e: { type: 'string', enum: ['a', 'b"c'] },
      ei: { type: 'integer', enum: [1, 2] },
      en: { type: 'number', enum: [1, 2.5] },
      eo: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, enum: [{ a: 1 }, { b: [1, 2] }] },
      req: object({ a: { type: 'string' }, b: { type: 'string' } }, { required: ['a', 'b'] }),
      nul: { type: 'string', nullable: true, enum: ['x'] },
    }),
    objects: [
      [
        'fine',
        {
          max: 2,
          ex: 2.1,
          big: 1,
          mul: 9,
          mulf: 0.3,
          len: 'ab',
          one: 'ä',
          pat: 'abc',
          list: [1, 2],
          map: { a: 1 },
          e: 'a',
          ei: 1,
          en: 2.5,
          eo: { a: 1 },
          req: { a: '', b: '' },
        },
      ],
      ['too low', { max: 1, ex: 2, len: 'a', list: [1], map: {}, req: {} }],
      [
        'too high',
        { max: 11, ex: 10, big: 3000000, len: 'abcde', one: 'ab', list: [1, 2, 3, 4], list1: [1, 2], map: { a: 1, b: 2, c: 3 } },
      ],
      ['multiples', { mul: 10, mulf: 0.25, muli: 3 }],
      ['enums', { e: 'c', ei: 3, en: 2, eo: { a: 2 } }],
      ['enums of other types', { e: 1, ei: 1.5, en: 'x', eo: [] }],
      ['patterns', { pat: 'ABC', len: '😀😀😀😀', one: '😀' }],
      ['null and enum', { nul: null }],
      ['quoting', { pat: 'a\n"\u0001\u00e4<&', e: '<&>' }],
    ],
  },
  {
    name: 'root',
    spec: object({ a: { type: 'string' } }),
    root: {
      required: ['spec', 'other'],
      minProperties: 5,
      properties: { kind: { type: 'string', enum: ['Nope'] }, other: { type: 'string' } },
    },
    objects: [['missing', { a: 'x' }]],
  },
  {
    name: 'combinations',
    spec: object({
      any: { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 2 }] },
      one: { type: 'integer', oneOf: [{ minimum: 5 }, { maximum: 10 }] },
      all: { type: 'integer', allOf: [{ minimum: 5 }, { maximum: 10 }, { multipleOf: 2 }] },
      not: { type: 'string', not: { enum: ['bad'] } },
      obj: object(
        { a: { type: 'string' }, b: { type: 'string' }, c: object({ d: { type: 'integer' } }) },
        {
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
          anyOf: [{ properties: { c: { properties: { d: { minimum: 3 } } } } }, { required: ['b', 'c'] }],
        },
      ),
      two: { type: 'string', anyOf: [{ minLength: 3 }, { pattern: '^x', maxLength: 1, minLength: 5 }] },
    }),
    objects: [
      ['fine', { any: 1, one: 4, all: 6, not: 'good', obj: { a: 'x', c: { d: 3 } }, two: 'abc' }],
      ['none', { any: 5, all: 4, not: 'bad', obj: { c: { d: 1 } }, two: 'a' }],
      ['all of none', { all: 3 }],
      ['too many', { one: 7, obj: { a: '', b: '' } }],
      ['one none', { one: 'x', any: 'x', all: 'x' }],
    ],
  },
  {
    name: 'lists',
    spec: object({
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k', 'p'],
        items: object({ k: { type: 'string' }, p: { type: 'integer', default: 80 }, v: { type: 'string' } }, { required: ['k'] }),
      },
      one: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: { type: 'string' }, v: { type: 'string' } }, { required: ['k'] }),
      },
    }),
    objects: [
      ['fine', { set: ['a', 'b'], map: [{ k: 'a' }, { k: 'a', p: 1 }], one: [{ k: 'a' }, { k: 'b' }] }],
      ['twice', { set: ['a', 'b', 'a', 'a'], map: [{ k: 'a' }, { k: 'a', p: 80 }], one: [{ k: 'a' }, { k: 'a' }, { k: 'a' }] }],
      ['no keys', { one: [{ v: 'x' }, {}], map: [{ v: 'x' }, null] }],
      ['no objects', { one: ['x', 'y'] }],
    ],
  },
  {
    name: 'defaults',
    spec: object(
      {
        s: { type: 'string', default: 'd' },
        n: { type: 'string', nullable: true, default: 'd' },
        o: object({ a: { type: 'integer', default: 1 }, b: { type: 'integer' } }, { default: {} }),
        list: { type: 'array', items: object({ a: { type: 'integer', default: 7 } }), default: [{}, { a: 1 }] },
        map: { type: 'object', additionalProperties: object({ a: { type: 'integer', default: 7 } }) },
        mapd: { type: 'object', additionalProperties: { type: 'string', default: 'x' } },
        items: { type: 'array', items: { type: 'string', default: 'x' } },
        plain: { type: 'string' },
        keep: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, default: { any: { thing: 1 } } },
      },
      { default: {} },
    ),
    objects: [
      ['absent', undefined],
      ['empty', {}],
      ['nulls', { s: null, n: null, o: null, list: null, map: { a: null, b: {} }, mapd: { k: null }, items: [null, 'y'], plain: null }],
      ['given', { s: 'x', n: 'x', o: { a: 2 }, list: [], map: { a: { a: 1 } } }],
    ],
  },
  {
    name: 'pruning',
    spec: object({
      keep: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { in: object({ a: { type: 'string' } }) } },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      list: { type: 'array', 'x-kubernetes-preserve-unknown-fields': true, items: object({ a: { type: 'string' } }) },
      free: { type: 'object' },
      boolean: { type: 'object', additionalProperties: true },
      map: { type: 'object', additionalProperties: object({ a: { type: 'string' } }) },
      metadata: object({ a: { type: 'string' } }),
    }),
    objects: [
      [
        'unknown',
        {
          keep: { z: 1, in: { a: 'x', z: 1 } },
          any: { z: [{ y: 1 }] },
          list: [{ a: 'x', z: 1 }],
          free: { z: 1 },
          boolean: { z: { y: 1 }, t: 'x' },
          map: { k: { a: 'x', z: 1 } },
          metadata: { a: 'x', name: 'n', kind: 'x' },
          kind: 'x',
          zzz: 1,
          'a.b': 2,
        },
        undefined,
        { extra: 1, status: { x: 1 } },
      ],
    ],
  },
  {
    name: 'embedded',
    spec: object({
      keep: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      strict: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: object({ a: { type: 'string' } }) } },
      list: {
        type: 'array',
        items: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      },
    }),
    objects: [
      [
        'fine',
        {
          keep: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { a: 'b' } }, spec: { x: 1 } },
          strict: { apiVersion: 'a/v1', kind: 'X', metadata: { generateName: 'a-' }, spec: { a: 'x' } },
        },
      ],
      ['missing', { keep: {}, strict: { spec: {} }, list: [{ kind: 'X' }] }],
      [
        'wrong',
        { keep: { apiVersion: 'a/b/c', kind: 'X_Y' }, strict: { apiVersion: '', kind: '' }, list: [{ apiVersion: 'v1', kind: '-' }] },
      ],
      ['apiVersion is a number', { keep: { apiVersion: 1, kind: 'X' } }],
      ['metadata is a text', { keep: { apiVersion: 'v1', kind: 'X', metadata: 'x' } }],
      ['metadata has a wrong label', { keep: { apiVersion: 'v1', kind: 'X', metadata: { labels: { a: 1 } } } }],
      ['metadata has a wrong name', { keep: { apiVersion: 'v1', kind: 'X', metadata: { name: 1 } } }],
      ['metadata has wrong owners', { keep: { apiVersion: 'v1', kind: 'X', metadata: { ownerReferences: [{ uid: 1 }] } } }],
      ['metadata has a wrong time', { keep: { apiVersion: 'v1', kind: 'X', metadata: { creationTimestamp: 'x' } } }],
      ['metadata has a wrong number', { keep: { apiVersion: 'v1', kind: 'X', metadata: { generation: 1.5 } } }],
      [
        'metadata is invalid',
        { keep: { apiVersion: 'v1', kind: 'X', metadata: { name: 'a/b', labels: { 'a b': '-' }, finalizers: ['a b'] } } },
      ],
      [
        'metadata has unknown fields',
        {
          keep: {
            apiVersion: 'v1',
            kind: 'X',
            metadata: { name: 'a', foo: 1, ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'a', uid: 'u', foo: 1 }] },
          },
        },
      ],
      [
        'metadata is empty',
        { keep: { apiVersion: 'v1', kind: 'X', metadata: { name: '', creationTimestamp: null, labels: {}, generation: 0 } } },
      ],
      ['unknown fields', { strict: { apiVersion: 'v1', kind: 'X', foo: 1, spec: { a: 'x', b: 1 }, metadata: {} } }],
    ],
  },
  {
    name: 'ratcheting',
    before: loose,
    spec: object({
      a: { type: 'string', enum: ['ok'] },
      b: { type: 'string', maxLength: 2 },
      obj: object({ c: { type: 'integer', minimum: 10 }, d: { type: 'string' } }, { required: ['e'] }),
      list: { type: 'array', items: { type: 'integer', minimum: 10 } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: { type: 'string' }, v: { type: 'integer', minimum: 10 } }, { required: ['k'] }),
      },
      any: { type: 'integer', anyOf: [{ minimum: 10 }] },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      props: { type: 'object', additionalProperties: { type: 'string', maxLength: 1 } },
    }),
    objects: [
      [
        'nothing changed',
        { a: 'bad', b: 'long', obj: { c: 1 }, list: [1], any: 1 },
        { a: 'bad', b: 'long', obj: { c: 1 }, list: [1], any: 1 },
      ],
      ['another field changed', { a: 'bad', b: 'ok' }, { a: 'bad', b: 'long' }],
      ['itself changed', { a: 'worse', b: 'long' }, { a: 'bad', b: 'long' }],
      ['a field beside it', { obj: { c: 1, d: 'y' } }, { obj: { c: 1, d: 'x' } }],
      ['a list item changed', { list: [1, 2] }, { list: [1, 3] }],
      ['a list grows', { list: [1, 20] }, { list: [1] }],
      [
        'items of a map are found by key',
        {
          map: [
            { k: 'b', v: 20 },
            { k: 'a', v: 1 },
          ],
        },
        { map: [{ k: 'a', v: 1 }] },
      ],
      ['an item of a map changed', { map: [{ k: 'a', v: 2 }] }, { map: [{ k: 'a', v: 1 }] }],
      ['any of', { any: 1, a: 'ok' }, { any: 1 }],
      ['a set that was wrong', { set: ['a', 'a', 'b', 'b'] }, { set: ['a', 'a'] }],
      ['a set that was right', { set: ['a', 'a'] }, { set: ['a'] }],
      ['more properties', { props: { a: 'long', b: 'long' } }, { props: { a: 'long' } }],
      ['a null stays', { a: 'bad', obj: { c: 1 } }, { a: 'bad', obj: { c: 1 }, b: null }],
    ],
  },
  ...Object.entries(FORMATS).map(([format, texts]) => ({
    name: `format ${format}`,
    spec: x({ type: 'string', format }),
    objects: values(...texts, 1, ['a']),
  })),
]

export const group = 'cases.example.com'
export const plural = (i: number): string => `kinds${i}`
export const kind = (i: number): string => `Kind${i}`

/** The schema of a whole object. */
export function schemaOf(spec: JsonObject, root: JsonObject = {}): JsonObject {
  const { properties = {}, ...rest } = root as { properties?: JsonObject }
  return { type: 'object', properties: { spec, ...properties }, ...rest }
}

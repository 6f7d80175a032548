/** Rules with values that they are asked of: what the reference answers is in rules.answers.json. */
type Json = Readonly<Record<string, unknown>>

export interface RuleCases {
  readonly name: string
  /** A JSONSchemaProps. */
  readonly schema: Json
  /** It is a whole resource's. */
  readonly root?: boolean
  readonly values: readonly (readonly [self: unknown, old?: unknown])[]
}

const object = (properties: Json, more: Json = {}): Json => ({ type: 'object', properties, ...more })
const list = (items: Json, more: Json = {}): Json => ({ type: 'array', items, ...more })
const map = (values: Json, more: Json = {}): Json => ({ type: 'object', additionalProperties: values, ...more })
const text = (more: Json = {}): Json => ({ type: 'string', ...more })
const int = (more: Json = {}): Json => ({ type: 'integer', ...more })
const ruled = (schema: Json, ...rules: readonly (string | Json)[]): Json => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})
const preserved = { 'x-kubernetes-preserve-unknown-fields': true }
const intOrString = { 'x-kubernetes-int-or-string': true }
const mapList = (items: Json, ...keys: readonly string[]): Json =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys })
const setList = (items: Json): Json => list(items, { 'x-kubernetes-list-type': 'set' })

export const ruleCases: readonly RuleCases[] = [
  {
    name: 'limits of two fields',
    schema: ruled(object({ min: int(), max: int() }), 'self.min <= self.max', { rule: 'self.max < 100', message: ' too many ' }),
    values: [[{ min: 1, max: 2 }], [{ min: 3, max: 2 }], [{ min: 200, max: 300 }], [{ min: 200, max: 101 }], [{ min: 1 }], [{}]],
  },
  {
    name: 'scalars are shown',
    schema: object({
      t: ruled(text(), 'self.startsWith("a")'),
      i: ruled(int(), 'self > 3'),
      n: ruled({ type: 'number' }, 'self > 3.5'),
      b: ruled({ type: 'boolean' }, 'self'),
      l: ruled(list(text()), 'self.size() > 1'),
      m: ruled(map(text()), 'self.size() > 1'),
      x: ruled(intOrString, 'type(self) == string ? self.size() > 3 : self > 3'),
    }),
    values: [
      [{ t: 'b', i: 1, n: 1.5, b: false, l: ['a'], m: { a: 'b' }, x: 1 }],
      [{ t: 'abc', i: 4, n: 4, b: true, l: ['a', 'b'], m: { a: 'b', c: 'd' }, x: 'abcd' }],
      [{ t: 'a "quoted" \n text', n: 1e21, x: 'abc' }],
      [{ t: 'b "quoted" \n text', n: 1.5e-7, x: 1 }],
      [{ n: 3 }],
      [{ t: null, l: null }],
    ],
  },
  {
    name: 'reasons, paths and messages',
    schema: ruled(
      object({ a: text(), b: object({ 'c-d': text() }), m: map(text()) }),
      { rule: 'self.a != "1"', reason: 'FieldValueForbidden', fieldPath: '.a' },
      { rule: 'self.a != "2"', reason: 'FieldValueRequired', fieldPath: '.b' },
      { rule: 'self.a != "3"', reason: 'FieldValueDuplicate', fieldPath: '.b.c-d', message: 'said' },
      { rule: 'self.a != "4"', reason: 'FieldValueInvalid', fieldPath: "['b']['c-d']" },
      { rule: 'self.a != "5"', fieldPath: '.m.x', messageExpression: '"is " + self.a' },
      { rule: 'self.a != "6"', fieldPath: ".m['x.y']", messageExpression: '"  padded  "' },
      { rule: 'self.a != "7"', messageExpression: '"a\\nb"', message: 'instead' },
      { rule: 'self.a != "8"', messageExpression: 'self.b.c__dash__d' },
      { rule: 'self.a != "9"', messageExpression: '"  "' },
    ),
    values: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'].map((a) => [{ a }]),
  },
  {
    name: 'the value of a field with a reason',
    schema: object({
      a: ruled(text(), { rule: 'self != "1"', reason: 'FieldValueDuplicate' }),
      l: ruled(list(int()), { rule: 'self.size() > 3', reason: 'FieldValueDuplicate' }),
    }),
    values: [[{ a: '1', l: [] }]],
  },
  {
    name: 'errors while a rule runs',
    schema: object({
      a: ruled(map(int()), 'self.x > 1'),
      l: ruled(list(int()), 'self[2] > 1'),
      i: ruled(int(), '10 / self > 1', '9223372036854775807 + self > 0'),
      m: ruled(int(), '10 % self > 1'),
      x: ruled(intOrString, 'self > 5'),
      t: ruled(text(), 'int(self) > 1', 'duration(self) > duration("1s")', 'timestamp(self) > timestamp("2020-01-01T00:00:00Z")'),
      o: ruled(list(text()), 'self[0] == "a" || self[1] == "b"', 'self.all(x, x == self[7])', 'self.exists(x, x == "a" || self[9] == "b")'),
    }),
    values: [
      [{ a: {}, l: [1], i: 0, m: 0, x: 'a', t: 'x', o: [] }],
      [{ a: { x: 2 }, l: [1, 2, 3], i: 2, m: 7, x: 6, t: '5', o: ['x'] }],
      [{ x: 4, t: '1h', o: ['b', 'b'] }],
      [{ x: true, t: '2021-01-01T00:00:00Z' }],
      [{ i: -9223372036854775000 }],
    ],
  },
  {
    name: 'transitions',
    schema: object({
      a: ruled(text(), 'self == oldSelf'),
      i: ruled(int(), { rule: 'self >= oldSelf', message: 'may not shrink' }, 'self < 100'),
      o: ruled(object({ x: text() }), 'self.x == oldSelf.x', 'has(self.x)'),
      m: map(ruled(text(), 'self == oldSelf')),
      k: mapList(ruled(object({ n: text(), v: int() }, { required: ['n'] }), 'self.v >= oldSelf.v'), 'n'),
      kk: mapList(ruled(object({ n: text(), p: int(), v: int() }), 'self.v >= oldSelf.v'), 'n', 'p'),
    }),
    values: [
      [{ a: 'x', i: 1, o: { x: 'y' }, m: { p: 'q' }, k: [{ n: 'a', v: 1 }] }],
      [
        { a: 'x', i: 1 },
        { a: 'y', i: 2 },
      ],
      [
        { a: 'x', i: 101, o: {} },
        { i: 101, o: {} },
      ],
      [
        { a: 'x', i: 101, o: {} },
        { a: 'x', i: 101, o: { x: 'z' } },
      ],
      [{ m: { p: 'q', r: 's' } }, { m: { p: 'p' } }],
      [
        {
          k: [
            { n: 'a', v: 1 },
            { n: 'b', v: 5 },
          ],
        },
        {
          k: [
            { n: 'b', v: 6 },
            { n: 'a', v: 1 },
          ],
        },
      ],
      [
        { kk: [{ n: 'a', p: 1, v: 1 }, { n: 'b', p: 1, v: 5 }, { n: 'c' }] },
        { kk: [{ n: 'b', p: 1, v: 6 }, { n: 'a', p: 2, v: 7 }, { n: 'c' }] },
      ],
      [{ k: [{ n: 'a' }] }, { k: [{ n: 'a', v: 1 }] }],
      [{ a: 'x' }, { a: null }],
      [{ a: 'x' }, null],
    ],
  },
  {
    name: 'optional old values',
    schema: object({
      a: ruled(
        text(),
        { rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true },
        {
          rule: 'oldSelf.orValue("") != "locked" || self == "locked"',
          optionalOldSelf: true,
          messageExpression: '"was " + oldSelf.orValue("nothing")',
        },
        { rule: 'oldSelf.optMap(o, o.size() <= self.size()).orValue(true)', optionalOldSelf: true },
      ),
      o: ruled(object({ x: text() }), { rule: 'oldSelf.?x.orValue("") == self.?x.orValue("")', optionalOldSelf: true }),
    }),
    values: [
      [{ a: 'x' }],
      [{ a: 'first' }],
      [{ a: 'x' }, { a: 'locked' }],
      [{ a: 'x' }, { a: 'longer' }],
      [{ o: { x: 'a' } }, { o: {} }],
      [{ o: {} }, { o: {} }],
    ],
  },
  {
    name: 'names of fields',
    schema: ruled(
      object({
        'a.b': text(),
        'a-b': text(),
        'a/b': text(),
        a__b: text(),
        namespace: text(),
        in: text(),
        int: text(),
        _x: text(),
        'a b': ruled(text(), 'self == "x"'),
        '1a': text(),
      }),
      'has(self.a__dot__b) ? self.a__dot__b == "x" : true',
      'self.?a__dash__b.orValue("x") == "x"',
      'self.?a__slash__b.orValue("x") == "x"',
      'self.?a__underscores__b.orValue("x") == "x"',
      'self.?__namespace__.orValue("x") == "x"',
      'self.?__in__.orValue("x") == "x"',
      'self.?int.orValue("x") == "x"',
      'self.?_x.orValue("x") == "x"',
    ),
    values: [
      [{}],
      ...['a.b', 'a-b', 'a/b', 'a__b', 'namespace', 'in', 'int', '_x', 'a b', '1a'].map((name): [unknown] => [{ [name]: 'y' }]),
    ],
  },
  {
    name: 'sets and keyed lists are equal in any order',
    schema: ruled(
      object({
        a: setList(text()),
        b: setList(text()),
        k: mapList(object({ n: text(), v: int() }), 'n'),
        l: mapList(object({ n: text(), v: int() }), 'n'),
        p: list(text()),
        q: list(text()),
      }),
      'self.a == self.b',
      'self.k == self.l',
      'self.p == self.q',
      '(self.a + self.b).size() == 3',
      '(self.k + self.l).size() == 2',
      '(self.p + self.q).size() == 4',
      'self.k.exists(x, x in self.l)',
      '(self.k + self.l).all(x, x.v > 1)',
    ),
    values: [
      [
        {
          a: ['x', 'y'],
          b: ['y', 'x'],
          k: [
            { n: 'a', v: 1 },
            { n: 'b', v: 2 },
          ],
          l: [
            { n: 'b', v: 2 },
            { n: 'a', v: 1 },
          ],
          p: ['x', 'y'],
          q: ['y', 'x'],
        },
      ],
      [
        {
          a: ['x', 'y'],
          b: ['z', 'x'],
          k: [
            { n: 'a', v: 1 },
            { n: 'b', v: 2 },
          ],
          l: [
            { n: 'b', v: 3 },
            { n: 'a', v: 4 },
          ],
          p: ['x', 'y'],
          q: ['x', 'y'],
        },
      ],
      [
        {
          a: ['x'],
          b: ['z', 'x'],
          k: [{ n: 'a', v: 1 }],
          l: [
            { n: 'b', v: 3 },
            { n: 'a', v: 4 },
          ],
          p: ['x'],
          q: ['x', 'y'],
        },
      ],
    ],
  },
  {
    name: 'formats have types',
    schema: ruled(
      object({
        d: text({ format: 'duration' }),
        t: text({ format: 'date-time' }),
        e: text({ format: 'date' }),
        b: text({ format: 'byte' }),
      }),
      'self.d > duration("1m")',
      'self.d.getMinutes() == 90',
      'self.t > timestamp("2020-01-01T00:00:00Z")',
      'self.t.getFullYear() == 2021',
      'self.e == timestamp("2021-02-03T00:00:00Z")',
      'self.b == b"abc"',
      'string(self.b) == "abc"',
      'string(self.t) == "2021-02-03T04:05:06Z"',
    ),
    values: [
      [{ d: '90m', t: '2021-02-03T04:05:06Z', e: '2021-02-03', b: 'YWJj' }],
      [{ d: '1s', t: '2019-02-03T04:05:06.789+02:00', e: '2021-02-04', b: 'YWJk' }],
      [{ d: '2 hours', t: '2021-02-03T04:05:06.5Z', e: '2021-02-03', b: 'YWJj' }],
    ],
  },
  {
    name: 'the root of a resource',
    root: true,
    schema: ruled(
      object({ spec: object({ n: text() }), metadata: object({ name: text({ maxLength: 10 }) }) }),
      'self.metadata.name == self.spec.n',
      'self.kind == "K" && self.apiVersion == "g/v1"',
      {
        rule: 'self.metadata.name.startsWith("a")',
        fieldPath: '.metadata.name',
      },
    ),
    values: [
      [{ apiVersion: 'g/v1', kind: 'K', metadata: { name: 'a', labels: { a: 'b' } }, spec: { n: 'a' } }],
      [{ apiVersion: 'g/v1', kind: 'L', metadata: { name: 'b', generateName: 'b-' }, spec: { n: 'a' } }],
      [{ apiVersion: 'g/v1', kind: 'K', metadata: {}, spec: { n: 'a' } }],
    ],
  },
  {
    name: 'embedded resources and unknown fields',
    schema: object({
      e: ruled(
        object({ x: text() }, { 'x-kubernetes-embedded-resource': true, ...preserved }),
        'self.kind == "Pod"',
        'self.metadata.name == "a"',
        '!has(self.x) || self.x == "y"',
      ),
      p: ruled(object({ x: text() }, preserved), 'self.x == "y"'),
      q: ruled(object({ a: object({ x: text() }, preserved), b: object({ x: text() }, preserved) }), 'self.a == self.b'),
    }),
    values: [
      [{ e: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: {} }, p: { x: 'y', z: 1 } }],
      [{ e: { apiVersion: 'v1', kind: 'Job', metadata: { name: 'b' }, x: 'z' }, p: { x: 'z', z: 1 } }],
      [{ q: { a: { x: 'y', u: 1 }, b: { x: 'y', u: 1 } } }],
      [{ q: { a: { x: 'y', u: 1 }, b: { x: 'y', u: 2 } } }],
      [{ q: { a: { x: 'y', u: { v: [1] } }, b: { x: 'y', w: 2 } } }],
    ],
  },
  {
    name: 'nullable values',
    schema: ruled(
      object({ a: text({ nullable: true }), l: list(text({ nullable: true })), m: map(text({ nullable: true })) }),
      '!has(self.a)',
      '!has(self.l) || self.l.all(x, x == null || x.size() > 1)',
      '!has(self.m) || self.m.all(k, self.m[k] == null)',
    ),
    values: [[{ a: null }], [{ a: 'x' }], [{ l: [null, 'xx'] }], [{ l: [null, 'x'] }], [{ m: { a: null } }], [{ m: { a: 'b' } }]],
  },
  {
    name: 'alternatives that have rules',
    schema: object({
      a: { ...text(), allOf: [{ 'x-kubernetes-validations': [{ rule: 'self != "x"' }] }] },
      b: ruled(text(), 'self != "y"'),
    }),
    values: [
      [{ a: 'x', b: 'y' }],
      [{ a: 'y', b: 'x' }],
      [
        { a: 'x', b: 'y' },
        { a: 'x', b: 'y' },
      ],
    ],
  },
  {
    name: 'costs',
    schema: object({
      l: ruled(list(text()), 'self.all(x, self.all(y, x == y || x != y))'),
      t: ruled(
        list(text()),
        'self.all(x, x.matches("^[a-z]*$"))',
        'self.map(x, x + "!").filter(x, x.contains("b")).size() < 100',
        'self.exists_one(x, x.size() == 1)',
      ),
      m: ruled(list(text()), {
        rule: 'self.size() < 10',
        messageExpression: 'self.map(x, self.map(y, x + y).size()).size() > 0 ? "too long" : "?"',
      }),
    }),
    values: [
      [{ l: Array.from({ length: 10 }, (_, i) => `a${i}`) }],
      [{ l: Array.from({ length: 600 }, (_, i) => `a${i}`) }],
      [{ t: Array.from({ length: 100 }, (_, i) => `a${'b'.repeat(i)}`) }],
      [{ m: Array.from({ length: 30 }, (_, i) => `a${i}`) }],
      [{ m: Array.from({ length: 400 }, (_, i) => `a${i}`) }],
    ],
  },
  {
    name: 'the budget of an object',
    schema: object({ m: list(ruled(list(text()), 'self.all(x, self.all(y, x == y || x != y))')) }),
    values: [[{ m: Array.from({ length: 60 }, () => Array.from({ length: 150 }, (_, i) => `a${i}`)) }]],
  },
  {
    name: 'what did not change is forgiven',
    schema: object({
      a: ruled(object({ x: text(), y: text() }), 'self.x == "1"'),
      l: list(ruled(text(), 'self == "1"')),
      k: mapList(ruled(object({ n: text(), v: text() }), 'self.v == "1"'), 'n'),
    }),
    values: [
      [{ a: { x: '2' } }, { a: { x: '2' } }],
      [{ a: { x: '2', y: '3' } }, { a: { x: '2' } }],
      [{ l: ['1', '2'] }, { l: ['1', '2'] }],
      [{ l: ['1', '2', '1'] }, { l: ['1', '2'] }],
      [
        {
          k: [
            { n: 'a', v: '2' },
            { n: 'b', v: '3' },
          ],
        },
        { k: [{ n: 'b', v: '3' }] },
      ],
    ],
  },
  {
    name: 'rules that do not compile are told of when they are asked',
    schema: object({
      a: ruled(text(), 'self.x', 'self + ', 'self', 'self == "x"', ''),
      n: ruled(object({ b: text() }), 'self.c == 1', 'undeclared(self.b)'),
    }),
    values: [[{ a: 'y', n: {} }]],
  },
]

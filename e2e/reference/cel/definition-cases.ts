/** Schemas with rules that are wrong, or cost too much: what the reference says of a definition is in definitions.answers.json. */
type Json = Readonly<Record<string, unknown>>

const object = (properties: Json, more: Json = {}): Json => ({ type: 'object', properties, ...more })
const list = (items: Json, more: Json = {}): Json => ({ type: 'array', items, ...more })
const map = (values: Json, more: Json = {}): Json => ({ type: 'object', additionalProperties: values, ...more })
const text = (more: Json = {}): Json => ({ type: 'string', ...more })
const int: Json = { type: 'integer' }
const ruled = (schema: Json, ...rules: readonly (string | Json)[]): Json => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})
/** A rule of one text field. */
const one = (...rules: readonly (string | Json)[]): Json => object({ a: ruled(text(), ...rules) })
const nested = 'self.all(x, self.all(y, x == y))'
const atomic = { 'x-kubernetes-map-type': 'atomic' }

export const definitionCases: readonly (readonly [name: string, schema: Json])[] = [
  [
    'what a list wants of its items is told behind their rules',
    object({
      l: {
        ...list(ruled(object({ n: text(), m: text({ maxLength: 5 }) }), 'self.n == 1', 'self.m.size() > 2')),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
      },
      s: { ...list(ruled(object({ n: int }), 'self.n == "a"')), 'x-kubernetes-list-type': 'set' },
    }),
  ],
  ['right', one('self.size() > 1', { rule: 'self == oldSelf', message: 'fixed' }, { rule: 'oldSelf.hasValue()', optionalOldSelf: true })],
  ['an unknown field', ruled(object({ a: text() }), 'self.b == 1', 'self.a.c', 'has(self.b)', 'self.?b.hasValue()')],
  ['an unknown name', one('other == 1', 'self.foo()', 'foo(self)', 'self.x.y.z()', 'a.b.c == 1')],
  [
    'types that do not fit',
    one(
      'self == 1',
      'self + 1 > 2',
      'self > 1',
      '!self',
      'self && true',
      'self ? 1 : 2',
      '-self == 1',
      'self in self',
      '[1, "a"].size() > 0',
      '{1: 2, "a": 3}.size() > 0',
    ),
  ],
  ['no bool', one('self', 'self.size()', '"a"', 'null', 'dyn(true)', 'self == "x" ? true : dyn(false)')],
  [
    'syntax',
    one(
      'self +',
      'self ==',
      '(self == "a"',
      'self == "a")',
      'self == "a',
      'self = "a"',
      'self === "a"',
      'self == "a" && ',
      '&& self',
      'self.',
      'self..a',
      'self[',
      'self[1',
      'has(',
      'has()',
      '#',
      "self == 'a",
      'if (self)',
      'self == "a";',
      '1 2',
      '{',
      '}',
      '[',
      ']',
      '{1}',
      '{1:}',
      '[1,,2]',
      '[,]',
      'a.b.{}',
    ),
  ],
  ['lines', one({ rule: 'self == "a" &&\n  self.foo ==\n\t1', message: 'lines' }, { rule: '\n\n  self.bar', message: 'lines' })],
  ['wide characters', one('self == "äöü" && self.foo', 'self == "日本" || self.bar == "日本"', 'self == "😀" && foo')],
  [
    'macros',
    one(
      'self.all(1, true)',
      'has(self)',
      'self.exists(x, x)',
      '[1].map(x.y, 1).size() > 0',
      '[1].all(__result__, true)',
      '[1].filter(x, 1).size() > 0',
      '[1].all(x, y, z) ',
      '[1].all(x, x, true)',
      'self.optMap(x.y, 1)',
      '[1].sortBy(1, 2).size() > 0',
    ),
  ],
  [
    'constants',
    one(
      'duration(self) > duration("1x")',
      'timestamp("2020") < timestamp(self)',
      'self.matches("(")',
      'self.matches("a**")',
      'self.find("(") == ""',
      'int("x") == 1',
      'bool("x")',
      '9223372036854775808 == 1',
      '-9223372036854775808 < 0',
      '1e999 > 1.0',
      '18446744073709551616u > 1u',
      'self == "\\q"',
      'self == b"a"',
      "self == '\\ud800'",
    ),
  ],
  [
    'messages',
    one(
      { rule: 'self == "a"', messageExpression: 'self + 1' },
      { rule: 'self == "a"', messageExpression: '1' },
      { rule: 'self == "a"', messageExpression: '"a' },
      { rule: 'self.b', messageExpression: '1' },
      { rule: 'self == "a"', messageExpression: 'oldSelf' },
    ),
  ],
  [
    'transitions in lists',
    object({
      l: list(ruled(text({ maxLength: 3 }), 'self == oldSelf'), { maxItems: 3 }),
      s: list(ruled(text({ maxLength: 3 }), 'self == oldSelf'), { maxItems: 3, 'x-kubernetes-list-type': 'set' }),
      m: map(ruled(text({ maxLength: 3 }), 'self == oldSelf'), { maxProperties: 3 }),
      o: list(object({ b: object({ c: ruled(text({ maxLength: 3 }), 'self == oldSelf') }) }), { maxItems: 3 }),
      k: list(object({ n: text(), v: ruled(text({ maxLength: 3 }), 'self == oldSelf') }, { required: ['n'] }), {
        maxItems: 3,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
      }),
      p: object({ q: ruled(text({ maxLength: 3 }), 'self == oldSelf') }, atomic),
    }),
  ],
  [
    'old values that nobody asks for',
    one(
      { rule: 'self == "a"', optionalOldSelf: true },
      { rule: 'self == "a"', optionalOldSelf: false },
      { rule: 'self == oldSelf', optionalOldSelf: true },
    ),
  ],
  ['what the next release knows', object({ l: ruled(list(text({ maxLength: 9 }), { maxItems: 9 }), 'self.includes("a")') })],
  ['costs of one rule', object({ l: ruled(list(text()), nested) })],
  ['costs that are limited', object({ l: ruled(list(text({ maxLength: 10 }), { maxItems: 100 }), nested) })],
  ['costs a little too high', object({ l: ruled(list(text({ maxLength: 10 }), { maxItems: 1300 }), nested) })],
  ['costs some too high', object({ l: ruled(list(text({ maxLength: 10 }), { maxItems: 3000 }), nested) })],
  ['costs of a rule in a list', object({ l: list(ruled(text(), 'self.contains("a")')) })],
  [
    'costs of a rule in limited lists',
    object({ l: list(list(ruled(text({ maxLength: 30 }), 'self.contains("abcdefghijk")'), { maxItems: 1000 }), { maxItems: 1000 }) }),
  ],
  ['costs of a rule in a map', object({ m: map(ruled(object({ a: text() }), 'self.a.matches("^a+$")')) })],
  [
    'costs of a message',
    object({
      l: ruled(list(text()), {
        rule: 'self.size() < 3',
        messageExpression: 'self.map(x, self.map(y, x + y).size()).size() > 0 ? "a" : "b"',
      }),
    }),
  ],
  [
    'costs together',
    object(
      Object.fromEntries(
        Array.from({ length: 15 }, (_, i) => [`l${i}`, ruled(list(text({ maxLength: 10 }), { maxItems: 1200 - i }), nested)]),
      ),
    ),
  ],
  [
    'costs of sizes',
    ruled(
      object({
        e: text({ enum: ['a', 'bcd'] }),
        t: text(),
        d: text({ format: 'date-time' }),
        n: int,
        x: { 'x-kubernetes-int-or-string': true },
      }),
      'self.e.matches("a*") && self.t.startsWith("a") && string(self.d) == "a" && self.n > 1 && string(self.x) == "a"',
    ),
  ],
  [
    'nodes that are wrong otherwise',
    object({ a: ruled(text({ format: 'x', default: 1 }), 'self.b'), b: ruled(object({ c: { type: 'what' } }), 'self.d') }),
  ],
]

import type { Request } from './play.ts'

/** Definitions with rules (x-kubernetes-validations), and objects that these rules are asked of. */
type Json = Record<string, unknown>

const group = 'rules.example.com'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const ruled = (schema: Json, ...rules: (string | Json)[]): Json => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
})
const text = (more: Json = {}): Json => ({ type: 'string', maxLength: 20, ...more })
const version = (name: string, spec: Json, storage: boolean): Json => ({
  ...{ name, served: true, storage },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...spec } } } },
})
const define = (name: string, plural: string, versions: Json[]): Request => ({
  name,
  method: 'POST',
  path: definitions,
  body: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Cluster', names: { plural, kind: plural[0]!.toUpperCase() + plural.slice(1, -1) }, versions },
  },
})

/** Each is refused. */
const faulty: Request[] = Object.entries<Json>({
  'an unknown function': { properties: { a: ruled(text(), 'self.foo()') } },
  'an unknown field': { properties: { a: ruled({ type: 'object', properties: { b: text() } }, 'self.c == "x"') } },
  'two faults in one rule': { properties: { a: ruled(text(), 'self.x && other') } },
  'broken syntax': { properties: { a: ruled(text(), 'self == "', 'self ==', '(self', 'self == 1 2', '', 'self &&\n  && true') } },
  'no bool': { properties: { a: ruled(text(), 'self', 'self.size()', 'dyn(self)') } },
  'faulty literals': { properties: { a: ruled(text(), 'self.matches("[")', 'duration("1x") > duration("1s")', 'self == "\\q"') } },
  'transitions without what was': {
    properties: { l: { type: 'array', maxItems: 5, items: ruled(text(), 'self == oldSelf') } },
  },
  'an old value that is not used': { properties: { a: ruled(text(), { rule: 'self != ""', optionalOldSelf: true }) } },
  'a rule that costs too much': {
    properties: { l: ruled({ type: 'array', items: { type: 'string' } }, 'self.all(x, self.all(y, x == y))') },
  },
  'rules that cost too much together': {
    properties: {
      l: { type: 'array', items: { type: 'object', properties: { a: ruled(text(), 'self.contains("x")', 'self.contains("y")') } } },
    },
  },
  'messages and paths': {
    properties: {
      a: ruled(
        text(),
        { rule: 'self != ""', messageExpression: 'self.size()' },
        { rule: 'self != ""', messageExpression: 'self +' },
        { rule: 'self != ""', message: 'two\nlines' },
        { rule: 'self != ""', message: ' ' },
        { rule: 'self != ""', reason: 'Whatever' },
      ),
    },
  },
}).map(([name, spec], i) => define(`refused: ${name}`, `faults${'abcdefghijklmn'[i]}s`, [version('v1', spec, true)]))

const spec: Json = {
  properties: {
    a: ruled(text(), 'self.size() > 1', { rule: 'self == oldSelf', message: 'never changes' }),
    n: { type: 'integer' },
    m: ruled({ type: 'object', maxProperties: 5, additionalProperties: text() }, 'self["x"] == "y"'),
    big: ruled({ type: 'integer', format: 'int64' }, 'self != 9223372036854775807'),
    port: ruled({ 'x-kubernetes-int-or-string': true }, 'type(self) == int ? self > 0 : string(self).startsWith("p")'),
    quantity: ruled(text(), 'isQuantity(self) && quantity(self).isGreaterThan(quantity("1Gi"))'),
    'with-dash': ruled(text({ format: 'duration' }), 'self < duration("1h")'),
    items: {
      ...{ type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      items: ruled(
        { type: 'object', required: ['name'], properties: { name: text(), value: text() } },
        { rule: 'self.value != oldSelf.value', messageExpression: '"still " + self.value', fieldPath: '.value' },
      ),
    },
  },
  ...ruled(
    {},
    {
      rule: '!has(self.n) || self.n < 100',
      messageExpression: 'self.n < 200 ? "many" : string(self.m["none"])',
      message: 'too many',
      fieldPath: '.n',
      reason: 'FieldValueForbidden',
    },
    { rule: '!has(self.n) || self.n > -100', reason: 'FieldValueDuplicate', fieldPath: '.n' },
    { rule: '!has(self.n) || !has(self.with__dash__dash) || self.n != 7', message: '  seven  ' },
  ),
}
const free: Json = { 'x-kubernetes-preserve-unknown-fields': true }

const things = (served: string): string => `/apis/${group}/${served}/things`
const thing = (served: string, name: string, value: Json): Json => ({
  apiVersion: `${group}/${served}`,
  kind: 'Thing',
  metadata: { name },
  spec: value,
})
const created: Request[] = Object.entries<Json>({
  'all well': { a: 'ab', n: 1, m: { x: 'y' }, port: 'p1', quantity: '2Gi', 'with-dash': '5m' },
  'too short': { a: 'a' },
  'a message': { n: 150 },
  'a message that fails': { n: 250 },
  'a reason': { n: -100 },
  'a message with spaces': { n: 7, 'with-dash': '1s' },
  'no such key': { m: { z: 'y' } },
  'another value': { m: { x: 'z' } },
  'a large number': { big: 9007199254740991 },
  'a port': { port: 0 },
  'a port as text': { port: 'q' },
  'too little': { quantity: '1023Mi' },
  'no quantity': { quantity: 'x' },
  'too long': { 'with-dash': '61m' },
  'wrong otherwise': { a: 1, n: 150 },
}).map(([name, value]) => ({
  name: `create: ${name}`,
  method: 'POST',
  path: things('v2'),
  body: thing('v2', name.replaceAll(' ', '-'), value),
}))
const largest: Request = {
  name: 'create: the largest number',
  method: 'POST',
  path: things('v2'),
  body: `{"apiVersion":"${group}/v2","kind":"Thing","metadata":{"name":"largest"},"spec":{"big":9223372036854775807}}`,
}

const merge = (name: string, value: unknown, served = 'v2'): Request => ({
  name: `update: ${name}`,
  method: 'PATCH',
  path: `${things(served)}/old`,
  body: { spec: value },
  type: 'application/merge-patch+json',
})
const items = (...values: [string, string][]): Json => ({ items: values.map(([name, value]) => ({ name, value })) })
/** The other version of the resource has no rules. */
const updated: Request[] = [
  { name: 'create without rules', method: 'POST', path: things('v1'), body: thing('v1', 'old', { a: 'x', n: 300 }) },
  merge('what is not touched', { port: 3 }),
  merge('a text that may not change', { a: 'xyz' }),
  merge('a text that is wrong', { a: '' }),
  merge('back to right', { a: null, n: 1 }),
  merge('a new text', { a: 'ab' }),
  merge('it changes', { a: 'abc' }),
  merge('items come', items(['k', '1'], ['l', '2'])),
  merge('an item stays', items(['l', '3'], ['k', '1'])),
  merge('items change', items(['l', '3'], ['k', '4'], ['m', '5'])),
  merge('an item goes', items(['k', '6'])),
]

export const customRules: Request[] = [
  ...faulty,
  define('two versions', 'things', [version('v1', free, true), version('v2', spec, false)]),
  ...created,
  largest,
  ...updated,
]

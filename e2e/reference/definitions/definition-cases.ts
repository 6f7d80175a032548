import type { JsonObject } from '../../../server/machinery/json-values.ts'

/** Definitions that are asked of a kube-apiserver and of our functions, as changes of one that is right. */
export interface DefinitionCase {
  readonly name: string
  readonly metadata?: JsonObject
  readonly spec?: JsonObject
  /** The schema of the only version. */
  readonly schema?: unknown
  /** More fields of the only version. */
  readonly version?: JsonObject
  /** Makes this case an update of the right one, which is established. */
  readonly update?: boolean
}

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more })
const x = (schema: unknown): JsonObject => object({ x: schema })
const list = (more: JsonObject): JsonObject => ({ type: 'array', items: { type: 'string' }, ...more })
const v = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...more,
})
const scale = (specReplicasPath: string, statusReplicasPath: string, labelSelectorPath?: string): JsonObject => ({
  subresources: { scale: { specReplicasPath, statusReplicasPath, ...(labelSelectorPath === undefined ? {} : { labelSelectorPath }) } },
})
const webhook = (clientConfig?: JsonObject, conversionReviewVersions: unknown = ['v1']): JsonObject => ({
  spec: {
    conversion: { strategy: 'Webhook', webhook: { ...(clientConfig === undefined ? {} : { clientConfig }), conversionReviewVersions } },
  },
})
const names = (more: JsonObject): JsonObject => ({
  spec: { names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList', ...more } },
})

export const definitionCases: readonly DefinitionCase[] = [
  { name: 'right' },
  { name: 'wrong name', metadata: { name: 'bars.defs.example.com' } },
  { name: 'group without a dot', metadata: { name: 'foos.example' }, spec: { group: 'example' } },
  { name: 'group in capitals', metadata: { name: 'foos.Example.com' }, spec: { group: 'Example.com' } },
  { name: 'no group', metadata: { name: 'foos.' }, spec: { group: '' } },
  { name: 'scope', spec: { scope: 'Galaxy' } },
  { name: 'no scope', spec: { scope: '' } },
  { name: 'plural', metadata: { name: 'Foos.defs.example.com' }, ...names({ plural: 'Foos' }) },
  { name: 'names', ...names({ singular: 'Foo', kind: 'Fo_o', listKind: '1List', shortNames: ['f', 'F'], categories: ['all', 'A.b'] }) },
  { name: 'kind is listKind', ...names({ listKind: 'Foo' }) },
  { name: 'no kind', ...names({ kind: '' }) },
  { name: 'no versions', spec: { versions: [] } },
  { name: 'no storage version', version: { storage: false } },
  { name: 'two storage versions', spec: { versions: [v('v1', { storage: true }), v('v2', { storage: true })] } },
  { name: 'a version twice', spec: { versions: [v('v1', { storage: true }), v('v1')] } },
  { name: 'version name', spec: { versions: [v('V1', { storage: true }), v('v2')] } },
  { name: 'no schema', version: { schema: null } },
  { name: 'no schema in one', spec: { versions: [v('v1', { storage: true }), v('v2', { schema: null })] } },
  {
    name: 'different schemas',
    spec: { versions: [v('v1', { storage: true }), v('v2', { schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } })] },
  },
  { name: 'preserveUnknownFields', spec: { preserveUnknownFields: true } },
  { name: 'preserveUnknownFields and a default', spec: { preserveUnknownFields: true }, schema: x({ type: 'string', default: 'x' }) },
  { name: 'deprecation warning', version: { deprecationWarning: 'old' } },
  { name: 'deprecation warning empty', version: { deprecated: true, deprecationWarning: '' } },
  { name: 'deprecation warning unprintable', version: { deprecated: true, deprecationWarning: 'a\u0001b' } },
  { name: 'no type at the root', schema: { properties: { a: { type: 'string' } } } },
  { name: 'array at the root', schema: { type: 'array', items: { type: 'string' } } },
  { name: 'no type of a field', schema: object({ a: {}, b: object({ c: {} }) }) },
  { name: 'no type of items', schema: x({ type: 'array', items: {} }) },
  { name: 'no items', schema: x({ type: 'array' }) },
  { name: 'additionalProperties at the root', schema: { type: 'object', additionalProperties: { type: 'string' } } },
  { name: 'additionalProperties false', schema: x({ type: 'object', additionalProperties: false }) },
  {
    name: 'additionalProperties beside properties',
    schema: x(object({ a: { type: 'string' } }, { additionalProperties: { type: 'string' } })),
  },
  { name: 'metadata restricted', schema: object({ metadata: object({ name: { type: 'string', maxLength: 3 } }) }) },
  { name: 'metadata described', schema: object({ metadata: { type: 'object', description: 'x' } }) },
  { name: 'metadata labels', schema: object({ metadata: object({ labels: { type: 'object' } }) }) },
  {
    name: 'metadata is a text',
    schema: object({ metadata: { type: 'string' }, kind: { type: 'integer' }, apiVersion: { type: 'object' } }),
  },
  {
    name: 'nested types',
    schema: x({ type: 'string', anyOf: [{ type: 'string', description: 'x', default: 'y', title: 't', nullable: true }] }),
  },
  {
    name: 'nested fields',
    schema: object(
      { a: { type: 'string' } },
      { oneOf: [{ required: ['a'] }, { properties: { b: { minLength: 1 } } }], not: { properties: { metadata: {} } } },
    ),
  },
  {
    name: 'nested extensions',
    schema: x({
      type: 'string',
      allOf: [
        {
          'x-kubernetes-int-or-string': true,
          'x-kubernetes-list-type': 'set',
          additionalProperties: {},
          'x-kubernetes-preserve-unknown-fields': true,
        },
      ],
    }),
  },
  { name: 'int or string', schema: x({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }) },
  {
    name: 'int or string in allOf',
    schema: x({ 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { minimum: 1 }] }),
  },
  {
    name: 'int or string with a description',
    schema: x({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer', description: 'x' }, { type: 'string' }] }),
  },
  {
    name: 'int or string and others',
    schema: x({ 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-embedded-resource': true }),
  },
  { name: 'embedded', schema: x({ type: 'object', 'x-kubernetes-embedded-resource': true }) },
  {
    name: 'embedded text',
    schema: x({ type: 'string', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
  },
  { name: 'preserve false', schema: x({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }) },
  { name: 'pattern', schema: x({ type: 'string', pattern: '(a' }) },
  { name: 'pattern with a look-ahead', schema: x({ type: 'string', pattern: '(?=a)b' }) },
  { name: 'unknown type', schema: x({ type: 'text' }) },
  { name: 'null type', schema: x({ type: 'null' }) },
  { name: 'unique items', schema: x(list({ uniqueItems: true })) },
  { name: '$ref', schema: x({ $ref: '#/a' }) },
  {
    name: 'unsupported',
    schema: x({
      type: 'object',
      id: 'a',
      patternProperties: { a: { type: 'string' } },
      definitions: { a: { type: 'string' } },
      dependencies: { a: ['b'] },
      additionalItems: true,
    }),
  },
  { name: 'items is a list', schema: x({ type: 'array', items: [{ type: 'string' }] }) },
  { name: 'nullable root', schema: { type: 'object', nullable: true } },
  { name: 'list type of an object', schema: x({ type: 'object', 'x-kubernetes-list-type': 'set' }) },
  { name: 'list type unknown', schema: x(list({ 'x-kubernetes-list-type': 'bag' })) },
  { name: 'map type unknown', schema: x({ type: 'object', 'x-kubernetes-map-type': 'x' }) },
  { name: 'map type of a text', schema: x({ type: 'string', 'x-kubernetes-map-type': 'atomic' }) },
  { name: 'list keys without type', schema: x(list({ 'x-kubernetes-list-map-keys': ['a'] })) },
  { name: 'list keys with set', schema: x(list({ 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['a'] })) },
  { name: 'list map without keys', schema: x({ type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } }) },
  { name: 'list map of texts', schema: x(list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] })) },
  {
    name: 'list map keys',
    schema: x({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a', 'b', 'a', 'o'],
      items: object({ a: { type: 'string', nullable: true }, o: { type: 'object' } }, { nullable: true }),
    }),
  },
  { name: 'set of objects', schema: x({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } }) },
  {
    name: 'set of atomic objects',
    schema: x({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object', 'x-kubernetes-map-type': 'atomic' } }),
  },
  { name: 'set of sets', schema: x({ type: 'array', 'x-kubernetes-list-type': 'set', items: list({ 'x-kubernetes-list-type': 'set' }) }) },
  { name: 'default of a wrong type', schema: x({ type: 'integer', default: 'x' }) },
  { name: 'default with unknown fields', schema: x(object({ a: { type: 'string' } }, { default: { a: 'x', b: 1 } })) },
  {
    name: 'default that is invalid',
    schema: x(object({ a: { type: 'string', maxLength: 1 }, b: { type: 'string' } }, { default: { a: 'xyz' }, required: ['b'] })),
  },
  { name: 'default of int or string', schema: x({ 'x-kubernetes-int-or-string': true, default: true }) },
  { name: 'default in metadata', schema: object({ metadata: object({ name: { type: 'string', default: 'x' } }) }) },
  {
    name: 'default in embedded metadata',
    schema: x({
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      properties: {
        metadata: object({
          name: { type: 'string', default: 'a/b' },
          labels: { type: 'object', additionalProperties: { type: 'string', default: 'x' } },
        }),
        kind: { type: 'string', default: 'a_b' },
      },
    }),
  },
  {
    name: 'embedded in metadata',
    schema: x({
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: { metadata: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } },
    }),
  },
  {
    name: 'unknown formats',
    schema: object({
      a: { type: 'string', format: 'foo' },
      b: { type: 'integer', format: 'float' },
      c: { type: 'string', format: 'date-time' },
    }),
  },
  {
    name: 'root with status',
    version: { subresources: { status: {} } },
    schema: { type: 'object', anyOf: [{ required: ['a'] }], properties: { a: { type: 'string' } } },
  },
  {
    name: 'columns',
    version: {
      additionalPrinterColumns: [
        { name: '', type: 'text', jsonPath: 'a', format: 'x' },
        { name: 'a', type: '', jsonPath: '' },
        { name: 'b', type: 'date', jsonPath: '.a[' },
      ],
    },
  },
  {
    name: 'columns of one version',
    spec: { versions: [v('v1', { storage: true, additionalPrinterColumns: [{ name: 'a', type: 'x', jsonPath: '.a' }] }), v('v2')] },
  },
  { name: 'scale paths', version: scale('spec.replicas', '.spec.replicas', '.metadata.x') },
  { name: 'scale paths missing', version: scale('', '') },
  { name: 'scale paths wrong way', version: scale('.status.replicas', 'x', 'x') },
  { name: 'scale of one version', spec: { versions: [v('v1', { storage: true, ...scale('.a', '.b') }), v('v2')] } },
  {
    name: 'selectable fields',
    version: { selectableFields: ['.a', '.a', '.o', '.none', 'a', '.metadata.name', '.list[0]', ''].map((jsonPath) => ({ jsonPath })) },
    schema: object({ a: { type: 'string' }, o: { type: 'object' }, list: list({}), metadata: object({ name: { type: 'string' } }) }),
  },
  {
    name: 'too many selectable fields',
    version: { selectableFields: [...'abcdefghi'].map((n) => ({ jsonPath: `.${n}` })) },
    schema: object(Object.fromEntries([...'abcdefghi'].map((n) => [n, { type: 'string' }]))),
  },
  {
    name: 'selectable fields of one version',
    spec: {
      versions: [
        v('v1', { storage: true, selectableFields: [{ jsonPath: '.a' }], schema: { openAPIV3Schema: object({ a: { type: 'string' } }) } }),
        v('v2'),
      ],
    },
  },
  { name: 'conversion strategy', spec: { conversion: { strategy: 'Magic' } } },
  { name: 'webhook without a client', ...webhook() },
  { name: 'webhook with both', ...webhook({ url: 'https://a', service: { name: 'a', namespace: 'b' } }) },
  { name: 'webhook url', ...webhook({ url: 'http://u:p@/path?x=y#z' }) },
  { name: 'webhook service', ...webhook({ service: { name: 'a', namespace: '', path: 'a//B', port: 70000 } }) },
  { name: 'webhook service without a name', ...webhook({ service: { name: '', namespace: 'a', path: '//' } }) },
  { name: 'webhook versions', ...webhook({ url: 'https://a' }, ['v2', 'v2', 'V']) },
  { name: 'webhook no versions', ...webhook({ url: 'https://a' }, []) },
  {
    name: 'webhook beside None',
    spec: { conversion: { strategy: 'None', webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] } } },
  },
  {
    name: 'rules',
    schema: x({
      type: 'string',
      'x-kubernetes-validations': [
        { rule: ' ' },
        { rule: 'a\nb' },
        { rule: 'true', message: ' ', reason: 'x' },
        { rule: 'true', message: 'a\nb', messageExpression: ' ' },
      ],
    }),
  },
  {
    name: 'rule paths',
    schema: object(
      { a: { type: 'string' } },
      {
        'x-kubernetes-validations': [
          { rule: '', fieldPath: '.b' },
          { rule: '', fieldPath: 'a' },
          { rule: '', fieldPath: '.a' },
        ],
      },
    ),
  },
  { name: 'protected group', metadata: { name: 'foos.x.k8s.io' }, spec: { group: 'x.k8s.io' } },
  {
    name: 'protected group, wrong annotation',
    metadata: { name: 'foos.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
    spec: { group: 'x.k8s.io' },
  },
  {
    name: 'protected group, unapproved',
    metadata: { name: 'foos.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved, x' } },
    spec: { group: 'x.k8s.io' },
  },
  { name: 'update: nothing', update: true },
  {
    name: 'update: scope and kind',
    update: true,
    spec: { scope: 'Cluster', names: { plural: 'foos', singular: 'foo', kind: 'Bar', listKind: 'FooList' } },
  },
  { name: 'update: plural', update: true, ...names({ plural: 'bars' }) },
  { name: 'update: group', update: true, spec: { group: 'other.example.com' } },
  { name: 'update: the stored version goes', update: true, spec: { versions: [v('v2', { storage: true })] } },
  { name: 'update: another storage version', update: true, spec: { versions: [v('v1'), v('v2', { storage: true })] } },
  { name: 'update: not structural', update: true, schema: x({}) },
]

/** The definition of a case; `group` is where the right one lives. */
export function definitionOf(c: DefinitionCase): JsonObject {
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: c.schema ?? { type: 'object' } }, ...c.version }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.defs.example.com', ...c.metadata },
    spec: {
      group: 'defs.example.com',
      names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
      scope: 'Namespaced',
      versions: [version],
      ...c.spec,
    },
  }
}

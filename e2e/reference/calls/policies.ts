import type { Json, ObjectCase } from './case.ts'

/** Expressions of admission policies, by what they are for. */
const matchConstraints = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }] }
const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }

const policy =
  (kind: string, resource: string, more: Json = {}) =>
  (name: string, spec: Json, ...patches: Json[]): ObjectCase => ({
    ...{ name, apiVersion: 'admissionregistration.k8s.io/v1', kind, resource, clusterScoped: true },
    object: { spec: { matchConstraints, ...more, ...spec } },
    patches: patches.map((patch) => ({ patch })),
  })
const validating = policy('ValidatingAdmissionPolicy', 'validatingadmissionpolicies')
const mutating = policy('MutatingAdmissionPolicy', 'mutatingadmissionpolicies', { reinvocationPolicy: 'Never' })

const EXPRESSIONS: Readonly<Record<string, string>> = {
  truth: 'true',
  number: '1',
  field: 'object.spec.x == 1',
  unknown: 'foo',
  cut: 'object.',
  'field of the request': 'request.userInfo.username == "a"',
  'no field of the request': 'request.foo',
  options: 'request.options.x == 1',
  params: 'params.x == 1',
  authorizer: 'authorizer.group("").resource("pods").check("get").allowed()',
  'authorizer of the resource': 'authorizer.requestResource.check("x").allowed()',
  variables: 'variables.x',
  namespace: 'namespaceObject.metadata.labels["a"] == "b"',
  'no field of the namespace': 'namespaceObject.foo',
  'bad pattern': '"a".matches("[")',
  nothing: 'null',
  any: 'dyn(1)',
  list: '[true]',
  structure: 'request',
  time: 'namespaceObject.metadata.creationTimestamp',
  duration: 'duration("1s")',
  optional: 'optional.of(1)',
  type: 'type(1)',
  map: '{1: 2}',
  spaces: ' true ',
  'two lines': 'true\n&& foo',
  'patch function': 'jsonpatch.escapeKey("a") == "b"',
  'patch type': 'Object{} == Object{}',
  self: 'self',
}

const PATCHES: Readonly<Record<string, string>> = {
  empty: 'Object{}',
  nested: 'Object{spec: Object.spec{x: 1}, metadata: Object.metadata{annotations: {"a": "b"}}}',
  'of anything': 'Object{spec: 1}',
  'the type': 'Object',
  object: 'object',
  below: 'Object.spec{}',
  'field of it': 'Object{x: 1}.y',
  'another type': 'Objects{}',
  'a list': '[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("b/c"), value: object.x}]',
  'one operation': 'JSONPatch{}',
  'no operation': '[]',
  'bad operation': '[JSONPatch{op: 1}]',
  'no field': '[JSONPatch{x: 1}]',
  chosen: 'object.x ? [JSONPatch{}] : []',
  variables: 'variables.x',
  params: 'params.x',
  'bad key': 'jsonpatch.escapeKey(1)',
}

const each = (expressions: Readonly<Record<string, string>>, make: (name: string, expression: string) => ObjectCase[]): ObjectCase[] =>
  Object.entries(expressions).flatMap(([name, expression]) => make(name, expression))

export const policyCases: readonly ObjectCase[] = [
  ...each(EXPRESSIONS, (name, expression) => [
    validating(`validation ${name}`, { validations: [{ expression }] }),
    validating(`message ${name}`, {
      paramKind,
      matchConditions: [{ name: 'c', expression }],
      validations: [{ expression: 'true', messageExpression: expression }],
      auditAnnotations: [{ key: 'k', valueExpression: expression }],
    }),
    validating(`variable ${name}`, {
      variables: [
        { name: 'a', expression },
        { name: 'b', expression: 'variables.a' },
        { name: 'c', expression: 'variables.d' },
      ],
      validations: [{ expression: 'variables.b' }, { expression: 'variables.z', messageExpression: 'variables.c' }],
    }),
  ]),
  ...each(PATCHES, (name, expression) => [
    mutating(`configuration ${name}`, { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] }),
    mutating(`patch ${name}`, { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] }),
  ]),
  mutating('everything', {
    paramKind,
    variables: [
      { name: 'a', expression: 'Object{}' },
      { name: 'b', expression: '[1]' },
      { name: '1', expression: '' },
    ],
    matchConditions: [
      { name: 'x', expression: 'params.a' },
      { name: 'y', expression: 'variables.a' },
    ],
    mutations: [
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'variables.a' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: 'variables.b' } },
      { patchType: 'JSONPatch', jsonPatch: { expression: ' ' } },
      { patchType: 'JSONPatch', applyConfiguration: { expression: ' ' } },
    ],
  }),
  validating('changed', { validations: [{ expression: 'true' }] }, { spec: { validations: [{ expression: 'false' }] } }),
  validating('changed for the worse', { validations: [{ expression: 'true' }] }, { spec: { validations: [{ expression: 'foo' }] } }),
]

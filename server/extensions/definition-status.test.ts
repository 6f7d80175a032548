import { expect, test } from 'vitest'
import type { CustomResourceDefinition, DefinitionNames, DefinitionStatus } from './definition.ts'
import { acceptNames, apiApproval, API_APPROVED, establish, nonStructuralSchema, setCondition } from './definition-status.ts'

const names = (plural: string, kind: string, shortNames?: string[]): DefinitionNames => ({
  plural,
  singular: kind.toLowerCase(),
  kind,
  listKind: `${kind}List`,
  ...(shortNames === undefined ? {} : { shortNames }),
})
const definition = (of: DefinitionNames, status?: DefinitionStatus, group = 'example.com'): CustomResourceDefinition => ({
  metadata: { name: `${of.plural}.${group}` },
  spec: { group, names: of, scope: 'Namespaced', versions: [{ name: 'v1', served: true, storage: true }] },
  ...(status === undefined ? {} : { status }),
})
const accepted = (of: DefinitionNames, group?: string): CustomResourceDefinition => definition(of, { acceptedNames: of }, group)

test('names that nobody has', () => {
  const wanted = names('foos', 'Foo', ['f'])
  const { acceptedNames, namesAccepted, established } = acceptNames(definition(wanted), [accepted(names('bars', 'Bar', ['b']))])
  expect(acceptedNames).toEqual(wanted)
  expect(namesAccepted).toEqual({ type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' })
  expect(established).toEqual({
    type: 'Established',
    status: 'False',
    reason: 'Installing',
    message: 'the initial names have been accepted',
  })
})

test('names of another in the group, not of one in another group', () => {
  const taken = accepted(names('foos', 'Foo', ['f', 'g']))
  const wanted = { ...names('bars', 'Foo', ['f', 'g', 'h']), listKind: 'BarList', singular: 'foo' }
  const { acceptedNames, namesAccepted, established } = acceptNames(definition(wanted), [taken])
  // The last conflict is told.
  expect(namesAccepted).toEqual({ type: 'NamesAccepted', status: 'False', reason: 'KindConflict', message: '"Foo" is already in use' })
  expect(acceptedNames).toEqual({ plural: 'bars', listKind: 'BarList' })
  expect(established.reason).toBe('NotAccepted')
  const short = acceptNames(definition({ ...names('bars', 'Bar', ['f', 'g']) }), [taken]).namesAccepted
  expect([short.reason, short.message]).toEqual(['ShortNamesConflict', '["f" is already in use, "g" is already in use]'])
  expect(acceptNames(definition(names('foos', 'Foo'), undefined, 'other.com'), [taken]).namesAccepted.status).toBe('True')
})

test('a definition keeps the names it has', () => {
  const mine = accepted(names('foos', 'Foo', ['f']))
  expect(acceptNames(mine, [mine]).namesAccepted.status).toBe('True')
})

test('established once names are accepted', () => {
  const { namesAccepted } = acceptNames(definition(names('foos', 'Foo')), [])
  const crd = definition(names('foos', 'Foo'), { conditions: [namesAccepted] })
  expect(establish(crd)).toEqual({
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  })
  expect(establish(crd, true)?.reason).toBe('InvalidCABundle')
  expect(establish(definition(names('foos', 'Foo')))).toBeUndefined()
  expect(establish({ ...crd, status: { conditions: [namesAccepted, establish(crd)!] } })).toBeUndefined()
})

test('schemas that are not structural', () => {
  const crd = definition(names('foos', 'Foo'))
  const withSchema = (openAPIV3Schema: Record<string, unknown>): CustomResourceDefinition => ({
    ...crd,
    spec: { ...crd.spec, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] },
  })
  expect(nonStructuralSchema(withSchema({ type: 'object' }))).toBeUndefined()
  expect(nonStructuralSchema(withSchema({ properties: { a: {} } }))).toEqual({
    type: 'NonStructuralSchema',
    status: 'True',
    reason: 'Violations',
    message:
      '[spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields, spec.versions[0].schema.openAPIV3Schema.type: Required value: must not be empty at the root]',
  })
  expect(nonStructuralSchema(withSchema({ $ref: '#/x' }))).toMatchObject({
    status: 'Unknown',
    message: "failed to check validation schema for version v1: OpenAPIV3Schema '$ref' is not supported",
  })
})

test.each([
  [undefined, 'False', 'MissingAnnotation'],
  ['unapproved, experimental', 'False', 'UnapprovedAnnotation'],
  ['https://github.com/kubernetes/kubernetes/pull/1', 'True', 'ApprovedAnnotation'],
  ['/path', 'False', 'InvalidAnnotation'],
  ['nonsense', 'False', 'InvalidAnnotation'],
])('approval %s', (value, status, reason) => {
  const crd = definition(names('foos', 'Foo'), undefined, 'x.k8s.io')
  const annotated = value === undefined ? crd : { ...crd, metadata: { annotations: { [API_APPROVED]: value } } }
  expect(apiApproval(annotated)).toMatchObject({ status, reason })
  expect(apiApproval(definition(names('foos', 'Foo'), undefined, 'notk8s.io'))).toBeUndefined()
})

test('the time of a condition changes with its status', () => {
  const first = setCondition([], { type: 'A', status: 'False', reason: 'x', message: 'y' }, '2024-01-01T00:00:00Z')
  const second = setCondition(first, { type: 'A', status: 'False', reason: 'z', message: 'y' }, '2024-01-02T00:00:00Z')
  expect(second).toEqual([{ type: 'A', status: 'False', reason: 'z', message: 'y', lastTransitionTime: '2024-01-01T00:00:00Z' }])
  expect(setCondition(second, { type: 'A', status: 'True' }, '2024-01-03T00:00:00Z')[0]!.lastTransitionTime).toBe('2024-01-03T00:00:00Z')
})

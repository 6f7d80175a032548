import { describe, expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import { fieldOf, partOf, UNTYPED, UNTYPED_ATOMIC, type Structure } from './structure.ts'
import { TypeStructures } from './structure-of-type.ts'

const structures = new TypeStructures()

/** The structure at a dotted path, `[]` an item, `{}` a value of a map. */
function at(group: string, version: string, kind: string, path: string): Structure | undefined {
  let s: Structure | undefined = structures.of(scheme.typeOf(group, version, kind)!)
  for (const step of path.split('.')) s = step === '[]' ? s?.list?.items : step === '{}' ? s?.map?.values : s?.map && fieldOf(s.map, step)
  return s
}
const pod = (path: string): Structure | undefined => at('', 'v1', 'Pod', path)

describe('built-in types', () => {
  test.each([
    ['containers', 'spec.containers', 'map', ['name'], { name: '' }],
    [
      'ports, with the protocol’s default',
      'spec.containers.[].ports',
      'map',
      ['containerPort', 'protocol'],
      { containerPort: 0, protocol: 'TCP' },
    ],
    ['tolerations', 'spec.tolerations', 'atomic', [], undefined],
    ['arguments', 'spec.containers.[].args', 'atomic', [], undefined],
    ['finalizers', 'metadata.finalizers', 'set', [], undefined],
    ['owners', 'metadata.ownerReferences', 'map', ['uid'], { uid: '' }],
    ['conditions', 'status.conditions', 'map', ['type'], { type: '' }],
    ['addresses', 'status.podIPs', 'map', ['ip'], { ip: '' }],
  ])('%s', (_, path, type, keys, keyDefaults) => {
    const { items: _items, ...list } = pod(path)!.list!
    expect(list).toEqual({ type, keys, ...(keyDefaults === undefined ? {} : { keyDefaults }) })
  })

  test.each([
    ['a selector is one value', at('apps', 'v1', 'Deployment', 'spec.selector'), true],
    ['a node selector is one value', pod('spec.nodeSelector'), true],
    ['a reference to an object too', pod('spec.imagePullSecrets.[]'), true],
    ['labels are not', pod('metadata.labels'), false],
    ['limits are not', pod('spec.containers.[].resources.limits'), false],
  ])('%s', (_, s, atomic) => {
    expect(s?.map?.atomic).toBe(atomic)
  })

  test.each([
    ['a text', pod('spec.nodeName'), 'string'],
    ['a number', pod('spec.priority'), 'numeric'],
    ['a boolean', pod('spec.hostNetwork'), 'boolean'],
    ['a quantity', pod('spec.containers.[].resources.limits.{}'), 'untyped'],
    ['a port by number or name', pod('spec.containers.[].livenessProbe.httpGet.port'), 'untyped'],
    ['a time', pod('metadata.creationTimestamp'), 'untyped'],
    ['bytes', at('', 'v1', 'Secret', 'data.{}'), 'string'],
  ])('%s', (_, s, type) => {
    expect(s?.scalar).toBe(type)
  })

  test('a field that is not declared has no structure', () => {
    expect([pod('spec.compass'), pod('spec.toString'), pod('spec.constructor')]).toEqual([undefined, undefined, undefined])
  })

  test('a type that holds itself', () => {
    expect(
      at(
        'apiextensions.k8s.io',
        'v1',
        'CustomResourceDefinition',
        'spec.versions.[].schema.openAPIV3Schema.properties.{}.properties.{}.type',
      )?.scalar,
    ).toBe('string')
  })

  test('raw data is one value', () => {
    expect(at('apps', 'v1', 'ControllerRevision', 'data')).toBe(UNTYPED_ATOMIC)
  })
})

test.each([
  ['a map', UNTYPED, {}, 'map'],
  ['a list', UNTYPED, [], 'list'],
  ['a text', UNTYPED, 'x', 'scalar'],
  ['null', UNTYPED, null, 'map'],
  ['a text where only maps may be', { map: UNTYPED.map! }, 'x', 'map'],
  ['a map where only scalars may be', { scalar: 'string' } as Structure, {}, 'scalar'],
  ['a map where only lists may be', { list: UNTYPED.list! }, {}, 'list'],
])('the part that %s is of', (_, s, value, part) => {
  expect(partOf(s, value)).toBe(part)
})

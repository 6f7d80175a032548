import { describe, expect, test } from 'vitest'
import { typeNames } from './facts.ts'
import { scheme } from './index.ts'

const core = 'io.k8s.api.core.v1'

describe('resources', () => {
  test('the default API of 1.37: the core, 21 groups, 71 resources', () => {
    expect(scheme.groups).toHaveLength(22)
    expect(new Set(scheme.resources.map((r) => `${r.group}/${r.resource}`)).size).toBe(71)
  })

  test('what discovery says of pods', () => {
    const pods = scheme.resource('', 'v1', 'pods')!
    expect(pods).toMatchObject({ kind: 'Pod', singular: 'pod', namespaced: true, shortNames: ['po'], categories: ['all'] })
    expect(pods.verbs).toEqual(['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'])
    expect(pods.storageVersionHash).toBe('xPOwRZ+Yhw8=')
    const eviction = pods.subresources.find((s) => s.name === 'eviction')
    expect(eviction).toEqual({ name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] })
  })

  test('every resource, its kind and its subresources have a type', () => {
    for (const r of scheme.resources) {
      expect(scheme.type(r.type)?.name).toBe(r.type)
      expect(scheme.resourceOfKind(r.group, r.version, r.kind)).toBe(r)
      if (r.verbs.includes('list')) expect(scheme.typeOf(r.group, r.version, `${r.kind}List`), r.kind).toBeDefined()
      for (const s of r.subresources) expect(scheme.typeOf(s.group, s.version, s.kind), `${r.resource}/${s.name}`).toBeDefined()
    }
  })

  test('groups keep their order of preference', () => {
    expect(scheme.groups.find((g) => g.name === 'autoscaling')?.versions).toEqual(['v2', 'v1'])
  })
})

describe('types', () => {
  test('every reference leads somewhere', () => {
    for (const name of typeNames()) {
      for (const field of scheme.type(name)!.fields) {
        let type = field.type
        while (type.kind === 'array' || type.kind === 'map') type = type.kind === 'array' ? type.items : type.values
        if (type.kind === 'ref') expect(scheme.type(type.name), `${name}.${field.name}`).toBeDefined()
      }
    }
  })

  test('a field says all that the documents say', () => {
    const container = scheme.type(`${core}.Container`)!
    expect(container.field('ports')).toMatchObject({
      number: 6,
      type: { kind: 'array', items: { kind: 'ref', name: `${core}.ContainerPort` } },
      listType: 'map',
      listMapKeys: ['containerPort', 'protocol'],
      patchStrategy: 'merge',
      patchMergeKey: 'containerPort',
    })
    expect(container.field('imagePullPolicy')).toMatchObject({ enum: ['Always', 'IfNotPresent', 'Never'], goType: 'v1.PullPolicy' })
    expect(scheme.type(`${core}.ContainerPort`)!.field('protocol')?.default).toBe('TCP')
    expect(scheme.type(`${core}.ContainerPort`)!.field('containerPort')).toMatchObject({ required: true, omitEmpty: false, default: 0 })
    expect(scheme.type(`${core}.ResourceRequirements`)!.field('limits')?.goType).toBe('v1.ResourceList')
  })

  test('inlined structs stand in the parent in JSON, apart in protobuf', () => {
    const volume = scheme.type(`${core}.Volume`)!
    expect(volume.fields.map((f) => [f.name, f.number, f.embedded])).toEqual([
      ['name', 1, undefined],
      ['', 2, 'VolumeSource'],
    ])
    expect(volume.field('hostPath')?.number).toBe(1)
  })

  test('kinds that every group-version has, and those without a version', () => {
    const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
    expect(scheme.typeOf('apps', 'v1', 'DeleteOptions')?.name).toBe(`${meta}.DeleteOptions`)
    expect(scheme.typeOf('', 'v1', 'Status')?.name).toBe(`${meta}.Status`)
    expect(scheme.typeOf('apps', 'v1', 'Status')).toBeUndefined()
    expect(scheme.typeOf('meta.k8s.io', 'v1', 'PartialObjectMetadataList')?.name).toBe(`${meta}.PartialObjectMetadataList`)
    expect(scheme.typeOf('autoscaling', 'v1', 'Scale')?.name).toBe('io.k8s.api.autoscaling.v1.Scale')
    // A struct of a package is not a kind.
    expect(scheme.typeOf('', 'v1', 'PodSpec')).toBeUndefined()
  })

  test('scalars and unions are marked', () => {
    expect(scheme.type('io.k8s.apimachinery.pkg.api.resource.Quantity')?.scalar).toBe('quantity')
    const props = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'
    expect(scheme.type(`${props}OrBool`)?.union).toBe('schemaOrBool')
    expect(scheme.type(props)?.field('$ref')?.number).toBe(3)
  })
})

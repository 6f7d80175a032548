import { describe, expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import type { CustomSource } from './custom-schemas.ts'
import { descriptionsOf } from './descriptions.ts'
import { documents } from './documents.ts'
import type { Json } from './schemas.ts'
import { atOnce } from './steps.ts'

const descriptions = descriptionsOf({
  types: { 'io.k8s.api.core.v1.Container': { '': 'A container.', name: 'Its name.', resources: 'What it needs.' } },
  parameters: { dryRun: 'Whether to try only.', 'PodLogOptions.container': 'Which log.' },
})
const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']
const returnsDeletedObject = (r: { resource: string }): boolean => r.resource !== 'configmaps'
const made = documents({ scheme, descriptions, version: '1.37', patchTypes, returnsDeletedObject })

type Item = Record<string, Json> & { parameters?: Json[] }
interface Document {
  paths: Record<string, Item>
  components: { schemas: Record<string, Json & { properties: Record<string, Json> }> }
  definitions: Record<string, Json & { properties: Record<string, Json> }>
}

const v3 = (name: string): Document => atOnce(made.v3(name)) as unknown as Document
const v2 = atOnce(made.v2()) as unknown as Document
const core = v3('api/v1')
const names = (parameters: unknown): string[] => ((parameters ?? []) as { name: string }[]).map((p) => p.name)

describe('schemas', () => {
  const container = core.components.schemas['io.k8s.api.core.v1.Container']!

  test('list types, merge keys, defaults and required fields', () => {
    expect(container.required).toEqual(['name'])
    expect(container.properties.ports).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' },
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    })
    expect(container.properties.imagePullPolicy).toEqual({ type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] })
  })

  test('a struct that stands only in another one has its marks too', () => {
    const { properties, required } = core.components.schemas['io.k8s.api.core.v1.EphemeralContainer']!
    expect(required).toEqual(['name'])
    expect(properties.env).toMatchObject({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-patch-merge-key': 'name' })
  })

  test('a reference that says more is wrapped in v3 and is not in v2, which knows no defaults', () => {
    expect(container.description).toBe('A container.')
    expect(container.properties.resources).toEqual({
      description: 'What it needs.',
      default: {},
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ResourceRequirements' }],
    })
    const old = v2.definitions['io.k8s.api.core.v1.Container']!
    expect(old.properties.resources).toEqual({
      description: 'What it needs.',
      $ref: '#/definitions/io.k8s.api.core.v1.ResourceRequirements',
    })
    expect(old.properties.name).toEqual({ description: 'Its name.', type: 'string' })
  })

  test('values with two forms', () => {
    const name = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
    expect(core.components.schemas[name]).toEqual({ format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] })
    expect(v2.definitions[name]).toEqual({ type: 'string', format: 'int-or-string' })
  })

  test('kinds name their group and version; DeleteOptions those of the document', () => {
    const gvk = (d: Document, name: string): unknown => d.components.schemas[name]!['x-kubernetes-group-version-kind']
    const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'
    expect(gvk(core, 'io.k8s.api.core.v1.PodList')).toEqual([{ group: '', kind: 'PodList', version: 'v1' }])
    expect(gvk(core, deleteOptions)).toEqual([{ group: '', kind: 'DeleteOptions', version: 'v1' }])
    expect(gvk(v3('apis/apps/v1'), deleteOptions)).toEqual([
      { group: '', kind: 'DeleteOptions', version: 'v1' },
      { group: 'apps', kind: 'DeleteOptions', version: 'v1' },
    ])
    expect(core.components.schemas['io.k8s.api.core.v1.Container']).not.toHaveProperty('x-kubernetes-group-version-kind')
  })

  test('every reference leads to a schema or a parameter of its document', () => {
    for (const document of [made.v2(), ...made.names.map((name) => made.v3(name))]) {
      const lost = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].filter(([, path = '']) => {
        const keys = path.split('/')
        return keys.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document) === undefined
      })
      expect(lost).toEqual([])
    }
  })
})

describe('operations', () => {
  test('parameters of every operation stand at the path', () => {
    const pods = core.paths['/api/v1/namespaces/{namespace}/pods']!
    expect(names(pods.parameters)).toEqual(['namespace', 'pretty'])
    expect(names(pods.post!.parameters)).toEqual(['dryRun', 'fieldManager', 'fieldValidation'])
    expect(names(core.paths['/api/v1/pods']!.parameters)).toContain('labelSelector')
    expect(core.paths['/api/v1/pods']!.get).not.toHaveProperty('parameters')
  })

  test.each([
    ['/api/v1/namespaces/{namespace}/pods', 'post', 'createCoreV1NamespacedPod', 'post', 'Pod'],
    ['/api/v1/namespaces/{namespace}/pods', 'delete', 'deleteCoreV1CollectionNamespacedPod', 'deletecollection', 'Pod'],
    ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces', 'list', 'Pod'],
    ['/api/v1/watch/namespaces/{namespace}/pods', 'get', 'watchCoreV1NamespacedPodList', 'watchlist', 'Pod'],
    ['/api/v1/namespaces/{namespace}/pods/{name}/binding', 'post', 'createCoreV1NamespacedPodBinding', 'post', 'Binding'],
    [
      '/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}',
      'head',
      'connectCoreV1HeadNamespacedPodProxyWithPath',
      'connect',
      'PodProxyOptions',
    ],
    ['/api/v1/namespaces/{name}/finalize', 'put', 'replaceCoreV1NamespaceFinalize', 'put', 'Namespace'],
  ])('%s %s', (path, method, operationId, action, kind) => {
    expect(core.paths[path]![method]).toMatchObject({
      operationId,
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind },
    })
    expect(v2.paths[path]![method]).toMatchObject({ operationId })
  })

  test('patches are promised in the forms that are served', () => {
    const { requestBody } = core.paths['/api/v1/nodes/{name}']!.patch as { requestBody: { content: Json } }
    expect(Object.keys(requestBody.content)).toEqual([...patchTypes].sort())
    expect(v2.paths['/api/v1/nodes/{name}']!.patch!.consumes).toEqual(patchTypes)
  })

  test('a log is text, and its options are parameters', () => {
    const log = core.paths['/api/v1/namespaces/{namespace}/pods/{name}/log']!
    expect(names(log.parameters)).toEqual(expect.arrayContaining(['container', 'tailLines', 'pretty']))
    expect(names(log.parameters)).not.toContain('sinceTime')
    expect(log.parameters!.find((p) => p.name === 'container')).toMatchObject({ description: 'Which log.', schema: { type: 'string' } })
    const text = log.get as { responses: { 200: { content: Json } } }
    expect(text.responses[200].content['text/plain']).toEqual({ schema: { type: 'string' } })
  })

  test('what old kubectl looks for stands on the operation in v2, the rest is shared', () => {
    const { parameters } = v2.paths['/api/v1/namespaces/{namespace}/configmaps']!.post as { parameters: Json[] }
    expect(parameters.map((p) => p.name)).toEqual(['body', 'dryRun', undefined, 'fieldValidation'])
    expect(parameters[2]!.$ref).toMatch(/^#\/parameters\/fieldManager-[\w-]{8}$/)
  })
})

test('a custom resource whose name is made like that of a built-in kind has another one in v2, and changes nothing of it', () => {
  const source = (group: string, kind: string, size: string): CustomSource => ({
    ...{ group, version: 'v1', resource: 'things', kind, listKind: `${kind}List`, namespaced: true },
    ...{ subresources: [], selectableFields: [], preserveUnknownFields: false, identity: group },
    schema: () => ({ type: 'object', properties: { [size]: { type: 'integer' } } }),
  })
  const custom = [source('core.api.k8s.io', 'Pod', 'probe'), source('example.com', 'Thing', 'size')]
  const all = atOnce(
    documents({ scheme, descriptions, version: '1.37', patchTypes, returnsDeletedObject, custom }).v2(),
  ) as unknown as Document
  for (const name of ['Pod', 'PodList']) {
    expect(all.definitions[`io.k8s.api.core.v1.${name}`]).toEqual(v2.definitions[`io.k8s.api.core.v1.${name}`])
  }
  expect(all.definitions['io.k8s.api.core.v1.Pod_v2']!.properties).toHaveProperty('probe')
  const { get } = all.paths['/apis/core.api.k8s.io/v1/namespaces/{namespace}/things/{name}']!
  expect((get!.responses as Record<string, Json>)['200']!.schema).toEqual({ $ref: '#/definitions/io.k8s.api.core.v1.Pod_v2' })
  expect(all.definitions['com.example.v1.Thing']!.properties).toHaveProperty('size')
})

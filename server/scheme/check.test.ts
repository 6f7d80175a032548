import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../machinery/json.ts'
import { checkObject, normalize } from './check.ts'
import { type FieldValidation, cannotHandle, decodeTyped } from './decode-typed.ts'
import { scheme } from './index.ts'

const types: Record<string, string> = {
  Deployment: 'io.k8s.api.apps.v1.Deployment',
  StatefulSet: 'io.k8s.api.apps.v1.StatefulSet',
  Pod: 'io.k8s.api.core.v1.Pod',
  Secret: 'io.k8s.api.core.v1.Secret',
  ConfigMap: 'io.k8s.api.core.v1.ConfigMap',
  ClusterRole: 'io.k8s.api.rbac.v1.ClusterRole',
  CustomResourceDefinition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
}

function decode(kind: string, body: string, mode: FieldValidation = 'Warn') {
  return decodeTyped(scheme.type(types[kind]!)!, parseJson(body), mode, body)
}

const template = (spec: string): string => `{"spec":{"template":{"spec":${spec}}}}`
const container = (fields: string): string => `{"spec":{"containers":[{"name":"a","image":"i",${fields}}]}}`
const quantity = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`

// Each text is what a kube-apiserver 1.37.2 answered, less `X in version "v1" cannot be handled as a X: `.
const field = (text: string): string => `json: cannot unmarshal ${text}`
const typeErrors: [kind: string, body: string, text: string][] = [
  ['Deployment', '{"spec":{"replicas":"3"}}', field('string into Go struct field DeploymentSpec.spec.replicas of type int32')],
  ['Deployment', '{"spec":{"replicas":3.5}}', field('number 3.5 into Go struct field DeploymentSpec.spec.replicas of type int32')],
  [
    'Deployment',
    '{"spec":{"replicas":3000000000}}',
    field('number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32'),
  ],
  ['Deployment', '{"spec":[]}', field('array into Go struct field Deployment.spec of type v1.DeploymentSpec')],
  [
    'Deployment',
    template('{"containers":{}}'),
    field('object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container'),
  ],
  [
    'Deployment',
    template('{"containers":["a"]}'),
    field('string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container'),
  ],
  ['Deployment', '{"metadata":{"labels":{"a":1}}}', field('number into Go struct field ObjectMeta.metadata.labels of type string')],
  ['Deployment', '{"metadata":{"labels":["a"]}}', field('array into Go struct field ObjectMeta.metadata.labels of type map[string]string')],
  ['Deployment', '{"metadata":{"creationTimestamp":"x"}}', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  [
    'Deployment',
    '{"metadata":{"creationTimestamp":5}}',
    field('number into Go struct field ObjectMeta.metadata.creationTimestamp of type string'),
  ],
  [
    'Pod',
    container('"imagePullPolicy":5'),
    field('number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy'),
  ],
  ['Pod', container('"tty":"yes"'), field('string into Go struct field Container.spec.containers.tty of type bool')],
  ['Pod', container('"resources":{"limits":{"cpu":"x"}}'), quantity],
  ['Pod', container('"resources":{"limits":{"cpu":true}}'), quantity],
  [
    'Pod',
    '{"spec":{"volumes":[{"hostPath":{"path":5}}]}}',
    field('number into Go struct field HostPathVolumeSource.spec.volumes.VolumeSource.hostPath.path of type string'),
  ],
  [
    'Pod',
    '{"spec":{"volumes":[{"hostPath":[5]}]}}',
    field('array into Go struct field Volume.spec.volumes.VolumeSource.hostPath of type v1.HostPathVolumeSource'),
  ],
  [
    'Pod',
    container('"livenessProbe":{"httpGet":{"port":true}}'),
    field('bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32'),
  ],
  [
    'Pod',
    container('"livenessProbe":{"httpGet":{"port":80.5}}'),
    field('number 80.5 into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32'),
  ],
  ['Secret', '{"data":{"a":"%%%"}}', 'illegal base64 data at input byte 0'],
  ['Secret', '{"data":{"a":5}}', field('number into Go struct field Secret.data of type []uint8')],
  ['Secret', '{"data":"x"}', field('string into Go struct field Secret.data of type map[string][]uint8')],
  ['ConfigMap', '{"metadata":"x"}', field('string into Go struct field ConfigMap.metadata of type v1.ObjectMeta')],
  [
    'StatefulSet',
    '{"spec":{"volumeClaimTemplates":[{"kind":5}]}}',
    field('number into Go struct field PersistentVolumeClaim.spec.volumeClaimTemplates.TypeMeta.kind of type string'),
  ],
  // The first wrong value is named, unless a later one has a reader of its own.
  ['ConfigMap', '{"data":{"a":1},"metadata":{"name":2}}', field('number into Go struct field ConfigMap.data of type string')],
  [
    'ConfigMap',
    '{"data":{"a":1},"metadata":{"creationTimestamp":2}}',
    field('number into Go struct field ObjectMeta.metadata.creationTimestamp of type string'),
  ],
]

describe('wrong types', () => {
  test.each(typeErrors)('%s %s', (kind, body, text) => {
    expect(decode(kind, body).errors).toEqual([text])
    expect(decode(kind, body, 'Ignore').errors).toEqual([text])
  })

  test('a schema in a CustomResourceDefinition', () => {
    const crd = (schema: string): string => `{"spec":{"versions":[{"schema":{"openAPIV3Schema":${schema}}}]}}`
    expect(decode('CustomResourceDefinition', crd('{"properties":{"a":{"items":{"type":5}}}}')).errors).toEqual([
      field('number into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.properties.items.type of type string'),
    ])
    expect(decode('CustomResourceDefinition', crd('{"properties":{"b":{"additionalProperties":"x"}}}')).errors).toEqual([
      'boolean or JSON schema expected',
    ])
  })

  test('the answer around it', () => {
    const gvk = { group: '', version: 'v1', kind: 'Pod' }
    expect(cannotHandle(gvk, 'ConfigMap', 'x').status).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'Pod in version "v1" cannot be handled as a ConfigMap: x',
    })
  })
})

describe('unknown and duplicate fields', () => {
  const body =
    '{"foo":1,"spec":{"foo":1,"nodeName":"a","nodeName":"b","containers":[{"name":"a","bar":{"x":1},"image":"i","image":"k"}],' +
    '"volumes":[{"hostPath":{"path":"/","zz":1},"yy":2}]},"bar":2}'
  const found = [
    'unknown field "foo"',
    'unknown field "spec.foo"',
    'duplicate field "spec.nodeName"',
    'unknown field "spec.containers[0].bar"',
    'duplicate field "spec.containers[0].image"',
    'unknown field "spec.volumes[0].hostPath.zz"',
    'unknown field "spec.volumes[0].yy"',
    'unknown field "bar"',
  ]

  test('refused, warned of or ignored; dropped in any case', () => {
    expect(decode('Pod', body, 'Strict').errors).toEqual([`strict decoding error: ${found.join(', ')}`])
    expect(decode('Pod', body, 'Warn')).toMatchObject({ errors: [], warnings: found })
    const { object, warnings, errors } = decode('Pod', body, 'Ignore')
    expect({ warnings, errors }).toEqual({ warnings: [], errors: [] })
    expect(JSON.stringify(object)).not.toMatch(/foo|bar|zz|yy/)
    expect(object).toMatchObject({ spec: { nodeName: 'b', containers: [{ name: 'a', image: 'k' }] } })
  })

  test('keys of maps, and fields given twice', () => {
    const twice = '{"metadata":{"labels":{"a":"b","a":"c"}},"data":{"x":"1","x":"2"},"metadata":{"name":"b"}}'
    expect(decode('ConfigMap', twice, 'Strict').errors).toEqual([
      'strict decoding error: duplicate field "metadata.labels.a", duplicate field "data.x", duplicate field "metadata"',
    ])
  })

  test('names are told apart by case', () => {
    expect(decode('ConfigMap', '{"Metadata":{},"metadata":{"Name":"b"}}', 'Strict').errors).toEqual([
      'strict decoding error: unknown field "Metadata", unknown field "metadata.Name"',
    ])
  })

  test('schemas that may be something else are read without complaint', () => {
    const schema = '{"foo":1,"properties":{"a":{"items":{"zzz":1},"yyy":3},"b":{"additionalProperties":{"x":1}}}}'
    const at = 'spec.versions[0].schema.openAPIV3Schema'
    expect(decode('CustomResourceDefinition', `{"spec":{"versions":[{"schema":{"openAPIV3Schema":${schema}}}]}}`, 'Strict').errors).toEqual(
      [`strict decoding error: unknown field "${at}.foo", unknown field "${at}.properties.a.yyy"`],
    )
  })
})

describe('normal form', () => {
  const normal = (kind: string, value: object): string => JSON.stringify(normalize(scheme.type(types[kind]!)!, value))

  test('maps are in the order of their keys, whatever order they came in', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('B', 'a', 'aa', 'b', 'cpu', 'é', 'memory', '\ud83d\ude00', '\uff5e'), { maxLength: 6 }),
        (keys) => {
          const { object } = decode(
            'Pod',
            container(`"resources":{"limits":${JSON.stringify(Object.fromEntries(keys.map((k) => [k, '1'])))}}`),
          )
          const { limits = {} } = (object as unknown as { spec: { containers: { resources: { limits?: object } }[] } }).spec.containers[0]!
            .resources
          expect(Object.keys(limits)).toEqual([...keys].sort())
        },
      ),
    )
  })

  test('empty fields vanish, required ones stay, in the order of the struct', () => {
    expect(normal('ConfigMap', { data: {}, metadata: { labels: {}, name: 'a', finalizers: [], generation: 0 }, kind: 'ConfigMap' })).toBe(
      '{"kind":"ConfigMap","metadata":{"name":"a"}}',
    )
    expect(normal('ClusterRole', { metadata: {}, rules: [] })).toBe('{"metadata":{},"rules":null}')
    expect(normal('Pod', { spec: { containers: [{ name: 'a', ports: [{}] }] } })).toBe(
      '{"metadata":{},"spec":{"containers":[{"name":"a","ports":[{"containerPort":0}],"resources":{}}]},"status":{}}',
    )
  })

  test('a null is a missing field, and in lists and maps a zero', () => {
    expect(normal('ConfigMap', { metadata: null, data: { b: null, a: 'x' } })).toBe('{"metadata":{},"data":{"a":"x","b":""}}')
    expect(normal('ClusterRole', { rules: [null] })).toBe('{"metadata":{},"rules":[{"verbs":null}]}')
  })

  test('zero and nil pointers differ', () => {
    const spec = { replicas: 0, selector: null, template: {} }
    const text = normal('Deployment', { spec })
    expect(text).toContain('"replicas":0,"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}')
  })

  test('quantities, times and base64 are rewritten', () => {
    const limits = { memory: '1024Mi', cpu: '1000m' }
    const object = {
      metadata: { creationTimestamp: '2026-01-01T01:00:00.5+01:00' },
      spec: { containers: [{ name: 'a', resources: { limits } }] },
    }
    expect(normalize(scheme.type(types.Pod!)!, object)).toMatchObject({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { containers: [{ resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
    })
    expect(normal('Secret', { data: { a: 'YWJj\nZA==', b: [97, 98] } })).toBe('{"metadata":{},"data":{"a":"YWJjZA==","b":"YWI="}}')
  })

  test('the input is left alone', () => {
    const value = { spec: { containers: [{ name: 'a', foo: 1 }], replicas: null }, metadata: { labels: { b: 'x', a: 'y' } } }
    const before = structuredClone(value)
    checkObject(scheme.type(types.Pod!)!, value)
    expect(value).toEqual(before)
  })
})

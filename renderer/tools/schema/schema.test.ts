import { describe, expect, test } from 'vitest'
import { readDocuments } from '../yaml/documents.ts'
import { checkDocument, nearest } from './check.ts'
import { meaningAt, offersAt } from './complete.ts'
import { kindFrom, type KindSchema, schemaAt, typeWord } from './schema.ts'

const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} })
const document = {
  components: {
    schemas: {
      Pod: {
        type: 'object',
        properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: ref('Meta'), spec: ref('Spec') },
        'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
      },
      Meta: {
        type: 'object',
        properties: { name: { type: 'string' }, labels: { type: 'object', additionalProperties: { type: 'string', default: '' } } },
      },
      Spec: {
        type: 'object',
        required: ['containers'],
        properties: {
          containers: { type: 'array', items: ref('Container') },
          restartPolicy: {
            type: 'string',
            enum: ['Always', 'Never', 'OnFailure'],
            default: 'Always',
            description: 'When it starts again.',
          },
          hostNetwork: { type: 'boolean' },
          mode: { type: 'string', enum: ['', 'on', 'true'] },
          priority: { type: 'integer', format: 'int32' },
          anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      Container: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          image: { type: 'string' },
          imagePullPolicy: { type: 'string' },
          port: { $ref: '#/components/schemas/IntOrString' },
          limits: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Quantity' } },
          next: { $ref: '#/components/schemas/Container' },
        },
      },
      IntOrString: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
      Quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      Unused: { type: 'object' },
    },
  },
}
const pod = kindFrom(document, '', 'v1', 'Pod') as KindSchema
const head = 'apiVersion: v1\nkind: Pod\n'

test('a kind is taken with what it refers to and no more', () => {
  expect(Object.keys(pod.schemas).sort()).toEqual(['Container', 'IntOrString', 'Meta', 'Quantity', 'Spec'])
  expect(kindFrom(document, 'apps', 'v1', 'Pod')).toBeUndefined()
  expect(schemaAt(pod, ['spec', 'containers', 0, 'next', 'next', 'image'])).toEqual({ type: 'string' })
  expect(schemaAt(pod, ['spec', 'nothing'])).toBeUndefined()
  expect(typeWord(schemaAt(pod, ['metadata', 'labels'])!, pod)).toBe('map[string]string')
  expect(typeWord(schemaAt(pod, ['spec', 'containers'])!, pod)).toBe('[]object')
})

describe('what is wrong while it is typed', () => {
  const problems = (text: string) =>
    readDocuments(text).flatMap((each) =>
      checkDocument(each, pod).map(({ from, to, key, values }) => `${key} ${Object.values(values).join('|')} @${text.slice(from, to)}`),
    )
  test.each([
    ['nothing', 'spec:\n  containers:\n  - name: web\n    image: x\n    port: 80\n    limits: {cpu: 1, memory: 1Gi, gpu: 0.5}', []],
    ['a name that is near another', 'spec:\n  contaners: []', ['unknownNear contaners|containers @contaners', 'missing containers @spec']],
    [
      'another case',
      'spec:\n  containers:\n  - {name: a, imagepullpolicy: Always}',
      ['unknownNear imagepullpolicy|imagePullPolicy @imagepullpolicy'],
    ],
    ['a name that is near nothing', 'spec:\n  containers: []\n  zebra: 1', ['unknown zebra @zebra']],
    ['a required field that is missing', 'spec:\n  containers:\n  - image: x', ['missing name @image']],
    [
      'a value that is not allowed',
      'spec: {containers: [], restartPolicy: Sometimes}',
      ['enum restartPolicy|Always, Never, OnFailure @Sometimes'],
    ],
    [
      'another type',
      'spec: {containers: {}, priority: high, hostNetwork: "true"}',
      ['type containers|[]object|object @containers', 'type priority|integer|string @high', 'type hostNetwork|boolean|string @"true"'],
    ],
    ['a number that should be text', 'metadata:\n  labels:\n    version: 1.0', ['type version|string|integer @1.0']],
    ['yes is true to YAML', 'metadata:\n  labels:\n    beta: yes', ['type beta|string|boolean @yes']],
    ['what nobody has filled in yet', 'spec:\n  containers:\n  restartPolicy:\n  priority: null', []],
    ['what may hold anything', 'spec:\n  containers: []\n  anything: {a: [1, {b: c}]}', []],
  ])('%s', (_, text, wanted) => expect(problems(head + text)).toEqual(wanted))

  test('a text of nonsense is marked at its beginning', () => {
    expect(
      problems(`${head}spec:\n  containers: []\n${Array.from({ length: 5000 }, (_, i) => `  zzzzzz${i}: 1\n`).join('')}`),
    ).toHaveLength(200)
  })
})

test.each([
  ['replcias', 'replicas'],
  ['Replicas', 'replicas'],
  ['img', 'image'],
  ['zz', ''],
  ['constructor', ''],
])('nearest to %s', (name, near) => expect(nearest(name, ['replicas', 'image', 'containers'])).toBe(name === 'img' ? '' : near))

describe('what may be written', () => {
  const offers = (text: string) =>
    offersAt(head + text.replace('|', ''), head.length + text.indexOf('|'), pod)?.offers.map(({ text: put }) => put)
  test.each([
    ['spec:\n  |', ['containers:\n    - ', 'restartPolicy: ', 'hostNetwork: ', 'mode: ', 'priority: ', 'anything: ']],
    ['spec:\n  hostNetwork: true\n  re|', ['containers:\n    - ', 'restartPolicy: ', 'mode: ', 'priority: ', 'anything: ']],
    ['spec:\n  restartPolicy: |', ['Always', 'Never', 'OnFailure']],
    ['spec:\n  hostNetwork: |', ['true', 'false']],
    ['spec:\n  mode: |', ['""', 'on', '"true"']],
    ['spec:\n  hostNetwork:|', [' true', ' false']],
    ['spec:\n  containers:\n    - name: a\n      |', ['image: ', 'imagePullPolicy: ', 'port: ', 'limits:\n        ', 'next:\n        ']],
    ['|', ['metadata:\n  ', 'spec:\n  ']],
    ['nothing:\n  |', undefined],
  ])('%j', (text, wanted) => expect(offers(text)).toEqual(wanted))

  test('what a field is', () => {
    const text = `${head}spec:\n  restartPolicy: Never`
    for (const word of ['restartPolicy', 'Never']) {
      expect(meaningAt(text, text.indexOf(word) + 2, pod)).toMatchObject({ path: 'spec.restartPolicy', type: 'string', required: false })
    }
    expect(meaningAt(text, 0, pod)).toMatchObject({ path: 'apiVersion' })
  })
})

import { administrator } from '../../../server/authn/components.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'
import type { Json } from './cases.ts'

/** What a kube-apiserver 1.37.2 warned of when it took these objects, of kinds other than pods (facts.test.ts has those). */
const NAMESPACE = 'warned'
const OS = 'beta.kubernetes.io/os'
const NEW_OS = 'deprecated since v1.14; use "kubernetes.io/os" instead'
const NAME =
  'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]'
const RECYCLE = 'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
const MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

const spaced = (group: string, resource: string): string => `${group}/namespaces/${NAMESPACE}/${resource}`
const template = (spec: Json = {}): Json => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i' }], nodeSelector: { [OS]: 'linux' }, ...spec },
})
const once = template({ restartPolicy: 'Never' })
const selector = { matchLabels: { a: 'b' } }
const named = { name: 'p.q' }
const volume = (more: Json): Json => ({ capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...more })
const backend = { service: { name: 's', port: { number: 80 } } }
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100m' } } }
const indexed = { completionMode: 'Indexed', completions: 200_000, parallelism: 20_000 }
const text = Buffer.from('a').toString('base64')

const CASES: readonly (readonly [path: string, object: Json, warnings: readonly string[]])[] = [
  [
    spaced('/apis/networking.k8s.io/v1', 'ingresses'),
    { metadata: { name: 'i', annotations: { 'kubernetes.io/ingress.class': 'x' } }, spec: { defaultBackend: backend } },
    [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`],
  ],
  [
    '/api/v1/persistentvolumes',
    {
      metadata: { name: 'p', annotations: { [BETA_CLASS]: 'x' } },
      spec: volume({ persistentVolumeReclaimPolicy: 'Recycle', nfs: { server: 'a', path: '/x' } }),
    },
    [
      `metadata.annotations[${BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
      `spec.persistentVolumeReclaimPolicy: ${RECYCLE}`,
    ],
  ],
  [
    '/api/v1/persistentvolumes',
    { metadata: { name: 'p' }, spec: volume({ glusterfs: { endpoints: 'a', path: '/x' } }) },
    ['spec.glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ],
  ['/api/v1/persistentvolumes', { metadata: { name: 'p' }, spec: volume({ flocker: { datasetName: 'a' } }) }, []],
  [
    '/api/v1/persistentvolumes',
    { metadata: { name: 'p' }, spec: volume({ storageos: { volumeName: 'a' } }) },
    ['spec.storageOS: deprecated in v1.22, non-functional in v1.25+'],
  ],
  [
    spaced('/api/v1', 'persistentvolumeclaims'),
    { metadata: { name: 'p', annotations: { [BETA_CLASS]: 'x' } }, spec: claim },
    [
      `metadata.annotations[${BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
      'spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer',
    ],
  ],
  [
    spaced('/apis/apps/v1', 'daemonsets'),
    { metadata: named, spec: { selector, template: template() } },
    [`spec.template.spec.nodeSelector[${OS}]: ${NEW_OS}`],
  ],
  [
    spaced('/apis/apps/v1', 'statefulsets'),
    { metadata: { name: 's' }, spec: { selector, template: template() } },
    [`spec.template.spec.nodeSelector[${OS}]: ${NEW_OS}`],
  ],
  [
    spaced('/apis/batch/v1', 'jobs'),
    { metadata: { name: 'j' }, spec: { ...indexed, template: template({ restartPolicy: 'Never', nodeSelector: {} }) } },
    [`spec: ${MANY}`],
  ],
  [
    spaced('/apis/batch/v1', 'cronjobs'),
    { metadata: named, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: once } } } },
    [NAME, `spec.jobTemplate.spec.template.spec.nodeSelector[${OS}]: ${NEW_OS}`],
  ],
  [
    spaced('/api/v1', 'replicationcontrollers'),
    { metadata: named, spec: { selector: { a: 'b' }, template: template() } },
    [NAME, `spec.template.spec.nodeSelector[${OS}]: ${NEW_OS}`],
  ],
  [spaced('/api/v1', 'podtemplates'), { metadata: named, template: template() }, [`template.spec.nodeSelector[${OS}]: ${NEW_OS}`]],
  [
    spaced('/api/v1', 'secrets'),
    { metadata: { name: 's' }, type: 'kubernetes.io/tls', data: { 'tls.crt': text, 'tls.key': text } },
    ['tls: failed to find any PEM data in certificate input'],
  ],
  [
    '/apis/storage.k8s.io/v1/storageclasses',
    { metadata: { name: 's' }, provisioner: 'a', allowedTopologies: [{ matchLabelExpressions: [{ key: OS, values: ['a'] }] }] },
    [`allowedTopologies[0].matchLabelExpressions[0].key: ${NEW_OS}`],
  ],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    { metadata: { name: 's' }, handler: 'a', scheduling: { nodeSelector: { [OS]: 'x' } } },
    [`scheduling.nodeSelector: ${NEW_OS}`],
  ],
]

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
})
afterAll(() => server.close())

test.each(CASES.map(([path, object, warnings], i) => [`${path.split('/').at(-1)!} ${i}`, path, object, warnings] as const))(
  '%s',
  async (_, path, object, warnings) => {
    const answer = await server.api.transport(administrator).request({
      method: 'POST',
      path: `${path}?dryRun=All`,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(object)),
    })
    const told = [answer.headers.warning ?? []].flat().map((w) => JSON.parse(w.replace(/^299 - /, '')) as string)
    expect([answer.status, told]).toEqual([201, warnings])
  },
)

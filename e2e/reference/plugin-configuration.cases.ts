import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** What ResourceQuota is told: of these nothing is made without a quota that covers it. */
export const limitedResources: readonly Json[] = [
  { resource: 'pods', matchScopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] }] },
  { resource: 'pods', matchContains: ['requests.memory'] },
  { resource: 'persistentvolumeclaims', matchContains: ['.storageclass.storage.k8s.io/requests.storage'] },
  { resource: 'configmaps', matchContains: ['count/configmaps'] },
  { apiGroup: 'apps', resource: 'deployments', matchContains: ['count/'] },
]

const NS = '/api/v1/namespaces/{ns}'
const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const pod = (name: string, spec: Json = {}, resources: Json = {}): Json => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }], ...spec },
})
const map = (name: string): Json => ({ metadata: { name } })
const claim = (name: string, more: Json = {}): Json => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
})
const critical = { priorityClassName: 'system-cluster-critical' }

/** Before there is a quota, and with one that covers some of it but has no room. */
export const quotaRequests: readonly Request[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('an account', `${NS}/serviceaccounts`, map('default')),
  post('a pod', `${NS}/pods`, pod('plain')),
  post('a critical pod', `${NS}/pods`, pod('critical', critical)),
  post('a pod with memory', `${NS}/pods`, pod('memory', {}, { requests: { memory: '1Gi', cpu: '1' } })),
  post('a pod with cpu', `${NS}/pods`, pod('cpu', {}, { requests: { cpu: '1' } })),
  post('a claim', `${NS}/persistentvolumeclaims`, claim('plain')),
  post('a claim of a class', `${NS}/persistentvolumeclaims`, claim('classy', { storageClassName: 'fast' })),
  post('a map', `${NS}/configmaps`, map('a')),
  post('a deployment', '/apis/apps/v1/namespaces/{ns}/deployments', {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: pod('x').spec } },
  }),
  post('a secret', `${NS}/secrets`, map('s')),
]

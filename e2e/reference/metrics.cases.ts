import type { Request } from './play.ts'

const pod = (name: string, more: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', ...more }] },
})
const privileged = { securityContext: { privileged: true } }
/** A request for a certificate, and one of a day: who signs is not looked at. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWFtRnVaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QX' +
  'dFSApBMElBQk5NVXN0N2wxdXREWjR2ZXZZNW9CZDZRUmxJVWxtcXA5MEtsczB6VnovV0EwWFhzVWl6OTBqaXlMN29HCm5zTUxlYVErRHk1K3hPaWdURXovZ3htQmc2V2dB' +
  'REFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUE4QU1OL2EzZVEKbStBRWV3cHc3UEJoL2hmcGF1SlpXVTJlNS9lc3J3ZVpBZ0loQUlSajN1ajRvTmpZY3g0RUM2NzlWdjJyTy' +
  'tsUwpxQ0hxajBFaWtsTWtOUndkCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
const CERTIFICATE =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjekNDQVJtZ0F3SUJBZ0lVSkUzMTlXa1pqM0pzQ0RnUkFEVVBoTjRiZkc0d0NnWUlLb1pJemowRUF3SXcKRHpFTk' +
  '1Bc0dBMVVFQXd3RWFtRnVaVEFlRncweU5qRXhNekF4T0RBNU1EaGFGdzB5TmpFeU1ERXhPREE1TURoYQpNQTh4RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcWhrak9Q' +
  'UUlCQmdncWhrak9QUU1CQndOQ0FBUUFrU2lNCjF6KytEaHdiWCt0bkUwTFZEdXgrb3hoYWVwTkEyMTBocnBHMXZmaWFSWUNJaU9LaFA0cDV6RXN5VUt6TFhCeisKVk5vYV' +
  'VtSkVNVTE1cWM5Rm8xTXdVVEFkQmdOVkhRNEVGZ1FVV1RJSkJoTHg2SklpYXlDSVc0dG9PTFJmZjc0dwpId1lEVlIwakJCZ3dGb0FVV1RJSkJoTHg2SklpYXlDSVc0dG9P' +
  'TFJmZjc0d0R3WURWUjBUQVFIL0JBVXdBd0VCCi96QUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpRUF6K0ZyMkhtVi9oemFaNmsxOHhYNENMVnF5aWdIVHdPTGx1ZHgKZk5GOH' +
  'lGQUNJQ0g5YzJQZXdIZWVQeGVNMXBBQnQ2S1RSOEE5RGpPY3RoTVphZFViZFVkMAotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg=='
const signed = {
  metadata: { name: '{ns}' },
  spec: { request: REQUEST, signerName: 'example.com/signer', usages: ['client auth'], expirationSeconds: 86_400 },
}
const asJane = { 'impersonate-user': 'jane' }

/** One of everything that is counted of who asks, whether he may, and what becomes of a write. */
export const load: readonly Request[] = [
  {
    ...{ name: 'a namespace', method: 'POST', path: '/api/v1/namespaces' },
    body: {
      metadata: {
        name: '{ns}',
        labels: {
          'pod-security.kubernetes.io/enforce': 'baseline',
          'pod-security.kubernetes.io/enforce-version': 'v1.25',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
        },
      },
    },
  },
  { name: 'its account', method: 'POST', path: '/api/v1/namespaces/{ns}/serviceaccounts', body: { metadata: { name: 'default' } } },
  { name: 'a pod', method: 'POST', path: '/api/v1/namespaces/{ns}/pods', body: pod('a') },
  { name: 'a privileged pod', method: 'POST', path: '/api/v1/namespaces/{ns}/pods', body: pod('b', privileged) },
  {
    ...{ name: 'a service', method: 'POST', path: '/api/v1/namespaces/{ns}/services' },
    body: { metadata: { name: 'a' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
  },
  {
    ...{ name: 'an address that is taken', method: 'POST', path: '/api/v1/namespaces/{ns}/services' },
    body: { metadata: { name: 'b' }, spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }] } },
  },
  { name: 'a list', method: 'GET', path: '/api/v1/namespaces/{ns}/pods' },
  {
    ...{ name: 'a watch that ends', method: 'GET' },
    path: '/api/v1/namespaces/{ns}/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1',
  },
  {
    ...{ name: 'a server that is not there', method: 'POST', path: '/apis/apiregistration.k8s.io/v1/apiservices' },
    body: {
      metadata: { name: 'v1.{ns}.example.com' },
      spec: {
        ...{ group: '{ns}.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, insecureSkipTLSVerify: true },
        service: { name: 'gone', namespace: '{ns}' },
      },
    },
  },
  { name: 'nobody', method: 'GET', path: '/version', token: '' },
  { name: 'a wrong token', method: 'GET', path: '/version', token: 'wrong' },
  { name: 'a user', method: 'GET', path: '/api/v1/pods', headers: asJane },
  { name: 'a master', method: 'GET', path: '/api/v1/pods', headers: { ...asJane, 'impersonate-group': 'system:masters' } },
  { name: 'an account', method: 'GET', path: '/api/v1/pods', headers: { 'impersonate-user': 'system:serviceaccount:{ns}:default' } },
  { name: 'a node', method: 'GET', path: '/api/v1/nodes/n', headers: { 'impersonate-user': 'system:node:n' } },
  { name: 'no right to act', method: 'GET', path: '/api/v1/pods', headers: { 'impersonate-user': 'x' }, token: '' },
  {
    ...{ name: 'the server itself', method: 'GET', path: '/api/v1/pods' },
    headers: { 'impersonate-user': 'system:apiserver', 'impersonate-group': 'system:masters' },
  },
  { name: 'a signing request', method: 'POST', path: '/apis/certificates.k8s.io/v1/certificatesigningrequests', body: signed },
  {
    ...{ name: 'its certificate', method: 'PUT', path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/{ns}/status' },
    body: { ...signed, status: { certificate: CERTIFICATE } },
  },
  {
    ...{ name: 'a decision of RBAC', method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews' },
    body: { spec: { user: 'system:kube-scheduler', resourceAttributes: { verb: 'list', resource: 'pods' } } },
  },
  {
    ...{ name: 'a webhook', method: 'POST', path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations' },
    body: {
      metadata: { name: '{ns}' },
      webhooks: [
        {
          ...{ name: 'gone.example.com', sideEffects: 'None', failurePolicy: 'Ignore', admissionReviewVersions: ['v1'], timeoutSeconds: 1 },
          clientConfig: { url: 'https://127.0.0.1:9/' },
          matchConditions: [{ name: 'c', expression: 'object.metadata.name != "skipped"' }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{ns}' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
      ],
    },
  },
]

const configMap = (name: string): Request => ({
  ...{ name: `the ConfigMap ${name}`, method: 'POST', path: '/api/v1/namespaces/{ns}/configmaps' },
  body: { metadata: { name } },
})
/** Once the webhook is known. */
export const hooked: readonly Request[] = [configMap('skipped'), configMap('seen')]

/** What a server says of one metric; of the bounds of its buckets, where it has some. */
export interface Metric {
  type: string
  help: string
  labels: string[]
  bounds: string[]
}

/** The metrics of a scrape that have series, by name. */
export function metricsOf(text: string): Map<string, Metric> {
  const known = new Map<string, Metric>()
  const used = new Set<string>()
  for (const line of text.split('\n')) {
    const [, comment, of = '', said = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (comment === 'HELP') known.set(of, { type: '', help: said.trim(), labels: [], bounds: [] })
    else if (comment === 'TYPE') known.get(of)!.type = said
    const [, series = '', labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    const name = known.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '')
    const metric = known.get(name)
    if (metric === undefined) continue
    used.add(name)
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      const [list, text] = label === 'le' ? [metric.bounds, value] : [metric.labels, label]
      if (!list.includes(text)) list.push(text)
    }
  }
  for (const metric of known.values()) metric.labels.sort()
  return new Map([...known].filter(([name]) => used.has(name)))
}

/** What is counted in this area, and what every server tells of itself. */
export const COMPARED =
  /^(apiserver_(admission|audit|authorization|cel|certificates_registry|client_certificate|impersonation|current_in(flight|queue)|request_(total|duration|filter|sli|terminations|body_size)|resource_(objects|size)|response_sizes|selfrequest|storage_(events|list)|tls_|watch_(cache_(consistent|events|initializations|read_wait|resource)|events_(sizes|total)|list)|webhooks_)|aggregator_unavailable|authentica|authoriz|etcd_request|kube_apiserver_(clusterip|nodeport)_allocator|pod_security|rest_client_request(s|_duration|_size)|serviceaccount|kubernetes_|version_info|workqueue_)/

/** Upstream has them, and no dashboard asks for them: a deprecated form of a histogram. */
export const LEFT_OUT: readonly string[] = ['apiserver_admission_step_admission_duration_seconds_summary']

import type { Json, ObjectCase } from './case.ts'
import { ROOT } from '../kinds/root-certificate.ts'
import { KINDS, type Kind } from './kinds.ts'

/** What kinds without a folder refuse: bad values on create, and changes of what was fixed there. */
type Make = (name: string, object: Json, ...patches: Json[]) => ObjectCase

const of =
  (kind: Kind): Make =>
  (name, object, ...patches) => ({
    name,
    ...kind,
    object,
    ...(patches.length === 0 ? {} : { patches: patches.map((patch) => ({ patch })) }),
  })

const labels = { app: 'a' }
const selector = { matchLabels: labels }
const container = { name: 'c', image: 'nginx:1' }
const template = { metadata: { labels }, spec: { containers: [container] } }
const once = { spec: { containers: [container], restartPolicy: 'Never' } }

const job = of(KINDS.job)
const jobStatus = (name: string, status: Json): ObjectCase => ({
  ...job(name, { spec: { template: once } }),
  patches: [{ subresource: 'status', patch: { status } }],
})
const cronJob = of(KINDS.cronJob)
const daemonSet = of(KINDS.daemonSet)
const statefulSet = of(KINDS.statefulSet)
const limits = of(KINDS.limitRange)
const quota = of(KINDS.resourceQuota)
const budget = of(KINDS.podDisruptionBudget)
const autoscaler = of(KINDS.horizontalPodAutoscaler)
const ingress = of(KINDS.ingress)
const ingressClass = of(KINDS.ingressClass)
const policy = of(KINDS.networkPolicy)
const role = of(KINDS.role)
const clusterRole = of(KINDS.clusterRole)
const binding = of(KINDS.roleBinding)
const clusterBinding = of(KINDS.clusterRoleBinding)
const storageClass = of(KINDS.storageClass)
const priority = of(KINDS.priorityClass)
const runtimeClass = of(KINDS.runtimeClass)
const claim = of(KINDS.resourceClaim)
const claimTemplate = of(KINDS.resourceClaimTemplate)
const bundle = of(KINDS.clusterTrustBundle)

const range = (...items: Json[]): Json => ({ spec: { limits: items } })
const hard = (values: Json, more: Json = {}): Json => ({ spec: { hard: values, ...more } })
const target = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }
const scaled = (more: Json): Json => ({ spec: { scaleTargetRef: target, maxReplicas: 3, ...more } })
const backend = { service: { name: 's', port: { number: 80 } } }
const routed = (rule: Json): Json => ({ spec: { rules: [rule] } })
const path = (more: Json): Json => routed({ http: { paths: [{ path: '/', pathType: 'Prefix', backend, ...more }] } })
const allowed = (rule: Json): Json => ({ spec: { podSelector: {}, ingress: [rule] } })
const block = (ipBlock: Json): Json => allowed({ from: [{ ipBlock }] })
const rules = (...all: Json[]): Json => ({ rules: all })
const verbs = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }
const group = 'rbac.authorization.k8s.io'
const bound = (more: Json): Json => ({ roleRef: { apiGroup: group, kind: 'Role', name: 'r' }, subjects: [], ...more })
const subject = (s: Json): Json => bound({ subjects: [s] })
const provisioned = { provisioner: 'example.com/disk' }
const named = 'example.com:signer:roots'
const trust = (trustBundle: string, more: Json = {}, metadata: Json = {}): Json => ({ metadata, spec: { trustBundle, ...more } })
const signed = { signerName: 'example.com/signer' }
const device = (more: Json): Json => ({ devices: { requests: [{ name: 'r', ...more }] } })

export const ruleCases: readonly ObjectCase[] = [
  job('completions are fixed', { spec: { template: once } }, { spec: { completions: 3 } }),
  job('parallelism is not', { spec: { template: once } }, { spec: { parallelism: 3 } }),
  job(
    'template is fixed',
    { spec: { template: once } },
    { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } },
  ),
  job(
    'node selector of a suspended one is not',
    { spec: { suspend: true, template: once } },
    { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } },
  ),
  job('name of a suspended one is', { spec: { suspend: true, template: once } }, { spec: { template: { spec: { hostname: 'h' } } } }),
  job('labels that are those of the template', {
    metadata: { labels: { a: 'b' } },
    spec: { template: { ...once, metadata: { labels: { a: 'b' } } } },
  }),
  job('labels of its template', { spec: { template: { ...once, metadata: { labels: { a: 'b' } } } } }),
  job('job-name that is another', { spec: { template: { ...once, metadata: { labels: { 'job-name': 'other' } } } } }),
  job('manager without a domain', { spec: { managedBy: 'a', template: once } }),
  job('failure rules', {
    spec: {
      template: once,
      podFailurePolicy: {
        rules: [
          { action: 'x', onExitCodes: { operator: 'In', values: [0, 5, 3, 3], containerName: 'z' } },
          { action: 'FailIndex' },
          { action: 'Count', onPodConditions: [{ type: 'a b', status: 'x' }], onExitCodes: { operator: 'x' } },
        ],
      },
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  }),
  job(
    'failure policy is fixed',
    { spec: { template: once } },
    { spec: { podFailurePolicy: { rules: [{ action: 'Count', onPodConditions: [{ type: 'A' }] }] } } },
  ),
  job('success rules', {
    spec: {
      template: once,
      completions: 4,
      completionMode: 'Indexed',
      successPolicy: {
        rules: [
          {},
          { succeededIndexes: '0-9' },
          { succeededIndexes: '0,2-3', succeededCount: 5 },
          { succeededIndexes: '2,1' },
          { succeededIndexes: 'a' },
        ],
      },
    },
  }),
  job('success policy without indexes', { spec: { template: once, successPolicy: { rules: [{ succeededCount: 1 }] } } }),
  job('indexed name that makes no hostname', {
    metadata: { name: 'x'.repeat(62) },
    spec: { template: once, completions: 100, completionMode: 'Indexed' },
  }),
  job('limits of indexes', { spec: { template: once, backoffLimitPerIndex: 1, maxFailedIndexes: 9, completions: 3 } }),
  jobStatus('complete without its criteria', { conditions: [{ type: 'Complete', status: 'True' }] }),
  jobStatus('failed and counting', {
    conditions: [{ type: 'Failed', status: 'True' }],
    active: 2,
    ready: 3,
    terminating: 1,
    startTime: '2020-01-01T00:00:00Z',
    completionTime: '2019-01-01T00:00:00Z',
  }),
  jobStatus('negative counts', {
    active: -1,
    succeeded: -2,
    failed: -3,
    ready: -4,
    terminating: -5,
    uncountedTerminatedPods: { succeeded: ['a', 'a'], failed: ['', 'a'] },
  }),
  jobStatus('indexes of a job that has none', { completedIndexes: '0', failedIndexes: '1' }),
  cronJob('zone in another case', {
    spec: { schedule: '* * * * *', timeZone: 'europe/berlin', jobTemplate: { spec: { template: once } } },
  }),
  cronJob('zone that is a link', { spec: { schedule: '* * * * *', timeZone: 'US/Pacific', jobTemplate: { spec: { template: once } } } }),
  job('labels do not touch the rest', { spec: { template: once } }, { metadata: { labels: { more: '1' } } }),
  job('selector is fixed', { spec: { template: once } }, { spec: { selector: { matchLabels: { a: 'b' } } } }),
  job('completion mode is fixed', { spec: { template: once, completions: 2 } }, { spec: { completionMode: 'Indexed' } }),
  job('restart always', { spec: { template: { spec: { containers: [container], restartPolicy: 'Always' } } } }),
  job('restart by default', { spec: { template: { spec: { containers: [container] } } } }),
  job('counts below zero', { spec: { template: once, parallelism: -1, completions: -2, backoffLimit: -3, ttlSecondsAfterFinished: -4 } }),
  job('deadline below zero', { spec: { template: once, activeDeadlineSeconds: -1 } }),
  job('indexed without completions', { spec: { template: once, completionMode: 'Indexed', parallelism: 1 } }),
  job('a selector of the user', { spec: { template: once, selector } }),
  job('a manual selector that selects nothing', { spec: { template: once, manualSelector: true } }),
  job('a manual selector of others', { spec: { template: once, manualSelector: true, selector } }),
  cronJob('bad schedule', { spec: { schedule: 'x', jobTemplate: { spec: { template: once } } } }),
  cronJob('schedule out of range', { spec: { schedule: '61 * * * *', jobTemplate: { spec: { template: once } } } }),
  cronJob('schedule with names and steps', { spec: { schedule: '*/5 1-3,5 1/2 jan-mar MON', jobTemplate: { spec: { template: once } } } }),
  cronJob('schedule of no numbers', { spec: { schedule: '* x * * *', jobTemplate: { spec: { template: once } } } }),
  cronJob('schedule with a zone', { spec: { schedule: 'TZ=UTC * * * * *', jobTemplate: { spec: { template: once } } } }),
  cronJob('unknown descriptor', { spec: { schedule: '@fortnightly', jobTemplate: { spec: { template: once } } } }),
  cronJob('restart always', { spec: { schedule: '@daily', jobTemplate: { spec: { template } } } }),
  cronJob('no schedule', { spec: { schedule: '', jobTemplate: { spec: { template: once } } } }),
  cronJob('bad policy', { spec: { schedule: '@daily', concurrencyPolicy: 'Some', jobTemplate: { spec: { template: once } } } }),
  cronJob('bad zone', { spec: { schedule: '@daily', timeZone: 'Mars/Base', jobTemplate: { spec: { template: once } } } }),
  cronJob('counts below zero', {
    spec: { schedule: '@daily', startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -2, jobTemplate: { spec: { template: once } } },
  }),
  cronJob('a long name', { metadata: { name: 'x'.repeat(53) }, spec: { schedule: '@daily', jobTemplate: { spec: { template: once } } } }),
  daemonSet('selector is fixed', { spec: { selector, template } }, { spec: { selector: { matchLabels: { b: 'c' } } } }),
  daemonSet('selector of others', { spec: { selector: { matchLabels: { b: 'c' } }, template } }),
  daemonSet('no selector', { spec: { template } }),
  daemonSet('restart never', { spec: { selector, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } } }),
  ...['+3', '-3', '007', 'x', '', '9223372036854775808'].map((count) =>
    daemonSet(`template generation ${JSON.stringify(count)}`, {
      metadata: { name: 'counted', annotations: { 'deprecated.daemonset.template.generation': count } },
      spec: { selector, template },
    }),
  ),
  daemonSet('labels count no template', { spec: { selector, template } }, { metadata: { labels: { more: '1' }, annotations: null } }),
  daemonSet(
    'a template counts',
    { spec: { selector, template } },
    { spec: { template: { spec: { containers: [{ ...container, image: 'nginx:2' }] } } } },
  ),
  daemonSet(
    'the count of templates is the server’s',
    { spec: { selector, template } },
    { metadata: { annotations: { 'deprecated.daemonset.template.generation': '7' } } },
  ),
  statefulSet('service name is fixed', { spec: { selector, template, serviceName: 's' } }, { spec: { serviceName: 't' } }),
  statefulSet('replicas are not', { spec: { selector, template, serviceName: 's' } }, { spec: { replicas: 3 } }),
  statefulSet('selector is fixed', { spec: { selector, template, serviceName: 's' } }, { spec: { selector: { matchLabels: { b: 'c' } } } }),
  statefulSet('selector of others', { spec: { selector: { matchLabels: { b: 'c' } }, template, serviceName: 's' } }),
  statefulSet('counts below zero', { spec: { selector, template, serviceName: 's', replicas: -1, minReadySeconds: -2 } }),
  statefulSet('bad policy', { spec: { selector, template, serviceName: 's', podManagementPolicy: 'Some' } }),
  limits('defaults from the maximum', range({ type: 'Container', max: { cpu: '2' } })),
  limits('defaults from the default', range({ type: 'Container', default: { cpu: '1' }, min: { memory: '1Mi' } })),
  limits('defaults of pods', range({ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } })),
  limits('minimum above maximum', range({ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } })),
  limits('default above maximum', range({ type: 'Container', max: { cpu: '1' }, default: { cpu: '2' } })),
  limits('request above default', range({ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '2' } })),
  limits('ratio below one', range({ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } })),
  limits('a type twice', range({ type: 'Pod', max: { cpu: '1' } }, { type: 'Pod', max: { cpu: '2' } })),
  limits('an unknown resource', range({ type: 'Container', max: { 'Bad_name!': '1' } })),
  limits('a claim without storage', range({ type: 'PersistentVolumeClaim', max: { cpu: '1' } })),
  quota('below zero', hard({ pods: '-1' })),
  quota('a part of a pod', hard({ pods: '1500m' })),
  quota('an unknown resource', hard({ bogus: '1' })),
  quota('a resource that has no name', hard({ 'a b': '1' })),
  quota('an unknown scope', hard({ pods: '1' }, { scopes: ['Sometimes'] })),
  quota('scopes that exclude each other', hard({ pods: '1' }, { scopes: ['BestEffort', 'NotBestEffort'] })),
  quota('a scope that knows no such resource', hard({ cpu: '1' }, { scopes: ['BestEffort'] })),
  quota('scopes are fixed', hard({ pods: '1' }), { spec: { scopes: ['BestEffort'] } }),
  quota('numbers are not', hard({ pods: '1' }), { spec: { hard: { pods: '2' } } }),
  budget('both', { spec: { minAvailable: 1, maxUnavailable: 1, selector } }),
  budget('below zero', { spec: { minAvailable: -1, selector } }),
  budget('above all', { spec: { maxUnavailable: '120%', selector } }),
  budget('no percentage', { spec: { maxUnavailable: 'half', selector } }),
  budget('bad selector', { spec: { minAvailable: 1, selector: { matchLabels: { a: 'b c' } } } }),
  budget('bad policy', { spec: { minAvailable: 1, selector, unhealthyPodEvictionPolicy: 'Some' } }),
  autoscaler('no maximum', scaled({ maxReplicas: 0 })),
  autoscaler('minimum above maximum', scaled({ minReplicas: 5 })),
  autoscaler('minimum below one', scaled({ minReplicas: 0 })),
  autoscaler('no target', { spec: { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 3 } }),
  autoscaler('a target of the core group', scaled({ scaleTargetRef: { kind: 'ReplicationController', name: 'r', apiVersion: 'v1' } })),
  autoscaler('bad metric', scaled({ metrics: [{ type: 'Magic' }] })),
  autoscaler('metric without a source', scaled({ metrics: [{ type: 'Resource' }] })),
  autoscaler(
    'metric without a target',
    scaled({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] }),
  ),
  ingress('nothing', { spec: {} }),
  ingress('a host that is an address', routed({ host: '1.2.3.4' })),
  ingress('a bad host', routed({ host: 'Bad_Host' })),
  ingress('a bad wildcard', routed({ host: '*.*.example.com' })),
  ingress('a wildcard', routed({ host: '*.example.com' })),
  ingress('a relative path', path({ path: 'x' })),
  ingress('a path with dots', path({ path: '/a/../b' })),
  ingress('no type of path', path({ pathType: null })),
  ingress('a bad type of path', path({ pathType: 'Regex' })),
  ingress('a bad service', path({ backend: { service: { name: 'A_b', port: { number: 80 } } } })),
  ingress('no port', path({ backend: { service: { name: 's' } } })),
  ingress('two ports', path({ backend: { service: { name: 's', port: { number: 80, name: 'http' } } } })),
  ingress('a bad port', path({ backend: { service: { name: 's', port: { number: 70000 } } } })),
  ingress('a resource and a service', path({ backend: { ...backend, resource: { kind: 'A', name: 'b' } } })),
  ingress('no backend', path({ backend: {} })),
  ingress('a bad class', { spec: { ingressClassName: 'A_b', defaultBackend: backend } }),
  ingress('bad hosts of certificates', { spec: { defaultBackend: backend, tls: [{ hosts: ['A_b'] }] } }),
  ingressClass('controller is fixed', { spec: { controller: 'example.com/a' } }, { spec: { controller: 'example.com/b' } }),
  ingressClass('bad controller', { spec: { controller: 'a' } }),
  ingressClass('no namespace of parameters', {
    spec: { controller: 'example.com/a', parameters: { kind: 'K', name: 'n', scope: 'Namespace' } },
  }),
  policy('a bad port', allowed({ ports: [{ port: 70000 }] })),
  policy('a bad name of a port', allowed({ ports: [{ port: 'A_b' }] })),
  policy('a bad protocol', allowed({ ports: [{ port: 80, protocol: 'ICMP' }] })),
  policy('an end below its begin', allowed({ ports: [{ port: 80, endPort: 70 }] })),
  policy('an end without a begin', allowed({ ports: [{ endPort: 70 }] })),
  policy('an end of a name', allowed({ ports: [{ port: 'http', endPort: 90 }] })),
  policy('a block that is none', block({ cidr: '10.0.0.0' })),
  policy('a block without addresses', block({ cidr: '' })),
  policy('an exception outside', block({ cidr: '10.0.0.0/24', except: ['10.1.0.0/28'] })),
  policy('a peer that is nothing', allowed({ from: [{}] })),
  policy('a block and a selector', allowed({ from: [{ ipBlock: { cidr: '10.0.0.0/24' }, podSelector: {} }] })),
  policy('an unknown type', { spec: { podSelector: {}, policyTypes: ['Sideways'] } }),
  policy('three types', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress', 'Ingress'] } }),
  policy('a bad selector', { spec: { podSelector: { matchLabels: { a: 'b c' } } } }),
  role('no verbs', rules({ apiGroups: [''], resources: ['pods'], verbs: [] })),
  role('no groups', rules({ resources: ['pods'], verbs: ['get'] })),
  role('no resources', rules({ apiGroups: [''], verbs: ['get'] })),
  role('a path', rules({ nonResourceURLs: ['/x'], verbs: ['get'] })),
  clusterRole('a path and a resource', rules({ ...verbs, nonResourceURLs: ['/x'] })),
  clusterRole('a path', rules({ nonResourceURLs: ['/x'], verbs: ['get'] })),
  clusterRole('a bad selector', { rules: [], aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b c' } }] } }),
  clusterRole('no selector', { rules: [], aggregationRule: { clusterRoleSelectors: [] } }),
  binding('role is fixed', bound({}), { roleRef: { name: 'other' } }),
  binding('a bad kind of role', bound({ roleRef: { apiGroup: group, kind: 'Captain', name: 'r' } })),
  binding('a bad group of the role', bound({ roleRef: { apiGroup: 'x', kind: 'Role', name: 'r' } })),
  binding('no role', bound({ roleRef: { apiGroup: group, kind: 'Role', name: '' } })),
  binding('a bad kind of subject', subject({ kind: 'Ship', name: 's' })),
  binding('a subject without a name', subject({ kind: 'User', name: '' })),
  binding('an account without a namespace', subject({ kind: 'ServiceAccount', name: 'a' })),
  binding('a bad account', subject({ kind: 'ServiceAccount', name: 'A_b', namespace: 'default' })),
  binding('a bad group of a subject', subject({ kind: 'User', name: 'u', apiGroup: 'x' })),
  clusterBinding('a role of a namespace', bound({})),
  clusterBinding('role is fixed', bound({ roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'r' } }), { roleRef: { name: 'other' } }),
  storageClass('parameters are fixed', { ...provisioned, parameters: { a: 'b' } }, { parameters: { a: 'c' } }),
  storageClass('provisioner is fixed', provisioned, { provisioner: 'example.com/other' }),
  storageClass('reclaim policy is fixed', provisioned, { reclaimPolicy: 'Retain' }),
  storageClass('binding mode is fixed', provisioned, { volumeBindingMode: 'WaitForFirstConsumer' }),
  storageClass('expansion is not', provisioned, { allowVolumeExpansion: true }),
  storageClass('no provisioner', { provisioner: '' }),
  storageClass('a bad provisioner', { provisioner: 'A_b!' }),
  storageClass('a bad reclaim policy', { ...provisioned, reclaimPolicy: 'Burn' }),
  storageClass('a bad binding mode', { ...provisioned, volumeBindingMode: 'Later' }),
  storageClass('a parameter without a name', { ...provisioned, parameters: { '': 'x' } }),
  priority('value is fixed', { value: 5 }, { value: 6 }),
  priority('preemption is fixed', { value: 5 }, { preemptionPolicy: 'Never' }),
  priority('description is not', { value: 5 }, { description: 'x' }),
  priority('too high', { value: 1_000_000_001 }),
  priority('a name of the system', { metadata: { name: 'system-mine' }, value: 5 }),
  priority('a bad preemption', { value: 5, preemptionPolicy: 'Maybe' }),
  runtimeClass('handler is fixed', { handler: 'a' }, { handler: 'b' }),
  runtimeClass('no handler', { handler: '' }),
  runtimeClass('a bad handler', { handler: 'A_b' }),
  claim('one device by default', { spec: device({ exactly: { deviceClassName: 'x' } }) }),
  claim('all devices', { spec: device({ exactly: { deviceClassName: 'x', allocationMode: 'All' } }) }),
  claim('one of several', { spec: device({ firstAvailable: [{ name: 'a', deviceClassName: 'x' }] }) }),
  claim(
    'the spec is fixed',
    { spec: device({ exactly: { deviceClassName: 'x' } }) },
    { spec: device({ exactly: { deviceClassName: 'y' } }) },
  ),
  claim('labels are not', { spec: device({ exactly: { deviceClassName: 'x' } }) }, { metadata: { labels: { more: '1' } } }),
  claimTemplate('one device by default', { spec: { spec: device({ exactly: { deviceClassName: 'x' } }) } }),
  bundle('of no signer', trust(ROOT)),
  bundle('of a signer', trust(ROOT, signed, { name: named })),
  bundle('of a signer, named otherwise', trust(ROOT, signed, { name: 'roots' })),
  bundle('of a signer, with a bad rest of its name', trust(ROOT, signed, { name: 'example.com:signer:A_b' })),
  bundle('of no signer, named as if', trust(ROOT, {}, { name: named })),
  bundle('of a signer without a path', trust(ROOT, { signerName: 'example' }, { name: 'example:roots' })),
  bundle('without anchors', trust('none')),
  bundle('of a key', trust('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')),
  bundle('of what is no certificate', trust('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')),
  bundle('with headers', trust('-----BEGIN CERTIFICATE-----\nA: b\n\nAAAA\n-----END CERTIFICATE-----\n')),
  bundle('with one twice', trust(`${ROOT}${ROOT}`)),
  bundle('whose signer changes', trust(ROOT, signed, { name: 'example.com:signer:fixed' }), { spec: { signerName: 'example.com/other' } }),
  bundle('whose anchors go', trust(ROOT), { spec: { trustBundle: '' } }),
]

// Long because it is a table of requests.
import type { Request } from './play.ts'
import { patch, post } from './requests.ts'

type Json = Record<string, unknown>

/** What admission makes of combinations: limits of every kind of container, quotas by scope and class, priorities, and the pod security standards. */
const MERGE = 'application/merge-patch+json'
const STRATEGIC = { type: 'application/strategic-merge-patch+json' }
const at = (what: string, group = '/api/v1', ns = '{ns}'): string => `${group}/namespaces/${ns}/${what}`
const namespace = (name: string, labels: Json = {}): Request =>
  post(`namespace ${name}`, '/api/v1/namespaces', { metadata: { name: `{ns}-${name}`, labels } })
const account = (name: string): Request =>
  post(`account of ${name}`, at('serviceaccounts', '/api/v1', `{ns}-${name}`), { metadata: { name: 'default' } })

const sized = (requests?: Json, limits?: Json): Json => ({ resources: { ...(requests && { requests }), ...(limits && { limits }) } })
const container = (name = 'c', more: Json = {}): Json => ({ name, image: 'i', ...more })
const pod = (spec: Json = {}, metadata: Json = {}): Json => ({
  metadata: { name: 'p', ...metadata },
  spec: { automountServiceAccountToken: false, containers: [container()], ...spec },
})
const claim = (storage: string, more: Json = {}, metadata: Json = {}): Json => ({
  metadata: { name: 'c', ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
})

// Limits ---------------------------------------------------------------------------------------------------------------------------------

/** A limit range for each namespace. */
const RANGES: Readonly<Record<string, readonly Json[]>> = {
  defaults: [{ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } }],
  'request-only': [{ type: 'Container', defaultRequest: { cpu: '500m', 'ephemeral-storage': '1Gi' } }],
  ratio: [{ type: 'Container', maxLimitRequestRatio: { cpu: '2', memory: '1500m' } }],
  bounds: [{ type: 'Container', min: { cpu: '100m' }, max: { cpu: '1', 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi' } }],
  pod: [{ type: 'Pod', min: { cpu: '200m' }, max: { cpu: '2', memory: '1Gi' }, maxLimitRequestRatio: { cpu: '2' } }],
  storage: [
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
    { type: 'Container', max: { 'ephemeral-storage': '1Gi' } },
  ],
}
const sidecar = (name: string, more: Json = {}): Json => container(name, { restartPolicy: 'Always', ...more })
/** Pods of one container and more, by what each asks for. */
const PODS: Readonly<Record<string, Json>> = {
  nothing: {},
  'a limit': { containers: [container('c', sized(undefined, { cpu: '2' }))] },
  'a request': { containers: [container('c', sized({ cpu: '2' }))] },
  'a request below': { containers: [container('c', sized({ cpu: '50m', memory: '2Gi' }))] },
  both: { containers: [container('c', sized({ cpu: '500m', memory: '512Mi' }, { cpu: '1', memory: '512Mi' }))] },
  'a ratio above': { containers: [container('c', sized({ cpu: '300m', memory: '512Mi' }, { cpu: '900m', memory: '1Gi' }))] },
  'a tiny request': { containers: [container('c', sized({ cpu: '1m' }, { cpu: '2m' }))] },
  'no request': { containers: [container('c', sized({ cpu: '0' }, { cpu: '1' }))] },
  'an init container that is large': {
    initContainers: [container('i', sized({ cpu: '1500m' }, { cpu: '1500m' }))],
    containers: [container('c', sized({ cpu: '300m' }, { cpu: '400m' }))],
  },
  'an init container of nothing': {
    initContainers: [container('i')],
    containers: [container('c', sized({ cpu: '300m' }, { cpu: '400m' }))],
  },
  'a sidecar': {
    initContainers: [sidecar('s', sized({ cpu: '900m' }, { cpu: '1' }))],
    containers: [container('c', sized({ cpu: '1' }, { cpu: '1' }))],
  },
  'a sidecar and an init container': {
    initContainers: [sidecar('s', sized({ cpu: '700m' }, { cpu: '700m' })), container('i', sized({ cpu: '1' }, { cpu: '1' }))],
    containers: [container('c', sized({ cpu: '700m' }, { cpu: '700m' }))],
  },
  'several containers': { containers: ['a', 'b', 'c'].map((name) => container(name, sized({ cpu: '700m' }, { cpu: '800m' }))) },
  'a whole pod': { resources: { requests: { cpu: '1' }, limits: { cpu: '1500m' } } },
  'a whole pod that is large': {
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '3', memory: '2Gi' } },
    containers: [container('c', sized({ cpu: '500m' }, { cpu: '1' }))],
  },
  overhead: { overhead: { cpu: '1' }, containers: [container('c', sized({ cpu: '1' }, { cpu: '1500m' }))] },
  devices: {
    containers: [
      container(
        'c',
        sized(
          { 'example.com/gpu': '3', 'hugepages-2Mi': '6Mi', memory: '1Mi' },
          { 'example.com/gpu': '3', 'hugepages-2Mi': '6Mi', memory: '1Mi' },
        ),
      ),
    ],
  },
  storage: { containers: [container('c', sized({ 'ephemeral-storage': '2Gi' }, { 'ephemeral-storage': '3Gi' }))] },
}
const CLAIMS: Readonly<Record<string, Json>> = {
  small: claim('500Mi'),
  right: claim('1Gi'),
  large: claim('3Gi'),
  'of limits': claim('1Gi', { resources: { requests: { storage: '1Gi' }, limits: { storage: '5Gi' } } }),
  'of nothing': claim('1Gi', { resources: { limits: { storage: '2Gi' } } }),
}
const limits: readonly Request[] = [
  ...Object.keys(RANGES).flatMap((range) =>
    Object.entries(PODS).map(([name, spec]) =>
      post(`limits ${range}: ${name}`, `${at('pods', '/api/v1', `{ns}-limits-${range}`)}?dryRun=All`, pod(spec)),
    ),
  ),
  ...Object.entries(CLAIMS).map(([name, body]) =>
    post(`limits of storage: a claim ${name}`, `${at('persistentvolumeclaims', '/api/v1', '{ns}-limits-storage')}?dryRun=All`, body),
  ),
  post('a claim to be grown', at('persistentvolumeclaims', '/api/v1', '{ns}-limits-storage'), claim('1Gi')),
  patch('it grows too far', at('persistentvolumeclaims/c', '/api/v1', '{ns}-limits-storage'), {
    spec: { resources: { requests: { storage: '3Gi' } } },
  }),
  post(
    'a pod to be changed',
    at('pods', '/api/v1', '{ns}-limits-bounds'),
    pod({ containers: [container('c', sized({ cpu: '500m' }, { cpu: '1' }))] }),
  ),
  ...['50m', '600m', '2'].map((cpu) =>
    patch(
      `it is resized to ${cpu}`,
      at('pods/p/resize', '/api/v1', '{ns}-limits-bounds'),
      { spec: { containers: [container('c', sized({ cpu }, { cpu: cpu === '2' ? '2' : '1' }))] } },
      STRATEGIC,
    ),
  ),
  patch(
    'it has a debugger',
    at('pods/p/ephemeralcontainers', '/api/v1', '{ns}-limits-bounds'),
    { spec: { ephemeralContainers: [container('d')] } },
    STRATEGIC,
  ),
  patch('it has a label', at('pods/p', '/api/v1', '{ns}-limits-bounds'), { metadata: { labels: { a: 'b' } } }),
]

// Priorities -----------------------------------------------------------------------------------------------------------------------------

const classes = '/apis/scheduling.k8s.io/v1/priorityclasses'
const PRIORITIES: Readonly<Record<string, Json>> = {
  none: {},
  'of a name': { priorityClassName: '{ns}-high' },
  'of a name and its value': { priorityClassName: '{ns}-high', priority: 1000 },
  'of a name and another value': { priorityClassName: '{ns}-high', priority: 1 },
  'of a value': { priority: 5 },
  'of zero': { priority: 0 },
  'of no such name': { priorityClassName: '{ns}-none' },
  'of an empty name': { priorityClassName: '' },
  'that never preempts': { priorityClassName: '{ns}-never' },
  'that never preempts, and would': { priorityClassName: '{ns}-never', preemptionPolicy: 'PreemptLowerPriority' },
  'that would never preempt': { priorityClassName: '{ns}-high', preemptionPolicy: 'Never' },
  'of a policy alone': { preemptionPolicy: 'Never' },
  'of a policy that is none': { preemptionPolicy: 'Sometimes' },
  'of the system': { priorityClassName: 'system-node-critical' },
  'of the cluster': { priorityClassName: 'system-cluster-critical', priority: 2000000000 },
  'of odd letters': { priorityClassName: 'A_b' },
}
const priorities: readonly Request[] = [
  ...Object.entries(PRIORITIES).map(([name, spec]) => post(`a priority ${name}`, `${at('pods')}?dryRun=All`, pod(spec))),
  post('a second default', `${classes}?dryRun=All`, { metadata: { name: '{ns}-second' }, value: 1, globalDefault: true }),
  ...[1000000000, 1000000001, -2147483648, 2147483648, '5'].map((value) =>
    post(`a class of ${value}`, `${classes}?dryRun=All`, { metadata: { name: '{ns}-v' }, value }),
  ),
  post('a class of the system', `${classes}?dryRun=All`, { metadata: { name: 'system-mine' }, value: 1 }),
  patch('a class with another value', `${classes}/{ns}-high?dryRun=All`, { value: 2 }),
  patch('a class with another policy', `${classes}/{ns}-high?dryRun=All`, { preemptionPolicy: 'Never' }),
  patch('a class becomes the default', `${classes}/{ns}-high?dryRun=All`, { globalDefault: true }),
  patch('the default as it is', `${classes}/{ns}-default?dryRun=All`, { globalDefault: true, description: 'd' }),
]

// Quotas ---------------------------------------------------------------------------------------------------------------------------------

const selecting = (...matchExpressions: Json[]): Json => ({ scopeSelector: { matchExpressions } })
const scope = (scopeName: string, operator = 'Exists', ...values: string[]): Json => ({
  scopeName,
  operator,
  ...(values.length > 0 && { values }),
})
/** Quotas of which all is used, so that what falls under one is refused. */
const QUOTAS: Readonly<Record<string, Json>> = {
  terminating: { hard: { pods: '0' }, scopes: ['Terminating'] },
  'not-terminating': { hard: { pods: '0' }, scopes: ['NotTerminating'] },
  'best-effort': { hard: { pods: '0' }, scopes: ['BestEffort'] },
  'not-best-effort': { hard: { pods: '0' }, scopes: ['NotBestEffort'] },
  affinity: { hard: { pods: '0' }, scopes: ['CrossNamespacePodAffinity'] },
  high: { hard: { pods: '0' }, ...selecting(scope('PriorityClass', 'In', '{ns}-high')) },
  'not-high': { hard: { pods: '0' }, ...selecting(scope('PriorityClass', 'NotIn', '{ns}-high')) },
  'no-class': { hard: { pods: '0' }, ...selecting(scope('PriorityClass', 'DoesNotExist')) },
  'any-class': { hard: { pods: '0' }, ...selecting(scope('PriorityClass')) },
  both: { hard: { pods: '0' }, scopes: ['Terminating'], ...selecting(scope('PriorityClass', 'In', '{ns}-high')) },
  compute: {
    hard: {
      'requests.cpu': '1',
      'limits.memory': '1Gi',
      'requests.example.com/gpu': '1',
      'hugepages-2Mi': '2Mi',
      'requests.ephemeral-storage': '1Gi',
    },
  },
  claims: {
    hard: {
      ...{ persistentvolumeclaims: '3', 'requests.storage': '2Gi', '{ns}-gold.storageclass.storage.k8s.io/requests.storage': '1Gi' },
      ...{ '{ns}-silver.storageclass.storage.k8s.io/persistentvolumeclaims': '0' },
    },
  },
  devices: {
    hard: {
      ...{ 'count/resourceclaims.resource.k8s.io': '3', '{ns}-gpu.deviceclass.resource.k8s.io/devices': '2' },
      ...{ 'requests.deviceclass.resource.kubernetes.io/{ns}-gpu': '3' },
    },
  },
  services: { hard: { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' } },
  counts: {
    hard: {
      'count/deployments.apps': '0',
      'count/widgets.{ns}.example.com': '0',
      'count/leases.coordination.k8s.io': '0',
      'count/events': '0',
      'count/pods': '0',
    },
  },
}
const affinityTo = (term: Json, preferred = false): Json => {
  const affinity = { topologyKey: 'z', labelSelector: {}, ...term }
  return {
    affinity: {
      podAntiAffinity: preferred
        ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: affinity }] }
        : { requiredDuringSchedulingIgnoredDuringExecution: [affinity] },
    },
  }
}
const small = { containers: [container('c', sized({ cpu: '10m' }))] }
const QUOTED: Readonly<Record<string, Json>> = {
  nothing: {},
  'a deadline': { activeDeadlineSeconds: 5 },
  'a deadline and a class': { activeDeadlineSeconds: 5, priorityClassName: '{ns}-high' },
  'a class': { priorityClassName: '{ns}-high' },
  'another class': { priorityClassName: '{ns}-never' },
  requests: small,
  'requests of an init container': { initContainers: [container('i', sized({ cpu: '10m' }))] },
  'requests of the whole pod': { resources: { requests: { cpu: '10m' } } },
  'a request of none': { containers: [container('c', sized({ cpu: '0' }))] },
  'a device alone': { containers: [container('c', sized({ 'example.com/gpu': '1' }, { 'example.com/gpu': '1' }))] },
  'an affinity': affinityTo({}),
  'an affinity to others': affinityTo({ namespaces: ['other'] }),
  'an affinity to all': affinityTo({ namespaceSelector: {} }),
  'an affinity to its own': affinityTo({ namespaces: ['{ns}'] }),
  'an affinity to others, if possible': affinityTo({ namespaces: ['other'] }, true),
}
const COMPUTE: Readonly<Record<string, Json>> = {
  nothing: {},
  'all of it': { containers: [container('c', sized({ cpu: '1', memory: '1Mi', 'ephemeral-storage': '1Gi' }, { memory: '1Gi' }))] },
  'too much cpu': { containers: [container('c', sized({ cpu: '1001m', 'ephemeral-storage': '1' }, { memory: '1Gi' }))] },
  'too many devices': {
    containers: [
      container('c', sized({ cpu: '1', 'example.com/gpu': '2', 'ephemeral-storage': '1' }, { memory: '1Gi', 'example.com/gpu': '2' })),
    ],
  },
  'huge pages': {
    containers: [
      container('c', sized({ cpu: '1', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1' }, { memory: '1Gi', 'hugepages-2Mi': '4Mi' })),
    ],
  },
  'a sidecar beside': {
    initContainers: [sidecar('s', sized({ cpu: '600m', 'ephemeral-storage': '1' }, { memory: '1Mi' }))],
    containers: [container('c', sized({ cpu: '600m', 'ephemeral-storage': '1' }, { memory: '1Mi' }))],
  },
  'an init container of nothing': {
    initContainers: [container('i')],
    containers: [container('c', sized({ cpu: '1', 'ephemeral-storage': '1' }, { memory: '1Gi' }))],
  },
  'a whole pod': {
    resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } },
    containers: [container('c', sized({ 'ephemeral-storage': '1' }))],
  },
  overhead: { overhead: { cpu: '1' }, containers: [container('c', sized({ cpu: '1', 'ephemeral-storage': '1' }, { memory: '1Gi' }))] },
}
const gold = { storageClassName: '{ns}-gold' }
const STORED: Readonly<Record<string, Json>> = {
  plain: claim('1Gi', { storageClassName: '' }),
  'too large': claim('3Gi', { storageClassName: '' }),
  gold: claim('1Gi', gold),
  'too large for gold': claim('1500Mi', gold),
  silver: claim('1Mi', { storageClassName: '{ns}-silver' }),
  'gold by its annotation': claim('1500Mi', {}, { annotations: { 'volume.beta.kubernetes.io/storage-class': '{ns}-gold' } }),
}
const request = (exactly: Json, name = 'r'): Json => ({ name, exactly: { deviceClassName: '{ns}-gpu', ...exactly } })
const DEVICES: Readonly<Record<string, readonly Json[]>> = {
  one: [request({})],
  two: [request({ count: 2 })],
  three: [request({ count: 3 })],
  'two requests': [request({ count: 2 }), request({}, 's')],
  all: [request({ allocationMode: 'All' })],
  'of another class': [request({ deviceClassName: 'other', count: 9 })],
  'the first that is there': [
    {
      name: 'r',
      firstAvailable: [
        { name: 'a', deviceClassName: '{ns}-gpu', count: 3 },
        { name: 'b', deviceClassName: 'other' },
      ],
    },
  ],
  'the first, of all': [
    {
      name: 'r',
      firstAvailable: [
        { name: 'a', deviceClassName: 'other' },
        { name: 'b', deviceClassName: '{ns}-gpu', allocationMode: 'All' },
      ],
    },
  ],
  'with admin rights': [request({ count: 9, adminAccess: true })],
}
const service = (spec: Json): Json => ({ metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } })
const SERVICES: Readonly<Record<string, Json>> = {
  plain: service({}),
  'of a node port': service({ type: 'NodePort' }),
  'of two node ports': service({
    type: 'NodePort',
    ports: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
  }),
  balanced: service({ type: 'LoadBalancer' }),
  'balanced without node ports': service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
  external: service({ type: 'ExternalName', externalName: 'a.b', ports: undefined }),
}
const quotaNs = (quota: string): string => `{ns}-quota-${quota}`
const quotas: readonly Request[] = [
  ...[
    'terminating',
    'not-terminating',
    'best-effort',
    'not-best-effort',
    'affinity',
    'high',
    'not-high',
    'no-class',
    'any-class',
    'both',
  ].flatMap((quota) =>
    Object.entries(QUOTED).map(([name, spec]) =>
      post(`quota ${quota}: ${name}`, `${at('pods', '/api/v1', quotaNs(quota))}?dryRun=All`, pod(spec)),
    ),
  ),
  ...Object.entries(COMPUTE).map(([name, spec]) =>
    post(`quota of compute: ${name}`, `${at('pods', '/api/v1', quotaNs('compute'))}?dryRun=All`, pod(spec)),
  ),
  ...Object.entries(STORED).map(([name, body]) =>
    post(`quota of claims: ${name}`, `${at('persistentvolumeclaims', '/api/v1', quotaNs('claims'))}?dryRun=All`, body),
  ),
  ...Object.entries(DEVICES).map(([name, requests]) =>
    post(`quota of devices: ${name}`, `${at('resourceclaims', '/apis/resource.k8s.io/v1', quotaNs('devices'))}?dryRun=All`, {
      metadata: { name: 'r' },
      spec: { devices: { requests } },
    }),
  ),
  ...Object.entries(SERVICES).map(([name, body]) =>
    post(`quota of services: ${name}`, `${at('services', '/api/v1', quotaNs('services'))}?dryRun=All`, body),
  ),
  post('quota of counts: a deployment', `${at('deployments', '/apis/apps/v1', quotaNs('counts'))}?dryRun=All`, {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container()] } } },
  }),
  post('quota of counts: a lease', `${at('leases', '/apis/coordination.k8s.io/v1', quotaNs('counts'))}?dryRun=All`, {
    metadata: { name: 'l' },
  }),
  post('quota of counts: an event', `${at('events', '/api/v1', quotaNs('counts'))}?dryRun=All`, {
    metadata: { name: 'e' },
    involvedObject: { namespace: '{ns}-quota-counts' },
  }),
  post('quota of counts: a pod', `${at('pods', '/api/v1', quotaNs('counts'))}?dryRun=All`, pod()),
  post('quota of counts: a widget', `${at('widgets', '/apis/{ns}.example.com/v1', quotaNs('counts'))}?dryRun=All`, {
    ...{ apiVersion: '{ns}.example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
  }),
  post('quota of counts: a map, of which none is counted', `${at('configmaps', '/api/v1', quotaNs('counts'))}?dryRun=All`, {
    metadata: { name: 'm' },
  }),
]

// Pod security ---------------------------------------------------------------------------------------------------------------------------

const PSA = 'pod-security.kubernetes.io'
const secure = (labels: Json): Json => Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${PSA}/${key}`, value]))
const LEVELS: Readonly<Record<string, Json>> = {
  restricted: { enforce: 'restricted' },
  'restricted-old': { enforce: 'restricted', 'enforce-version': 'v1.18' },
  baseline: { enforce: 'baseline', warn: 'restricted', audit: 'restricted' },
  warned: { warn: 'baseline', 'warn-version': 'v1.34' },
  told: { enforce: 'privileged', warn: 'restricted', 'warn-version': 'v1.24' },
}
const HOSTS = { hostNetwork: true, hostPID: true, hostIPC: true }
const safe = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}
const secured = (more: Json = {}): Json => ({ containers: [container('c', { securityContext: { ...safe, ...more } })] })
const SECURED: Readonly<Record<string, Json>> = {
  plain: {},
  safe: secured(),
  hosts: HOSTS,
  'a windows pod': { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } },
  'a linux pod': { os: { name: 'linux' }, ...secured() },
  'own users': { hostUsers: false },
  'own users as root': { hostUsers: false, ...secured({ runAsNonRoot: false, runAsUser: 0 }) },
  'everything proc': secured({ procMount: 'Unmasked' }),
  'everything proc, own users': { hostUsers: false, ...secured({ procMount: 'Unmasked' }) },
  'a probe of a host': {
    containers: [container('c', { securityContext: safe, livenessProbe: { httpGet: { port: 80, host: '127.0.0.1' } } })],
  },
  'a probe of another host': {
    containers: [container('c', { securityContext: safe, lifecycle: { postStart: { tcpSocket: { port: 80, host: 'a.b' } } } })],
  },
  'a volume of the host': { ...secured(), volumes: [{ name: 'h', hostPath: { path: '/' } }] },
  'volumes of several kinds': {
    ...secured(),
    volumes: [
      { name: 'n', nfs: { server: 's', path: '/' } },
      { name: 'e', emptyDir: {} },
      { name: 'i', image: { reference: 'r' } },
    ],
  },
  'ports of the host': { containers: [container('c', { securityContext: safe, ports: [{ containerPort: 80, hostPort: 80 }] })] },
  'a capability': secured({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'SYS_ADMIN'] } }),
  'an init container that is privileged': { ...secured(), initContainers: [container('i', { securityContext: { privileged: true } })] },
  sysctls: {
    securityContext: {
      sysctls: [
        { name: 'kernel.msgmax', value: '1' },
        { name: 'net.ipv4.tcp_rmem', value: '1' },
      ],
    },
  },
  'a type of SELinux': { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } } },
  apparmor: secured({ appArmorProfile: { type: 'Unconfined' } }),
}
const security: readonly Request[] = [
  ...Object.keys(LEVELS).flatMap((level) =>
    Object.entries(SECURED).flatMap(([name, spec]) => [
      post(`security ${level}: ${name}`, `${at('pods', '/api/v1', `{ns}-psa-${level}`)}?dryRun=All`, pod(spec)),
      post(`security ${level}: a template, ${name}`, `${at('podtemplates', '/api/v1', `{ns}-psa-${level}`)}?dryRun=All`, {
        metadata: { name: 't' },
        template: { spec: pod(spec).spec },
      }),
    ]),
  ),
  ...Object.keys(LEVELS).flatMap((level) => [
    post(`security ${level}: a pod to debug`, at('pods', '/api/v1', `{ns}-psa-${level}`), pod(secured())),
    patch(
      `security ${level}: a debugger`,
      at('pods/p/ephemeralcontainers', '/api/v1', `{ns}-psa-${level}`),
      { spec: { ephemeralContainers: [container('d')] } },
      STRATEGIC,
    ),
    patch(
      `security ${level}: a safe debugger`,
      at('pods/p/ephemeralcontainers', '/api/v1', `{ns}-psa-${level}`),
      { spec: { ephemeralContainers: [container('e', { securityContext: safe })] } },
      STRATEGIC,
    ),
    patch(
      `security ${level}: another image`,
      at('pods/p', '/api/v1', `{ns}-psa-${level}`),
      { spec: { containers: [{ name: 'c', image: 'j' }] } },
      STRATEGIC,
    ),
    patch(`security ${level}: a note`, at('pods/p', '/api/v1', `{ns}-psa-${level}`), {
      metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
    }),
    patch(`security ${level}: stricter labels`, `/api/v1/namespaces/{ns}-psa-${level}?dryRun=All`, {
      metadata: { labels: secure({ enforce: 'restricted', 'enforce-version': 'latest' }) },
    }),
  ]),
  ...[
    { enforce: 'privileged', 'enforce-version': 'v1.99' },
    { enforce: '', warn: 'Baseline' },
    { 'audit-version': 'latest', 'warn-version': 'v1.0' },
    { 'enforce-version': 'v1.-1' },
  ].map((labels) =>
    post(`security: a namespace of ${JSON.stringify(labels)}`, '/api/v1/namespaces?dryRun=All', {
      metadata: { name: '{ns}-x', labels: secure(labels) },
    }),
  ),
]

const storageClass = (name: string): Request =>
  post(`class ${name}`, '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: `{ns}-${name}` },
    provisioner: 'a',
    allowVolumeExpansion: true,
  })

export const preparations: readonly Request[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('its account', at('serviceaccounts'), { metadata: { name: 'default' } }),
  post('a class', classes, { metadata: { name: '{ns}-high' }, value: 1000 }),
  post('a class that never preempts', classes, { metadata: { name: '{ns}-never' }, value: 10, preemptionPolicy: 'Never' }),
  ...['gold', 'silver'].map(storageClass),
  post('devices', '/apis/resource.k8s.io/v1/deviceclasses', {
    metadata: { name: '{ns}-gpu' },
    spec: { extendedResourceName: 'example.com/{ns}' },
  }),
  post('widgets', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'widgets.{ns}.example.com' },
    spec: {
      ...{ group: '{ns}.example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }),
  ...Object.entries(RANGES).flatMap(([name, items]) => [
    ...[namespace(`limits-${name}`), account(`limits-${name}`)],
    post(`limits ${name}`, at('limitranges', '/api/v1', `{ns}-limits-${name}`), { metadata: { name: 'l' }, spec: { limits: items } }),
  ]),
  ...Object.entries(QUOTAS).flatMap(([name, spec]) => [
    ...[namespace(`quota-${name}`), account(`quota-${name}`)],
    post(`quota ${name}`, at('resourcequotas', '/api/v1', quotaNs(name)), { metadata: { name: 'q' }, spec }),
  ]),
  ...Object.entries(LEVELS).flatMap(([name, labels]) => [namespace(`psa-${name}`, secure(labels)), account(`psa-${name}`)]),
]

/** Without its controller a quota is in effect once somebody has written what is used of it. */
export const counted: readonly Request[] = Object.entries(QUOTAS).map(([name, { hard }]) => ({
  ...{ name: `quota ${name} is counted`, method: 'PATCH', path: at('resourcequotas/q/status', '/api/v1', quotaNs(name)), type: MERGE },
  body: { status: { hard, used: Object.fromEntries(Object.keys(hard as Json).map((key) => [key, '0'])) } },
}))

export const requests: readonly Request[] = [
  ...limits,
  ...priorities.filter(({ name }) => name !== 'the default as it is'),
  ...quotas,
  ...security,
  // From here on there is a default.
  post('a default class', classes, { metadata: { name: '{ns}-default' }, value: 7, globalDefault: true }),
  ...priorities.map((one) => ({ ...one, name: `${one.name}, beside a default` })),
  { name: 'the default class goes', method: 'DELETE', path: `${classes}/{ns}-default` },
]

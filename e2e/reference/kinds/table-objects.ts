import { container, minimal, withPaths, type Json } from './cases.ts'

/** Objects, with statuses, whose table rows are compared. Times are long ago, so that ages do not move while the tests run. */
interface TableObject {
  object: Json
  status?: Json
}

const LONG_AGO = '2020-01-01T00:00:00Z'
const pod = (name: string, set: Json, status?: Json): TableObject => ({
  object: withPaths(minimal.Pod, { 'metadata.name': `t-${name}`, ...set }),
  ...(status === undefined ? {} : { status: { phase: 'Running', ...status } }),
})
const state = (name: string, s: Json, more: Json = {}): Json => ({
  name,
  state: s,
  image: 'x',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
})
const running = { running: { startedAt: LONG_AGO } }
const ended = (exitCode: number, more: Json = {}): Json => ({ terminated: { exitCode, ...more } })
const two = { 'spec.containers': [container(), container({ name: 'd' })] }
const inits = {
  'spec.initContainers': [
    { name: 'i', image: 'x' },
    { name: 'j', image: 'x' },
  ],
}
const sidecar = { 'spec.initContainers': [{ name: 's', image: 'x', restartPolicy: 'Always' }] }
const initialized = [{ type: 'Initialized', status: 'True' }]
const ready = [{ type: 'Ready', status: 'True' }]

export const tableObjects: readonly TableObject[] = [
  pod('pending', {}),
  pod('running', {}, { podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }], containerStatuses: [state('c', running, { ready: true })] }),
  pod('not-ready', two, { containerStatuses: [state('c', running, { ready: true }), state('d', running)] }),
  pod(
    'crash',
    {},
    {
      containerStatuses: [
        state('c', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 5, lastState: ended(1, { finishedAt: LONG_AGO }) }),
      ],
    },
  ),
  pod('restarted-no-time', {}, { containerStatuses: [state('c', running, { ready: true, restartCount: 2 })] }),
  pod('completed', {}, { phase: 'Succeeded', containerStatuses: [state('c', ended(0, { reason: 'Completed' }))] }),
  pod('error', {}, { phase: 'Failed', containerStatuses: [state('c', ended(1, { reason: 'Error' }))] }),
  pod('exit-code', {}, { phase: 'Failed', containerStatuses: [state('c', ended(3))] }),
  pod('signal', {}, { phase: 'Failed', containerStatuses: [state('c', ended(137, { signal: 9 }))] }),
  pod('half-completed', two, {
    conditions: ready,
    containerStatuses: [state('c', ended(0, { reason: 'Completed' })), state('d', running, { ready: true })],
  }),
  pod('half-completed-unready', two, {
    containerStatuses: [state('c', ended(0, { reason: 'Completed' })), state('d', running, { ready: true })],
  }),
  pod('completed-and-error', two, {
    phase: 'Failed',
    containerStatuses: [state('c', ended(0, { reason: 'Completed' })), state('d', ended(2, { reason: 'Error' }))],
  }),
  pod('init-0', inits, {
    phase: 'Pending',
    initContainerStatuses: [state('i', running), state('j', { waiting: { reason: 'PodInitializing' } })],
  }),
  pod('init-1', inits, { phase: 'Pending', initContainerStatuses: [state('i', ended(0)), state('j', running)] }),
  pod('init-crash', inits, {
    phase: 'Pending',
    initContainerStatuses: [
      state('i', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: ended(1, { finishedAt: LONG_AGO }) }),
      state('j', {}),
    ],
  }),
  pod('init-error', inits, { phase: 'Pending', initContainerStatuses: [state('i', ended(1, { reason: 'Error' })), state('j', {})] }),
  pod('init-exit', inits, { phase: 'Pending', initContainerStatuses: [state('i', ended(4)), state('j', {})] }),
  pod('init-signal', inits, { phase: 'Pending', initContainerStatuses: [state('i', ended(4, { signal: 15 })), state('j', {})] }),
  pod('init-done', inits, {
    conditions: initialized,
    initContainerStatuses: [state('i', ended(0)), state('j', ended(0))],
    containerStatuses: [state('c', running, { ready: true })],
  }),
  pod('sidecar', sidecar, {
    initContainerStatuses: [
      state('s', running, { ready: true, started: true, restartCount: 1, lastState: ended(1, { finishedAt: LONG_AGO }) }),
    ],
    containerStatuses: [state('c', running, { ready: true })],
  }),
  pod('sidecar-starting', sidecar, { phase: 'Pending', initContainerStatuses: [state('s', running)] }),
  pod('reason', {}, { phase: 'Failed', reason: 'Evicted' }),
  pod('gated', { 'spec.schedulingGates': [{ name: 'x.io/y' }] }),
  pod('image-pull', {}, { phase: 'Pending', containerStatuses: [state('c', { waiting: { reason: 'ImagePullBackOff' } })] }),
  pod(
    'gates',
    { 'spec.readinessGates': [{ conditionType: 'a' }, { conditionType: 'b' }], 'spec.nodeName': 'node-x' },
    {
      conditions: [
        { type: 'a', status: 'True' },
        { type: 'b', status: 'False' },
      ],
    },
  ),
  pod('nominated', {}, { phase: 'Pending', nominatedNodeName: 'node-y' }),
  { object: withPaths(minimal.Node, { 'metadata.name': 't-bare' }) },
  {
    object: withPaths(minimal.Node, {
      'metadata.name': 't-full',
      'spec.unschedulable': true,
      'metadata.labels': { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'x' },
    }),
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [
        { type: 'InternalIP', address: '10.0.0.1' },
        { type: 'ExternalIP', address: '1.2.3.4' },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.37.2',
        osImage: 'Debian',
        kernelVersion: '6.1',
        containerRuntimeVersion: 'x://1',
        architecture: 'amd64',
        machineID: '',
        systemUUID: '',
        bootID: '',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
      },
    },
  },
  { object: withPaths(minimal.Node, { 'metadata.name': 't-sick' }), status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
  { object: withPaths(minimal.Namespace, { 'metadata.name': 't-ns' }) },
  { object: withPaths(minimal.Deployment, { 'metadata.name': 't-new' }) },
  {
    object: withPaths(minimal.Deployment, {
      'metadata.name': 't-busy',
      'spec.replicas': 3,
      'spec.selector': {
        matchLabels: { app: 'a' },
        matchExpressions: [
          { key: 'app', operator: 'Exists' },
          { key: 'z', operator: 'NotIn', values: ['y', 'x'] },
        ],
      },
      'spec.template.spec.containers': [container(), container({ name: 'd', image: 'e:1' })],
    }),
    status: { replicas: 3, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1, unavailableReplicas: 1 },
  },
  { object: withPaths(minimal.ReplicaSet, { 'metadata.name': 't-new' }) },
  { object: withPaths(minimal.ReplicaSet, { 'metadata.name': 't-busy', 'spec.replicas': 2 }), status: { replicas: 2, readyReplicas: 1 } },
]

/** What the changes' process says each half second. */
export interface Change {
  /** Milliseconds since the epoch. */
  at: number
  made: number
  failed: number
}

const namespaces = ['default', 'shop', 'platform', 'data', 'edge']
const apps = ['checkout', 'cart', 'search', 'payments', 'web', 'inventory', 'mail', 'auth']
const started = '2026-01-01T00:00:00Z'

export const podName = (i: number): string => `${apps[i % apps.length]}-${((i * 7919) % 99991).toString(36)}-${i}`
export const podNamespace = (i: number): string => namespaces[i % namespaces.length] ?? 'default'

/** The namespaces with the service account that admission asks for. */
export function seedNamespaces(): unknown[] {
  const made = namespaces.filter((name) => name !== 'default').map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  const accounts = namespaces.map((namespace) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }))
  return [...made, ...accounts]
}

/** Pods as a busy cluster has them: nearly all run, a few crash, wait for an image or for a node, some are done. */
export function seedItem(i: number): unknown {
  const app = apps[i % apps.length] ?? 'web'
  const state = stateOf(i)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(i),
      namespace: podNamespace(i),
      labels: {
        app,
        tier: i % 3 === 0 ? 'frontend' : 'backend',
        'pod-template-hash': (i % 999).toString(36),
        'app.kubernetes.io/part-of': 'store',
      },
    },
    spec: {
      // Nodes that no kubelet reports for: nothing but the changes touches these pods.
      ...(state === 'pending' ? { schedulerName: 'nobody' } : { nodeName: `worker-${i % 200}` }),
      containers: [
        {
          name: 'app',
          image: `registry.example/app:${i % 50}`,
          ports: [{ containerPort: 8080 }],
          env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
    status: podStatus(i, state, i % 7 === 0 ? i % 5 : 0),
  }
}

type State = 'running' | 'crashing' | 'pulling' | 'pending' | 'done'

function stateOf(i: number): State {
  if (i % 997 === 0) return 'crashing'
  if (i % 1501 === 3) return 'pulling'
  if (i % 2003 === 5) return 'pending'
  return i % 211 === 0 ? 'done' : 'running'
}

const containerStates: Record<State, unknown> = {
  running: { running: { startedAt: started } },
  crashing: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
  pulling: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
  pending: undefined,
  done: { terminated: { exitCode: 0, reason: 'Completed', startedAt: started, finishedAt: started } },
}
const phases: Record<State, string> = { running: 'Running', crashing: 'Running', pulling: 'Pending', pending: 'Pending', done: 'Succeeded' }

export function podStatus(i: number, state: State, restarts: number): unknown {
  const ready = state === 'running'
  const yes = (type: string, is: boolean): unknown => ({ type, status: is ? 'True' : 'False', lastTransitionTime: started })
  const phase = phases[state]
  if (state === 'pending') return { phase, conditions: [yes('PodScheduled', false)] }
  return {
    phase,
    podIP: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    hostIP: '192.168.1.1',
    startTime: started,
    conditions: [yes('Initialized', true), yes('Ready', ready), yes('ContainersReady', ready), yes('PodScheduled', true)],
    containerStatuses: [
      {
        name: 'app',
        state: containerStates[state],
        lastState: {},
        ready,
        started: ready,
        restartCount: restarts,
        image: `registry.example/app:${i % 50}`,
        imageID: `sha256:${'a'.repeat(64)}`,
        containerID: `containerd://${'b'.repeat(64)}`,
      },
    ],
  }
}

/** One change, as a kubelet would make it: another count of restarts, now and then another state. */
export const statusPatch = (i: number, n: number): unknown => ({ status: podStatus(i, n % 50 === 0 ? 'crashing' : 'running', n) })

import { describe, expect, test } from 'vitest'
import { testPod } from '../testing/worker-host.ts'
import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime.ts'
import type { Pod, PodStatus } from '../types.ts'
import { durationText } from './crash-backoff.ts'
import { generateStatus } from './pod-status.ts'

const T0 = Date.UTC(2026, 0, 1)

const running: ContainerRuntimeStatus = {
  id: 'id1',
  name: 'c',
  attempt: 0,
  image: 'busybox:1.37',
  imageRef: 'sha256:1',
  state: 'running',
  createdAt: T0,
  startedAt: T0,
  finishedAt: 0,
  exitCode: 0,
  reason: '',
  message: '',
}
const runtime = (...containers: ContainerRuntimeStatus[]): PodRuntimeStatus => ({
  uid: 'u1',
  name: 'p',
  namespace: 'ns',
  sandbox: { id: 's', ips: ['10.0.0.2'], ready: true, attempt: 0, createdAt: T0 },
  containers,
})
const generate = (pod: Pod, r: PodRuntimeStatus | undefined, more: { last?: PodStatus; now?: number } = {}): PodStatus =>
  generateStatus({
    pod,
    runtimeName: 'containerd',
    runtime: r,
    last: more.last,
    waiting: new Map(),
    hostIP: '192.0.2.9',
    now: more.now ?? T0,
    terminal: false,
    stopped: undefined,
    disclosure: undefined,
  })

describe('pod status', () => {
  test('the same facts give the same status; a transition time moves only with its status', () => {
    const pod = testPod({})
    const first = generate(pod, runtime(running))
    expect(generate(pod, runtime(running), { last: first, now: T0 + 60_000 })).toEqual(first)
    const exited = { ...running, state: 'exited' as const, exitCode: 1, reason: 'Error', finishedAt: T0 + 60_000 }
    const later = generate(pod, runtime(exited), { last: first, now: T0 + 60_000 })
    expect(later.conditions?.map((c) => [c.type, c.lastTransitionTime])).toEqual([
      ['PodReadyToStartContainers', '2026-01-01T00:00:00Z'],
      ['Initialized', '2026-01-01T00:00:00Z'],
      ['Ready', '2026-01-01T00:01:00Z'],
      ['ContainersReady', '2026-01-01T00:01:00Z'],
      ['PodScheduled', '2026-01-01T00:00:00Z'],
    ])
  })

  test('conditions of others are kept, and a readiness gate is asked', () => {
    const gate = { type: 'example.com/ready', status: 'False' as const }
    const pod: Pod = { ...testPod({ readinessGates: [{ conditionType: gate.type }] }), status: { conditions: [gate] } }
    const status = generate(pod, runtime(running))
    expect(status.conditions).toContainEqual(gate)
    expect(status.conditions?.find((c) => c.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'the status of pod readiness gate "example.com/ready" is not "True", but False',
    })
    expect(status.conditions?.find((c) => c.type === 'ContainersReady')?.status).toBe('True')
    const none = generate(testPod({ readinessGates: [{ conditionType: 'a/b' }] }), runtime(running))
    expect(none.conditions?.find((c) => c.type === 'Ready')?.message).toBe(
      'corresponding condition of pod readiness gate "a/b" does not exist.',
    )
  })

  test('a finished phase is never left', () => {
    const pod = testPod({})
    const last: PodStatus = { phase: 'Failed', reason: 'Evicted', message: 'm' }
    expect(generate(pod, runtime(running), { last })).toMatchObject({ phase: 'Failed' })
  })

  test('resources of a running container, and of the pod', () => {
    const resources = { requests: { cpu: '100m', memory: '64Mi' } }
    const pod = testPod({
      containers: [{ name: 'c', image: 'busybox:1.37', resources, volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true }] }],
    })
    expect(generate(pod, runtime(running))).toMatchObject({
      qosClass: 'Burstable',
      allocatedResources: resources.requests,
      resources,
      containerStatuses: [
        {
          containerID: 'containerd://id1',
          allocatedResources: resources.requests,
          resources,
          volumeMounts: [{ mountPath: '/v', name: 'v', readOnly: true, recursiveReadOnly: 'Disabled' }],
        },
      ],
    })
  })

  test('durations as Go writes them', () => {
    expect([10, 80, 300, 3600, 3661].map((s) => durationText(s * 1000))).toEqual(['10s', '1m20s', '5m0s', '1h0m0s', '1h1m1s'])
  })
})

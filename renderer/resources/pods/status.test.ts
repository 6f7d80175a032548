import { describe, expect, test } from 'vitest'
import { podProblem, summarizeRequests } from '../summaries.ts'
import type { Row } from '../../kube/store.ts'
import { podReason, podStatus, podSummary } from './status.ts'
import type { ContainerStatus, Pod, PodStatus } from './types.ts'
import { podView } from './view.ts'

const pod = (status: PodStatus, over: Partial<Pod> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n' },
  spec: { nodeName: 'w', containers: [{ name: 'a' }, { name: 'b' }] },
  status,
  ...over,
})
const container = (over: Partial<ContainerStatus>): ContainerStatus => ({ name: 'a', ready: false, restartCount: 0, ...over })
const running = container({ ready: true, restartCount: 1, state: { running: {} } })

test.each<[string, Pod, string]>([
  ['nothing is known of its containers', pod({ phase: 'Running' }), 'warn'],
  ['one of two is ready', pod({ phase: 'Running', containerStatuses: [running] }), 'warn'],
  ['both are', pod({ phase: 'Running', containerStatuses: [running, running] }), 'ok'],
  [
    'both are, and a gate is not',
    pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [running, running] }),
    'warn',
  ],
  [
    'the condition is not known',
    pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'Unknown' }], containerStatuses: [running, running] }),
    'warn',
  ],
  ['the condition holds', pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), 'ok'],
])('a pod that runs is green when it is ready: %s', (_, given, tone) => {
  expect(podSummary(given)).toMatchObject({ text: 'Running', tone })
  expect(podProblem(given)?.reason).toBe(tone === 'ok' ? undefined : 'NotReady')
})

describe('the status word is kubectl’s', () => {
  test.each<[string, Pod, string, string]>([
    ['running', pod({ phase: 'Running', containerStatuses: [running, running] }), 'Running', '2/2'],
    [
      'waiting',
      pod({ phase: 'Running', containerStatuses: [running, container({ state: { waiting: { reason: 'CrashLoopBackOff' } } })] }),
      'CrashLoopBackOff',
      '1/2',
    ],
    [
      'terminated by signal',
      pod({ phase: 'Failed', containerStatuses: [container({ state: { terminated: { exitCode: 137, signal: 9 } } })] }),
      'Signal:9',
      '0/2',
    ],
    [
      'terminated with a code',
      pod({ phase: 'Failed', containerStatuses: [container({ state: { terminated: { exitCode: 3 } } })] }),
      'ExitCode:3',
      '0/2',
    ],
    [
      'completed beside a running one',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [container({ state: { terminated: { exitCode: 0, reason: 'Completed' } } }), running],
      }),
      'Running',
      '1/2',
    ],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', '0/2'],
    [
      'gated',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      'SchedulingGated',
      '0/2',
    ],
    [
      'deleted',
      pod({ phase: 'Running', containerStatuses: [running] }, { metadata: { name: 'p', deletionTimestamp: 'x' } }),
      'Terminating',
      '1/2',
    ],
    [
      'its node is lost',
      pod({ phase: 'Running', reason: 'NodeLost' }, { metadata: { name: 'p', deletionTimestamp: 'x' } }),
      'Unknown',
      '0/2',
    ],
    [
      'init in progress',
      pod(
        { phase: 'Pending', initContainerStatuses: [container({ state: { running: {} } })] },
        { spec: { initContainers: [{ name: 'a' }, { name: 'c' }], containers: [{ name: 'b' }] } },
      ),
      'Init:0/2',
      '0/1',
    ],
    [
      'init failed',
      pod({ phase: 'Pending', initContainerStatuses: [container({ state: { terminated: { exitCode: 2 } } })] }),
      'Init:ExitCode:2',
      '0/2',
    ],
    [
      'a sidecar counts',
      pod(
        {
          phase: 'Running',
          initContainerStatuses: [container({ name: 's', ready: true, started: true, state: { running: {} } })],
          containerStatuses: [running],
        },
        { spec: { initContainers: [{ name: 's', restartPolicy: 'Always' }], containers: [{ name: 'a' }] } },
      ),
      'Running',
      '2/2',
    ],
    ['nothing known', { metadata: { name: 'p' } }, 'Unknown', '0/0'],
  ])('%s', (_, object, word, ready) => {
    const summary = podSummary(object)
    expect(summary.text).toBe(word)
    expect(`${summary.ready}/${summary.total}`).toBe(ready)
  })

  test('a trimmed pod says the same as the whole one', () => {
    const whole = pod({
      phase: 'Running',
      containerStatuses: [running, container({ restartCount: 4, state: { waiting: { reason: 'ImagePullBackOff', message: 'm' } } })],
    })
    const trimmed = podView.trim(structuredClone(whole))
    for (const column of podView.columns) expect(column.cell(trimmed)).toEqual(column.cell(whole))
    expect(podView.status(trimmed)).toMatchObject({ text: 'ImagePullBackOff', tone: 'bad' })
  })
})

describe('problems', () => {
  test('a crash loop names its container, exit code and the container’s own words', () => {
    const crashed = pod({
      phase: 'Running',
      containerStatuses: [
        running,
        container({
          name: 'b',
          restartCount: 7,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m' } },
          lastState: { terminated: { exitCode: 1, message: 'no config' } },
        }),
      ],
    })
    expect(podProblem(crashed)).toMatchObject({
      reason: 'CrashLoopBackOff',
      container: 'b',
      exitCode: 1,
      restarts: 8,
      message: 'no config',
      tone: 'bad',
    })
  })

  test('a pod that fits nowhere says why; healthy, starting and leaving pods are no problems', () => {
    const stuck = pod({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
    })
    expect(podProblem(stuck)).toMatchObject({ reason: 'Unschedulable', message: '0/1 nodes', tone: 'warn' })
    expect(podProblem(pod({ phase: 'Running', containerStatuses: [running, running] }))).toBeUndefined()
    expect(
      podProblem(pod({ phase: 'Pending', containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })] })),
    ).toBeUndefined()
    expect(podProblem({ ...stuck, metadata: { name: 'p', deletionTimestamp: 'x' } })).toBeUndefined()
    // One that should have gone long ago is somebody's problem, and no longer busy with it.
    const late = { name: 'p', deletionTimestamp: '2020-01-01T00:00:00Z', finalizers: ['example.com/never'] }
    expect(podProblem({ ...stuck, metadata: late })).toMatchObject({ reason: 'Terminating', tone: 'warn', message: 'example.com/never' })
    expect(podProblem({ ...stuck, metadata: late })?.since).toBe(Date.UTC(2020, 0, 1))
    expect(podStatus({ ...stuck, metadata: late, summary: podSummary({ ...stuck, metadata: late }) }).tone).toBe('warn')
  })
})

describe('requests', () => {
  const row = (object: Pod): Row => ({ object }) as unknown as Row
  const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } })

  test('sidecars add up, other init containers count by the largest, finished pods not at all', () => {
    const spec = {
      containers: [
        { name: 'a', ...cpu('200m') },
        { name: 'b', ...cpu('300m') },
      ],
      initContainers: [
        { name: 'i', ...cpu('2') },
        { name: 's', restartPolicy: 'Always', ...cpu('100m') },
      ],
    }
    const sum = summarizeRequests([row(pod({ phase: 'Running' }, { spec })), row(pod({ phase: 'Succeeded' }, { spec }))])
    expect(sum).toMatchObject({ cpu: 2, pods: 1 })
  })
})

describe('the reason beside the word', () => {
  const ended = { terminated: { exitCode: 3, message: 'panic: index out of range' } }
  test.each<[string, Pod, string]>([
    ['healthy', pod({ phase: 'Running', containerStatuses: [running] }), ''],
    [
      'no node for it',
      pod({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' }],
      }),
      '0/1 nodes are available',
    ],
    [
      'between two runs: the end of the last',
      pod({
        phase: 'Running',
        containerStatuses: [container({ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, lastState: ended })],
      }),
      'a: ExitCode:3, panic: index out of range',
    ],
    [
      'the image cannot be had',
      pod({
        phase: 'Pending',
        containerStatuses: [running, container({ name: 'b', state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } })],
      }),
      'b: no such image',
    ],
    [
      'it runs again, not ready yet: what was before says nothing',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [container({ state: { running: {} }, lastState: ended })],
      }),
      '',
    ],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }), 'The node was low on memory.'],
    ['going', pod({ phase: 'Failed', message: 'gone' }, { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } }), ''],
  ])('%s', (_, object, reason) => {
    expect(podReason(object)).toBe(reason)
    expect(podReason(podView.trim(object))).toBe(reason)
  })
})

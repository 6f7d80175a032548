import { describe, expect, test } from 'vitest'
import { cellText } from '../../kube/columns.ts'
import { kinds } from '../kinds.ts'
import { workloadStatus } from './status.ts'

const word = (key: string, object: object): [string, string] => {
  const { text, tone } = workloadStatus(key, { metadata: { name: 'x', generation: 2 }, ...object } as never) ?? { text: '', tone: '' }
  return [text, tone]
}
const seen = (status: object): object => ({ observedGeneration: 2, ...status })
const condition = (type: string, status: string, reason = ''): object => ({ conditions: [{ type, status, reason }] })

describe('the status of a workload', () => {
  test.each<[string, string, object, [string, string]]>([
    ['nobody has looked', 'deployments.apps', { spec: { replicas: 3 } }, ['NotObserved', 'muted']],
    [
      'an older version was looked at',
      'deployments.apps',
      { spec: { replicas: 3 }, status: { observedGeneration: 1 } },
      ['Progressing', 'busy'],
    ],
    [
      '0/3, coming up',
      'deployments.apps',
      { spec: { replicas: 3 }, status: seen({ replicas: 3, updatedReplicas: 3 }) },
      ['Progressing', 'busy'],
    ],
    [
      '0/3 after a complete rollout',
      'deployments.apps',
      {
        spec: { replicas: 3 },
        status: seen({ replicas: 3, updatedReplicas: 3, ...condition('Progressing', 'True', 'NewReplicaSetAvailable') }),
      },
      ['Unavailable', 'bad'],
    ],
    [
      '2/3 after a complete rollout',
      'deployments.apps',
      {
        spec: { replicas: 3 },
        status: seen({
          replicas: 3,
          updatedReplicas: 3,
          availableReplicas: 2,
          ...condition('Progressing', 'True', 'NewReplicaSetAvailable'),
        }),
      },
      ['NotReady', 'warn'],
    ],
    [
      'old pods still there',
      'deployments.apps',
      { spec: { replicas: 3 }, status: seen({ replicas: 4, updatedReplicas: 3, availableReplicas: 3 }) },
      ['Progressing', 'busy'],
    ],
    [
      '3/3',
      'deployments.apps',
      { spec: { replicas: 3 }, status: seen({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }) },
      ['Available', 'ok'],
    ],
    [
      'late',
      'deployments.apps',
      { spec: { replicas: 3 }, status: seen(condition('Progressing', 'False', 'ProgressDeadlineExceeded')) },
      ['ProgressDeadlineExceeded', 'bad'],
    ],
    ['refused', 'deployments.apps', { status: seen(condition('ReplicaFailure', 'True', 'FailedCreate')) }, ['FailedCreate', 'bad']],
    ['paused', 'deployments.apps', { spec: { replicas: 3, paused: true } }, ['Paused', 'warn']],
    ['0/0', 'deployments.apps', { spec: { replicas: 0 }, status: seen({}) }, ['ScaledToZero', 'muted']],
    ['nobody has looked', 'statefulsets.apps', { spec: { replicas: 3 }, status: { replicas: 0 } }, ['NotObserved', 'muted']],
    ['0/3', 'statefulsets.apps', { spec: { replicas: 3 }, status: seen({ replicas: 3 }) }, ['NotReady', 'warn']],
    [
      '1 of 3 made',
      'statefulsets.apps',
      { spec: { replicas: 3 }, status: seen({ replicas: 1, readyReplicas: 1 }) },
      ['Progressing', 'busy'],
    ],
    ['3/3', 'statefulsets.apps', { spec: { replicas: 3 }, status: seen({ replicas: 3, readyReplicas: 3 }) }, ['Ready', 'ok']],
    ['refused', 'replicasets.apps', { status: seen(condition('ReplicaFailure', 'True', 'FailedCreate')) }, ['FailedCreate', 'bad']],
    ['going down', 'replicasets.apps', { spec: { replicas: 0 }, status: seen({ replicas: 2 }) }, ['Progressing', 'busy']],
    ['nobody has looked', 'daemonsets.apps', { status: { desiredNumberScheduled: 0 } }, ['NotObserved', 'muted']],
    ['no node', 'daemonsets.apps', { status: seen({ desiredNumberScheduled: 0 }) }, ['NoNodes', 'muted']],
    [
      '1 of 2',
      'daemonsets.apps',
      { status: seen({ desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 1 }) },
      ['NotReady', 'warn'],
    ],
    [
      '2 of 2',
      'daemonsets.apps',
      { status: seen({ desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 }) },
      ['Ready', 'ok'],
    ],
    ['nobody has begun', 'jobs.batch', { spec: { completions: 2 }, status: {} }, ['NotStarted', 'muted']],
    ['begun', 'jobs.batch', { status: { startTime: '2026-01-01T00:00:00Z', active: 2 } }, ['Running', 'busy']],
    ['begun, with failures', 'jobs.batch', { status: { startTime: '2026-01-01T00:00:00Z', failed: 1 } }, ['Retrying', 'warn']],
    ['done', 'jobs.batch', { status: condition('Complete', 'True') }, ['Complete', 'ok']],
    ['failed', 'jobs.batch', { status: condition('Failed', 'True', 'BackoffLimitExceeded') }, ['Failed', 'bad']],
    ['suspended', 'jobs.batch', { spec: { suspend: true } }, ['Suspended', 'muted']],
    ['never ran', 'cronjobs.batch', { spec: { schedule: '* * * * *' } }, ['NotScheduledYet', 'muted']],
    ['ran', 'cronjobs.batch', { status: { lastScheduleTime: '2026-01-01T00:00:00Z' } }, ['Scheduled', 'ok']],
    ['runs', 'cronjobs.batch', { status: { active: [{}] } }, ['Active', 'busy']],
    ['suspended', 'cronjobs.batch', { spec: { suspend: true }, status: { lastScheduleTime: 'x' } }, ['Suspended', 'muted']],
    ['another kind', 'configmaps', {}, ['', '']],
  ])('%s: %s', (_, key, object, expected) => expect(word(key, object)).toEqual(expected))

  test('one that is going says so', () => {
    const going = { metadata: { name: 'x', deletionTimestamp: '2999-01-01T00:00:00Z' }, status: condition('Complete', 'True') }
    expect(word('jobs.batch', going)).toEqual(['Terminating', 'busy'])
  })
})

describe('the columns of workloads', () => {
  const cells = (key: string, object: object): Record<string, string> => {
    const whole = { metadata: { name: 'x', namespace: 'n' }, ...object } as never
    return Object.fromEntries((kinds[key]?.columns ?? []).map((c) => [c.id, cellText(c.cell(whole))]))
  }

  test('hold what kubectl prints', () => {
    const template = {
      spec: {
        containers: [
          { name: 'a', image: 'i:1' },
          { name: 'b', image: 'j:2' },
        ],
        nodeSelector: { disk: 'ssd' },
      },
    }
    expect(cells('deployments.apps', { spec: { replicas: 3, template }, status: { readyReplicas: 1 } })).toMatchObject({
      ready: '1/3',
      'up-to-date': '0',
      available: '0',
      containers: 'a,b',
      images: 'i:1,j:2',
    })
    expect(cells('daemonsets.apps', { spec: { template }, status: { desiredNumberScheduled: 2 } })).toMatchObject({
      desired: '2',
      ready: '0',
      'node selector': 'disk=ssd',
    })
    expect(cells('cronjobs.batch', { spec: { schedule: '@daily', jobTemplate: { spec: { template } } } })).toMatchObject({
      schedule: '@daily',
      timezone: '<none>',
      suspend: 'False',
      active: '0',
      'last schedule': '<none>',
      images: 'i:1,j:2',
    })
  })

  test('completions, and a duration that stands still at the end', () => {
    const times = { startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:01:05Z' }
    expect(cells('jobs.batch', { spec: { completions: 2 }, status: { ...times, succeeded: 2 } })).toMatchObject({
      completions: '2/2',
      duration: '65s',
    })
    expect(cells('jobs.batch', { spec: { parallelism: 3 }, status: {} })).toMatchObject({ completions: '0/1 of 3', duration: '' })
    const started = cells('jobs.batch', { spec: {}, status: { startTime: times.startTime } })
    expect(started.duration).toBe(String(Date.parse(times.startTime)))
  })
})

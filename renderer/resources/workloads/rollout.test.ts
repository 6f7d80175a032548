import { describe, expect, test } from 'vitest'
import { rolloutOf } from './rollout.ts'

const read = (key: string, spec: object, status: object): [figures: string, bar: string] | undefined => {
  const rollout = rolloutOf(key, { metadata: { name: 'x' }, spec, status })
  if (!rollout) return undefined
  const { figures, segments, total } = rollout
  expect(segments.reduce((sum, { count }) => sum + count, 0)).toBe(total)
  return [figures.map(({ word, count }) => `${word} ${count}`).join(', '), segments.map(({ tone, count }) => `${tone} ${count}`).join(', ')]
}

describe('the rollout of a workload', () => {
  test.each<[string, string, object, object, string, string]>([
    ['nothing there', 'deployments.apps', { replicas: 3 }, {}, 'desired 3, updated 0, ready 0, available 0', 'muted 3'],
    [
      'complete',
      'deployments.apps',
      { replicas: 3 },
      { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
      'desired 3, updated 3, ready 3, available 3',
      'ok 3',
    ],
    [
      'a new revision comes up beside the old one',
      'deployments.apps',
      { replicas: 3 },
      { replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 },
      'desired 3, updated 1, ready 3, available 3, old 3',
      'ok 3, warn 1',
    ],
    [
      'ready, and not for long enough to be available',
      'deployments.apps',
      { replicas: 3 },
      { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 1 },
      'desired 3, updated 3, ready 3, available 1',
      'ok 1, busy 2',
    ],
    ['scaled to zero', 'deployments.apps', { replicas: 0 }, {}, 'desired 0, updated 0, ready 0, available 0', ''],
    [
      'one of three is ready',
      'replicasets.apps',
      { replicas: 3 },
      { replicas: 2, readyReplicas: 1, availableReplicas: 1 },
      'desired 3, ready 1, available 1',
      'ok 1, warn 1, muted 1',
    ],
    [
      'the second of three is made',
      'statefulsets.apps',
      { replicas: 3 },
      { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 },
      'desired 3, updated 2, ready 1, available 1',
      'ok 1, warn 1, muted 1',
    ],
    [
      'one of two nodes',
      'daemonsets.apps',
      {},
      { desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 1, numberAvailable: 1 },
      'desired 2, updated 2, ready 1, available 1',
      'ok 1, warn 1',
    ],
    [
      'runs, with failures',
      'jobs.batch',
      { completions: 5 },
      { succeeded: 2, active: 1, failed: 4 },
      'completions 5, succeeded 2, active 1, failed 4',
      'ok 2, busy 1, muted 2',
    ],
    ['a queue of work', 'jobs.batch', {}, { active: 3 }, 'completions 1, succeeded 0, active 3, failed 0', 'busy 3'],
  ])('%s: %s', (_, key, spec, status, figures, bar) => expect(read(key, spec, status)).toEqual([figures, bar]))

  test('a CronJob has no pods of its own', () => expect(read('cronjobs.batch', {}, {})).toBeUndefined())
})

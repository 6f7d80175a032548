import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../../client/objects.ts'
import { fenceposts, newSetSize, proportion, scaled } from './math.ts'
import { byRevision, newSetAnnotations, nextRevision } from './revision.ts'
import { rolloutStatus, timeLeft } from './status.ts'
import { findNewSet, sameTemplate, templateHash } from './template.ts'

const deployment = (replicas: number, more: Deployment['spec'] = {}, status: Deployment['status'] = {}): Deployment => ({
  metadata: { name: 'web', namespace: 'default', generation: 1 },
  spec: {
    replicas,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    ...more,
  },
  status,
})
const set = (name: string, size: number, status: ReplicaSet['status'] = {}, annotations: Record<string, string> = {}): ReplicaSet => ({
  metadata: { name, annotations, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { replicas: size },
  status,
})

describe('sizes', () => {
  test('surge rounds up, unavailable down, and both are never zero', () => {
    expect(fenceposts(deployment(4))).toEqual({ maxSurge: 1, maxUnavailable: 1 })
    expect(fenceposts(deployment(10))).toEqual({ maxSurge: 3, maxUnavailable: 2 })
    const none = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } } }
    expect(fenceposts(deployment(5, none))).toEqual({ maxSurge: 0, maxUnavailable: 1 })
    expect(fenceposts(deployment(5, { strategy: { type: 'Recreate' } }))).toEqual({ maxSurge: 0, maxUnavailable: 0 })
    expect(() => scaled('much', 1, true)).toThrow(/percentage/)
  })

  test('the new set grows as far as surge allows and never beyond the deployment', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (replicas, old, current) => {
        fc.pre(current <= replicas)
        const d = deployment(replicas)
        const next = newSetSize(d, [set('old', old), set('new', current)], current)
        expect(next).toBeGreaterThanOrEqual(current)
        expect(next).toBeLessThanOrEqual(Math.max(replicas, current))
        if (next > current) expect(next + old).toBeLessThanOrEqual(replicas + fenceposts(d).maxSurge)
      }),
    )
  })

  test('a resize in the middle of a rollout is shared by size', () => {
    const d = deployment(8)
    const before = { 'deployment.kubernetes.io/max-replicas': '3' }
    expect(proportion(set('a', 2, {}, before), d, 7, 0)).toBe(5)
    expect(proportion(set('b', 1, {}, before), d, 7, 5)).toBe(2)
    expect(proportion(set('c', 0, {}, before), d, 7, 0)).toBe(0)
  })
})

describe('template', () => {
  const d = deployment(1)
  test('the hash is a name that depends on the content and the collisions, not on the order of fields', () => {
    const same = { spec: d.spec!.template!.spec, metadata: d.spec!.template!.metadata }
    const hash = templateHash(d.spec!.template, undefined)
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/)
    expect(templateHash(same, undefined)).toBe(hash)
    expect(templateHash(d.spec!.template, 1)).not.toBe(hash)
    expect(templateHash({ ...same, spec: { containers: [{ name: 'c', image: 'y' }] } }, undefined)).not.toBe(hash)
  })

  test('equality looks past the hash label and past empty values', () => {
    const t = d.spec!.template!
    const other = {
      metadata: { labels: { app: 'web', 'pod-template-hash': 'x' }, creationTimestamp: null },
      spec: { ...t.spec, nodeSelector: {} },
    }
    expect(sameTemplate(t, other)).toBe(true)
    expect(sameTemplate(t, { ...other, spec: { ...t.spec, hostNetwork: true } })).toBe(false)
    const table: [unknown, unknown, boolean][] = [
      [{ a: [] }, {}, true],
      [{ a: { b: null, c: {} } }, {}, true],
      [{}, { a: { b: [] } }, true],
      [{ a: [{}] }, {}, false],
      [{ a: [{}] }, { a: [{ b: null }] }, true],
      [{ a: [1, 2] }, { a: [1] }, false],
      [{ a: ['x'] }, { a: { 0: 'x' } }, false],
      [{ a: 0 }, {}, false],
      [{ a: '' }, {}, false],
      [{ a: false }, { a: false }, true],
      [{ constructor: null }, {}, true],
      [{ constructor: 'x' }, {}, false],
      [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
      [{}, { a: 1 }, false],
    ]
    for (const [x, y, same] of table) {
      const shown = `${JSON.stringify(x)} ${JSON.stringify(y)}`
      expect([shown, sameTemplate({ spec: x as never }, { spec: y as never })]).toEqual([shown, same])
      expect([shown, sameTemplate({ spec: y as never }, { spec: x as never })]).toEqual([shown, same])
    }
    expect(sameTemplate(undefined, { metadata: { labels: { 'pod-template-hash': 'x' } } })).toBe(true)
    expect(sameTemplate(t, { ...t, metadata: { ...t.metadata, annotations: { a: 'b' } } })).toBe(false)
    const mine = { ...set('b', 1), spec: { template: other } }
    expect(findNewSet(d, [set('a', 1), mine])).toBe(mine)
  })
})

test('a set that is rolled back to gets a new revision and remembers the old', () => {
  const d: Deployment = {
    ...deployment(1),
    metadata: { name: 'web', annotations: { note: 'n', 'deployment.kubernetes.io/revision': '2' } },
  }
  const first = newSetAnnotations(d, undefined, 1n)
  expect(first).toEqual({ note: 'n', 'deployment.kubernetes.io/revision': '1' })
  const third = newSetAnnotations(d, first, 3n)
  expect(third).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' })
  expect(newSetAnnotations(d, third, 3n)).toEqual(third)
})

test('revisions are int64: what no float64 holds is counted on exactly, what is no number is left alone and counts for nothing', () => {
  const of = (name: string, revision: string, second = 0): ReplicaSet => ({
    ...set(name, 1),
    metadata: { name, annotations: { 'deployment.kubernetes.io/revision': revision }, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
  })
  const huge = '3546343826724305832'
  expect(nextRevision([of('a', '7'), of('b', huge), of('c', 'x'), of('d', '9223372036854775808')])).toBe(3546343826724305833n)
  expect(nextRevision([])).toBe(1n)
  expect(newSetAnnotations(deployment(1), of('b', huge).metadata.annotations, 3546343826724305833n)).toMatchObject({
    'deployment.kubernetes.io/revision': '3546343826724305833',
    'deployment.kubernetes.io/revision-history': huge,
  })
  const broken = of('c', 'x').metadata.annotations
  expect(newSetAnnotations(deployment(1), broken, 2n)).toEqual(broken)
  const sorted = (...sets: ReplicaSet[]): unknown[] => sets.sort(byRevision).map((rs) => rs.metadata.name)
  expect(sorted(of('b', huge, 1), of('a', '3546343826724305831', 2))).toEqual(['a', 'b'])
  expect(sorted(of('young', 'x', 2), of('old', huge, 1))).toEqual(['old', 'young'])
})

describe('status', () => {
  const now = Date.UTC(2026, 0, 1)
  const at = '2026-01-01T00:00:00Z'
  const condition = (s: Deployment['status'], type: string) => s?.conditions?.find((c) => c.type === type)

  test('progress, then completion', () => {
    const d = deployment(2)
    const rs = set('web-1', 2, { replicas: 2, readyReplicas: 1, availableReplicas: 1 })
    const going = rolloutStatus(d, [rs], rs, now, at)
    expect(condition(going, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' })
    expect(condition(going, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: 'ReplicaSet "web-1" is progressing.',
    })
    expect(going).toMatchObject({ replicas: 2, updatedReplicas: 2, readyReplicas: 1, unavailableReplicas: 1, terminatingReplicas: 0 })
    const full = set('web-1', 2, { replicas: 2, readyReplicas: 2, availableReplicas: 2 })
    const done = rolloutStatus({ ...d, status: going }, [full], full, now, at)
    expect(condition(done, 'Progressing')).toMatchObject({
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-1" has successfully progressed.',
    })
    expect(done).not.toHaveProperty('unavailableReplicas')
  })

  test('no progress until the deadline is a failure', () => {
    const rs = set('web-1', 2, { replicas: 2 })
    const d = deployment(2)
    const status = rolloutStatus(d, [rs], rs, now, at)
    expect(timeLeft(d, status, now)).toBe(600_000)
    const later = rolloutStatus({ ...d, status }, [rs], rs, now + 600_001, '2026-01-01T00:10:00Z')
    expect(condition(later, 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-1" has timed out progressing.',
      lastTransitionTime: '2026-01-01T00:10:00Z',
    })
    expect(timeLeft({ ...d, spec: { ...d.spec, progressDeadlineSeconds: 2147483647 } }, status, now)).toBeUndefined()
  })

  // As Kubernetes' GetTerminatingReplicaCountForReplicaSets counts.
  test.each<[string, ReplicaSet['status'][], number | undefined]>([
    [
      'all tell',
      [
        { observedGeneration: 1, terminatingReplicas: 2 },
        { observedGeneration: 3, terminatingReplicas: 1 },
      ],
      3,
    ],
    ['one was not looked at yet', [{ observedGeneration: 1, terminatingReplicas: 2 }, {}], 2],
    ['one does not tell', [{ observedGeneration: 1, terminatingReplicas: 2 }, { observedGeneration: 1 }], undefined],
    ['one tells, though it was not looked at', [{ terminatingReplicas: 2 }], 2],
    ['there are none', [], 0],
  ])('pods that are ending, when %s', (_, statuses, wanted) => {
    const sets = statuses.map((status, i) => set(`web-${i}`, 1, status))
    expect(rolloutStatus(deployment(1), sets, sets[0], now, at).terminatingReplicas).toBe(wanted)
    expect(rolloutStatus(deployment(1), sets, sets[0], now, at, false)).not.toHaveProperty('terminatingReplicas')
  })

  test("a set's failure is the deployment's", () => {
    const rs = set('web-1', 2, { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] })
    expect(condition(rolloutStatus(deployment(2), [rs], rs, now, at), 'ReplicaFailure')).toMatchObject({
      reason: 'FailedCreate',
      message: 'quota',
    })
  })
})

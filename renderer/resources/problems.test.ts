import { describe, expect, test } from 'vitest'
import type { KindView } from '../kube/columns.ts'
import type { Row } from '../kube/store.ts'
import type { KubeObject } from '../kube/types.ts'
import {
  Causes,
  groupProblems,
  jobsOf,
  mayBeInTrouble,
  muteMark,
  ownerOf,
  type PodCause,
  summarizeJobOwners,
  summarizeTroubles,
  type Trouble,
} from './problems.ts'

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' }
const cause = (over: Partial<PodCause> = {}): Omit<PodCause, 'count'> => ({
  namespace: 'shop',
  owner: deployment,
  pod: 'checkout-1',
  reason: 'CrashLoopBackOff',
  tone: 'bad',
  message: '',
  container: 'app',
  exitCode: 3,
  restarts: 1,
  since: 100,
  ...over,
})
const trouble = (over: Partial<Trouble> = {}): Trouble => ({
  resource: 'deployments.apps',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'checkout',
  reason: 'Unavailable',
  tone: 'bad',
  message: 'Deployment does not have minimum availability.',
  owner: undefined,
  since: 50,
  ...over,
})

describe('owners', () => {
  const owned = (kind: string, name: string, labels?: Record<string, string>, controller = true): KubeObject =>
    ({ metadata: { name: 'x', labels, ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller }] } }) as KubeObject
  test.each([
    [owned('ReplicaSet', 'checkout-abc', { 'pod-template-hash': 'abc' }), deployment],
    // Somebody's own ReplicaSet, whose name only looks like one.
    [owned('ReplicaSet', 'checkout-abc'), { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-abc' }],
    [
      owned('ReplicaSet', 'checkout-abc', { 'pod-template-hash': 'bc' }),
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-abc' },
    ],
    [owned('StatefulSet', 'db'), { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }],
    [owned('StatefulSet', 'db', undefined, false), undefined],
    [{ metadata: { name: 'x' } } as KubeObject, undefined],
  ])('of %j', (object, owner) => expect(ownerOf(object)).toEqual(owner))
})

describe('causes', () => {
  test('the same reason of the same container of one owner is one; the newest pod stands for it', () => {
    const causes = new Causes()
    causes.add(cause({ message: 'old', restarts: 9 }))
    causes.add(cause({ pod: 'checkout-2', message: 'new', since: 300 }))
    causes.add(cause({ pod: 'checkout-3', message: 'between', since: 200 }))
    causes.add(cause({ exitCode: 1 }))
    causes.add(cause({ container: 'proxy' }))
    causes.add(cause({ namespace: 'other' }))
    causes.add(cause({ owner: undefined, pod: 'lone-1' }))
    causes.add(cause({ owner: undefined, pod: 'lone-2' }))
    const list = causes.list(100)
    expect(list).toHaveLength(6)
    expect(list[0]).toMatchObject({ count: 3, pod: 'checkout-2', message: 'new', restarts: 9, since: 100 })
    expect(list[0]).not.toHaveProperty('newest')
    expect(causes.list(2)).toHaveLength(2)
  })
})

describe('troubles', () => {
  const view: KindView = {
    trim: (object) => object,
    columns: [],
    status: (object) => (object as unknown as { word?: { text: string; tone: 'ok' | 'bad' | 'warn' } }).word,
  }
  const row = (name: string, word: object | undefined, more: object = {}): Row =>
    ({
      name,
      namespace: 'n',
      object: {
        metadata: { name, ...more },
        word,
        status: {
          conditions: [
            { type: 'Available', status: 'False', message: 'why' },
            { type: 'X', status: 'True', reason: 'Lost', message: 'by name' },
          ],
        },
      },
    }) as unknown as Row
  test('what is well, what goes, and what has no word is none; the message is that of the condition', () => {
    const rows = [
      row('fine', { text: 'Bound', tone: 'ok' }),
      row('wordless', undefined),
      row('going', { text: 'Lost', tone: 'bad' }, { deletionTimestamp: 'x' }),
      row('stuck', { text: 'Lost', tone: 'bad' }, { deletionTimestamp: '2020-01-01T00:00:00Z', finalizers: ['a/b', 'c'] }),
      row('slow', { text: 'NotReady', tone: 'warn' }),
      row('lost', { text: 'Lost', tone: 'bad' }),
    ]
    expect(summarizeTroubles(rows, view).map(({ name, reason, message }) => [name, reason, message])).toEqual([
      ['lost', 'Lost', 'by name'],
      ['stuck', 'Terminating', 'a/b, c'],
      ['slow', 'NotReady', 'why'],
    ])
  })
  test('kinds without a state are not asked about', () => {
    expect(['configmaps', 'persistentvolumeclaims', 'boats.example.com'].map((key) => mayBeInTrouble(key, ''))).toEqual([false, true, true])
    expect(mayBeInTrouble('roles.rbac.authorization.k8s.io', 'rbac.authorization.k8s.io')).toBe(false)
  })
})

describe('groups', () => {
  const counted = (over: Partial<PodCause> = {}): PodCause => ({ ...cause(over), count: 3 })

  test('an owner has its own state and the causes of its pods in one group', () => {
    const groups = groupProblems([counted(), counted({ reason: 'ImagePullBackOff', exitCode: undefined })], [trouble()])
    expect(groups).toHaveLength(1)
    expect(groups[0]).toMatchObject({
      owner: { kind: 'Deployment', name: 'checkout', resource: 'deployments.apps' },
      word: { text: 'Unavailable', tone: 'bad' },
      message: 'Deployment does not have minimum availability.',
      since: 50,
    })
    expect(groups[0]?.causes.map(({ reason, count }) => [reason, count])).toEqual([
      ['CrashLoopBackOff', 3],
      ['ImagePullBackOff', 3],
    ])
  })

  test('pods of a Job are grouped under its CronJob, and the Job with them', () => {
    const cron = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report' }
    const job = trouble({ resource: 'jobs.batch', kind: 'Job', name: 'report-1', reason: 'Failed', owner: cron })
    const groups = groupProblems([counted({ owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'report-1' } })], [job])
    expect(groups.map(({ owner, word, causes }) => [owner.kind, owner.name, word?.text, causes.length])).toEqual([
      ['CronJob', 'report', 'Failed', 1],
    ])
  })

  test('pods of Jobs that are in no trouble themselves are grouped under the CronJob that has made them, one reason once', () => {
    const of = (name: string, over: Partial<PodCause> = {}): PodCause =>
      counted({ owner: { apiVersion: 'batch/v1', kind: 'Job', name }, pod: `${name}-pod`, ...over })
    const causes = [of('report-1', { since: 10 }), of('report-2', { since: 30 }), of('report-3', { since: 20, restarts: 8 }), of('by-hand')]
    expect(jobsOf([...causes, counted()])).toEqual(['by-hand', 'report-1', 'report-2', 'report-3'].map((name) => `["shop","${name}"]`))
    const rows = ['report-1', 'report-2', 'report-3', 'by-hand', 'report-4'].map((name) => {
      const ownerReferences =
        name === 'by-hand' ? [] : [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'u', controller: true }]
      return { name, namespace: 'shop', object: { metadata: { name, ownerReferences } } } as unknown as Row
    })
    const owners = summarizeJobOwners(rows, jobsOf(causes))
    expect(Object.keys(owners)).toHaveLength(3)
    const groups = groupProblems(causes, [], owners)
    expect(groups.map(({ owner: { kind, name }, causes: [one, ...more] }) => [kind, name, one?.count, more.length])).toEqual([
      ['CronJob', 'report', 9, 0],
      ['Job', 'by-hand', 3, 0],
    ])
    expect(groups[0]?.causes[0]).toMatchObject({ pod: 'report-2-pod', restarts: 8, since: 10 })
    // What was given is not changed: the next grouping counts the same.
    expect(groupProblems(causes, [], owners)[0]?.causes[0]?.count).toBe(9)
  })

  test('the most serious first, then what has been so for longest; a pod without an owner is its own', () => {
    const groups = groupProblems(
      [counted({ owner: undefined, pod: 'lone', tone: 'warn', since: 1 }), counted({ since: 70 })],
      [trouble({ resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', name: 'data', reason: 'Lost', since: 60 })],
    )
    expect(groups.map(({ owner, tone }) => [owner.kind, owner.name, tone])).toEqual([
      ['PersistentVolumeClaim', 'data', 'bad'],
      ['Deployment', 'checkout', 'bad'],
      ['Pod', 'lone', 'warn'],
    ])
  })

  test('a muted group is seen again once it has another reason, and is muted in its own cluster only', () => {
    const [group] = groupProblems([counted()], [])
    const [more] = groupProblems([counted(), counted({ pod: 'checkout-9', count: 7 })], [])
    const [other] = groupProblems([counted({ reason: 'ImagePullBackOff' })], [])
    if (!group || !more || !other) throw new Error('a group is missing')
    expect(muteMark('local', more)).toBe(muteMark('local', group))
    expect(muteMark('local', other)).not.toBe(muteMark('local', group))
    expect(muteMark('prod', group)).not.toBe(muteMark('local', group))
  })
})

import { describe, expect, test } from 'vitest'
import { firstToRead, hasEarlierRun, type LoggingPod, sourcesOf, successor, waiting } from './log-sources.ts'

const pod = (status: LoggingPod['status'], annotations?: Record<string, string>): LoggingPod => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u', annotations },
  spec: { containers: [{ name: 'app' }, { name: 'proxy' }], initContainers: [{ name: 'setup' }] },
  status,
})
const running = { running: {} }
const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } })
const all = { container: '', since: '0', tail: 10, earlier: false }

describe('which container is read first', () => {
  test.each<[string, LoggingPod, string]>([
    ['the first', pod({ containerStatuses: [{ name: 'app', state: running, ready: true }] }), 'app'],
    ['the one its author names', pod({}, { 'kubectl.kubernetes.io/default-container': 'proxy' }), 'proxy'],
    ['a name that is none does not count', pod({}, { 'kubectl.kubernetes.io/default-container': 'gone' }), 'app'],
    [
      'an init container that fails',
      pod({ initContainerStatuses: [{ name: 'setup', state: { waiting: {} }, lastState: ended(7) }] }),
      'setup',
    ],
    [
      'one that crashes',
      pod({
        containerStatuses: [
          { name: 'app', state: running, ready: true, lastState: ended(1) },
          { name: 'proxy', state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended(2) },
        ],
      }),
      'proxy',
    ],
    ['one that is done is not failing', pod({ initContainerStatuses: [{ name: 'setup', state: ended(0, 'Completed') }] }), 'app'],
  ])('%s', (_, of, name) => expect(firstToRead(of)).toBe(name))
})

describe('sources', () => {
  test('what has begun is read, each with its pod, and its container where there are several', () => {
    const of = pod({
      containerStatuses: [
        { name: 'app', state: running, restartCount: 2 },
        { name: 'proxy', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
      ],
    })
    expect(sourcesOf(of, 'c', all).map(({ name, run }) => [name, run])).toEqual([['web/app', 2]])
    expect(sourcesOf(of, 'c', { ...all, container: 'app' }).map(({ name }) => name)).toEqual(['web'])
    expect(waiting(of, '')).toEqual([{ name: 'proxy', reason: 'ImagePullBackOff', message: 'no such image' }])
    expect(waiting(of, 'app')).toEqual([])
  })

  test('the log of a pod that is over is read once', () => {
    const containerStatuses = [{ name: 'app', state: ended(0, 'Completed') }]
    const over = (phase: string) => sourcesOf(pod({ phase, containerStatuses }), 'c', all).map((source) => [source.over, source.earlier])
    expect([over('Succeeded'), over('Failed'), over('Running')]).toEqual([[[true, false]], [[true, false]], [[false, false]]])
    const [source] = sourcesOf(pod({ phase: 'Succeeded', containerStatuses }), 'c', all)
    expect(source?.path(undefined)).toBe('/api/v1/namespaces/shop/pods/web/log?container=app&timestamps=true&tailLines=10')
  })

  test('the run before comes first and ends; while the next one waits the log is that of the last', () => {
    const crashed = pod({ containerStatuses: [{ name: 'app', state: running, restartCount: 3, lastState: ended(137, 'OOMKilled') }] })
    const [before, now] = sourcesOf(crashed, 'c', { ...all, earlier: true, since: '300' })
    expect(before).toMatchObject({ of: 'u/app', run: 2, over: true })
    expect(before?.path(undefined)).toBe(
      '/api/v1/namespaces/shop/pods/web/log?container=app&timestamps=true&previous=true&sinceSeconds=300',
    )
    expect(now).toMatchObject({ of: 'u/app', run: 3, over: false, before: { exitCode: 137, reason: 'OOMKilled' } })
    expect(now?.path('T')).toBe('/api/v1/namespaces/shop/pods/web/log?container=app&timestamps=true&follow=true&sinceTime=T')
    const waits = pod({ containerStatuses: [{ name: 'app', state: { waiting: {} }, restartCount: 3, lastState: ended(1) }] })
    expect(hasEarlierRun(waits)).toBe(false)
    expect(sourcesOf(waits, 'c', { ...all, earlier: true })).toHaveLength(1)
  })
})

test('a pod that is gone is followed by the newest that its controller has made since', () => {
  const owned = (name: string, uid: string, owner: string, more: object = {}): LoggingPod => ({
    metadata: {
      name,
      uid,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: owner, controller: true }],
      ...more,
    },
  })
  const gone = owned('a', '1', 'r')
  const pods = [
    gone,
    owned('old', '2', 'r', { creationTimestamp: '2026-01-01T00:00:00Z' }),
    owned('new', '3', 'r', { creationTimestamp: '2026-01-02T00:00:00Z' }),
    owned('going', '4', 'r', { creationTimestamp: '2026-01-03T00:00:00Z', deletionTimestamp: 'now' }),
    owned('other', '5', 's', { creationTimestamp: '2026-01-04T00:00:00Z' }),
  ]
  expect(successor(gone, pods)?.metadata.name).toBe('new')
  expect(successor({ metadata: { name: 'bare' } }, pods)).toBeUndefined()
})

import { describe, expect, test } from 'vitest'
import { RevisionMismatchError, type Storage } from './contract.ts'
import { StorageTimings } from './timings.ts'

/** A store of which each call takes as long as it is told and may be refused. */
function scripted(): { storage: Storage; timings: StorageTimings; take(ms: number, error?: Error): void } {
  let now = 1000
  let takes = 0
  let error: Error | undefined
  const call = async (): Promise<never> => {
    now += takes
    await Promise.resolve()
    if (error !== undefined) throw error
    return 7 as never
  }
  const timings = new StorageTimings('/registry/', () => now)
  const inner: Storage = {
    get: call,
    list: call,
    create: call,
    update: call,
    delete: call,
    compact: call,
    currentRevision: call,
    watch: () => {
      throw new Error('watched')
    },
    compactedRevision: call,
    stats: call,
    close: call,
    failed: Promise.race([]),
  }
  const take = (ms: number, e?: Error): void => {
    takes = ms
    error = e
  }
  return { storage: timings.observe(inner), timings, take }
}

async function read(timings: StorageTimings): Promise<{ durations: Map<string, number>; errors: Map<string, number> }> {
  const [durations, , errors] = await Promise.all(timings.sources().map((s) => s.get()))
  expect([durations!.name, durations!.type, errors!.name, errors!.type]).toEqual([
    'etcd_request_duration_seconds',
    'histogram',
    'etcd_request_errors_total',
    'counter',
  ])
  const part = (name = ''): string => name.replace('etcd_request_duration_seconds_', '')
  const values = durations!.values.map(({ labels, metricName, value }): [string, number] => [
    [labels.operation, part(metricName), ...(labels.le === undefined ? [] : [labels.le])].join(' '),
    value,
  ])
  return { durations: new Map(values), errors: new Map(errors!.values.map((v) => [String(v.labels.operation), v.value])) }
}

describe('what calls to the store take', () => {
  test('is counted by operation, in buckets that hold all the faster ones, too', async () => {
    const { storage, timings, take } = scripted()
    for (const ms of [0, 5, 6, 30, 61_000]) {
      take(ms)
      expect(await storage.get('/a')).toBe(7)
    }
    const { durations } = await read(timings)
    const of = (what: string): number | undefined => durations.get(`get ${what}`)
    // A bucket includes its bound.
    expect([of('bucket 0.005'), of('bucket 0.025'), of('bucket 0.05'), of('bucket 60')]).toEqual([2, 3, 4, 4])
    expect([of('bucket +Inf'), of('count')]).toEqual([5, 5])
    expect(of('sum')).toBeCloseTo(61.041, 10)
    expect(durations.get('list count')).toBeUndefined()
  })

  test('is counted for calls that fail, too, and their error goes to the caller as it is', async () => {
    const { storage, timings, take } = scripted()
    const error = new RevisionMismatchError('/a', undefined)
    take(10, error)
    await expect(storage.update('/a', Buffer.from(''), 1)).rejects.toBe(error)
    take(10)
    await storage.update('/a', Buffer.from(''), 1)
    const { durations, errors } = await read(timings)
    expect([durations.get('update count'), errors.get('update'), errors.get('create')]).toEqual([2, 1, undefined])
  })

  test('is told under the names that kube-apiserver gives its operations', async () => {
    const { storage, timings } = scripted()
    const calls = [storage.list('/'), storage.create('/a', Buffer.from('')), storage.delete('/a', 1), storage.compact(1)]
    expect(await Promise.all([...calls, storage.currentRevision()])).toEqual([7, 7, 7, 7, 7])
    const { durations } = await read(timings)
    const counts = [...durations].filter(([name]) => name.endsWith(' count'))
    expect(Object.fromEntries(counts.map(([name, n]) => [name.split(' ')[0], n]))).toEqual({
      list: 1,
      create: 1,
      delete: 1,
      compact: 1,
    })
  })

  test('is told by resource, whose keys have one word or two', async () => {
    const { storage, timings } = scripted()
    const keys = ['pods/a/b', 'pods/', 'services/specs/a/b', 'example.com/boats/a/b', 'minions/a', 'odd']
    for (const key of keys) await storage.get(`/registry/${key}`)
    const known = new Map([
      ['/registry/pods/', { group: '', resource: 'pods' }],
      ['/registry/services/specs/', { group: '', resource: 'services' }],
      ['/registry/example.com/boats/', { group: 'example.com', resource: 'boats' }],
      ['/registry/minions/', { group: '', resource: 'nodes' }],
    ])
    const requests = await timings.sources((prefix) => known.get(prefix))[1]!.get()
    expect(requests.name).toBe('etcd_requests_total')
    expect(requests.values.map(({ labels, value }) => [labels.group, labels.resource, value])).toEqual([
      ['', 'pods', 2],
      ['', 'services', 1],
      ['example.com', 'boats', 1],
      ['', 'nodes', 1],
      ['', '', 1],
    ])
  })

  test('changes nothing else of the store', async () => {
    const { storage } = scripted()
    expect(() => storage.watch('/', 1, { events: () => {}, progress: () => {}, closed: () => {} })).toThrow('watched')
    expect(storage.failed).toBeInstanceOf(Promise)
    expect([await storage.compactedRevision(), await storage.stats()]).toEqual([7, 7])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeObject, FrameReader, parseWatchEvent, unwrap } from '../../server/codec/protobuf/index.ts'
import { scheme } from '../../server/scheme/index.ts'
import type { Api, List, Obj } from '../fixtures/api.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { type Store, stores } from '../fixtures/stores.ts'
import { until } from '../fixtures/until.ts'
import type { WatchStream } from '../fixtures/watch.ts'
import { WriteLoad } from '../fixtures/write-load.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1'

const INCONSISTENT = /^The provided continue parameter is too old .* Continuing with the provided token results in an inconsistent list/

const map = (name: string, more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more } })
const names = (items: readonly Obj[]): string[] => items.map((o) => o.metadata.name)

interface Status {
  kind: string
  reason: string
  message: string
  code: number
}

for (const kind of stores) {
  describe.skipIf(kind.missing !== undefined)(`lists and watches on ${kind.name}`, () => {
    let store: Store
    let server: Server
    let api: Api
    beforeAll(async () => {
      store = await kind.open()
      server = await startServer(store.options)
      api = server.api
      for (let i = 0; i < 25; i++) await api.create(MAPS, map(`page-${String(i).padStart(2, '0')}`, { labels: { part: 'page' } }))
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    })

    test('pages are one moment of the whole, whatever is written meanwhile', async () => {
      const load = new WriteLoad()
      const writing = load.run(api, 'paging', 4)
      const first = await api.get<List>(`${MAPS}?labelSelector=part%3Dpage&limit=7`)
      expect(first.items).toHaveLength(7)
      // What comes after the first page goes, and what is new stands among it.
      await api.remove(`${MAPS}/page-20`)
      await api.create(MAPS, map('page-07a', { labels: { part: 'page' } }))
      const seen = names(first.items)
      let { metadata } = first
      while (metadata.continue !== undefined && metadata.continue !== '') {
        const page = await api.get<List>(`${MAPS}?labelSelector=part%3Dpage&limit=7&continue=${encodeURIComponent(metadata.continue)}`)
        expect(page.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
        seen.push(...names(page.items))
        metadata = page.metadata
      }
      load.stop()
      await writing
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `page-${String(i).padStart(2, '0')}`))
      await api.create(MAPS, map('page-20', { labels: { part: 'page' } }))
      await api.remove(`${MAPS}/page-07a`)
    })

    test('remainingItemCount without a selector', async () => {
      const { metadata } = await api.get<List>('/api/v1/namespaces?limit=1')
      expect(metadata.remainingItemCount).toBe(3)
    })

    test('a list at an exact version is the past', async () => {
      const before = await api.get<List>(`${MAPS}?labelSelector=part%3Dpage`)
      await api.create(MAPS, map('later', { labels: { part: 'page' } }))
      const at = `resourceVersion=${before.metadata.resourceVersion}&resourceVersionMatch=Exact`
      const past = await api.get<List>(`${MAPS}?labelSelector=part%3Dpage&${at}`)
      expect([past.metadata.resourceVersion, names(past.items)]).toEqual([before.metadata.resourceVersion, names(before.items)])
      const now = await api.get<List>(
        `${MAPS}?labelSelector=part%3Dpage&resourceVersion=${before.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
      )
      expect(names(now.items)).toContain('later')
      await api.remove(`${MAPS}/later`)
    })

    test('a version that is not there yet', async () => {
      const answer = await api.send('GET', `${MAPS}?resourceVersion=999999999`)
      expect([answer.status, answer.headers['retry-after'], answer.json<Status>().message]).toEqual([
        504,
        '1',
        expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/),
      ])
    })

    test('a watch from a version that is not there yet is silent until it is; one that begins with a list waits no longer than a list', async () => {
      const { metadata } = await api.get<List>(MAPS)
      const from = Number(metadata.resourceVersion) + 2
      using watch = await api.watch(MAPS, { resourceVersion: String(from), labelSelector: 'part=future' })
      for (const name of ['one', 'two', 'three']) await api.create(MAPS, map(`future-${name}`, { labels: { part: 'future' } }))
      await until('the event behind that version', () => watch.events.length > 0)
      expect(watch.events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'future-three' } } }])
      const listed = {
        resourceVersion: '999999999',
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
      }
      using list = await api.watch(MAPS, listed)
      expect(await list.ended).toBe('')
      expect(list.events).toMatchObject([
        { type: 'ERROR', object: { code: 504, message: expect.stringMatching(/^Timeout: Too large resource version: 999999999/) } },
      ])
    })

    test('a watch that nothing happens to ends on time, in order', async () => {
      const { metadata } = await api.get<List>(MAPS)
      using watch = await api.watch(MAPS, { resourceVersion: metadata.resourceVersion, timeoutSeconds: 1, labelSelector: 'none=none' })
      expect(await watch.ended).toBe('')
      expect(watch.events).toEqual([])
    })

    test('an Event goes when its time is over, and a watch is told', async () => {
      await using brief = await kind.open()
      using home = scratch()
      await using forgetful = await startServer({ ...brief.options, dir: home.path, flags: ['--event-ttl=1s'] })
      const own = forgetful.api
      const events = '/api/v1/namespaces/default/events'
      using watch = await own.watch(events, { resourceVersion: (await own.get<List>(events)).metadata.resourceVersion })
      const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' }
      await own.create(events, { apiVersion: 'v1', kind: 'Event', metadata: { name: 'brief' }, involvedObject, reason: 'Tested' })
      const gone = await until('the end of the event', () => watch.events.find((e) => e.type === 'DELETED'))
      expect(gone).toMatchObject({ object: { metadata: { name: 'brief' } } })
      expect((await own.send('GET', `${events}/brief`)).status).toBe(404)
    })

    test('versions that are compacted away are 410: lists, pages, and a watch', async () => {
      await using past = await kind.open()
      using home = scratch()
      const options = { ...past.options, dir: home.path, flags: ['--etcd-compaction-interval=100ms'] }
      await using compacting = await startServer(options)
      const own = compacting.api
      for (const name of ['a', 'b', 'c']) await own.create(MAPS, map(name))
      const page = await own.get<List>(`${MAPS}?limit=1`)
      await own.remove(`${MAPS}/a`)
      const revision = page.metadata.resourceVersion
      const exact = await until('the compaction', async () => {
        const answer = await own.send('GET', `${MAPS}?resourceVersion=${revision}&resourceVersionMatch=Exact`)
        return answer.status === 200 ? undefined : answer
      })
      expect(exact.json<Status>()).toMatchObject({
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided list is too old.',
      })
      const next = await own.send('GET', `${MAPS}?limit=1&continue=${page.metadata.continue}`)
      expect(next.json<Status>()).toMatchObject({ code: 410, reason: 'Expired', message: expect.stringMatching(INCONSISTENT) })
      // The token of the answer goes on from now, behind the last name that was seen.
      const goesOn = await own.get<List>(`${MAPS}?continue=${next.json<List>().metadata.continue}`)
      expect(names(goesOn.items)).toEqual(['b', 'c'])
      await compacting.stop()
      // The ring of recent events reaches back no further than the start.
      await using restarted = await startServer(options)
      using watch = await restarted.api.watch(MAPS, { resourceVersion: revision })
      expect(await watch.ended).toBe('')
      expect(watch.events).toMatchObject([
        {
          type: 'ERROR',
          object: { code: 410, reason: 'Expired', message: expect.stringMatching(`^too old resource version: ${revision} \\(\\d+\\)$`) },
        },
      ])
    })

    test('a watch from a version that is kept begins right after it', async () => {
      const { metadata } = await api.get<List>(MAPS)
      const made = [await api.create(MAPS, map('w1')), await api.create(MAPS, map('w2'))]
      await api.remove(`${MAPS}/w1`)
      using watch = await api.watch(MAPS, { resourceVersion: metadata.resourceVersion })
      await watch.count('three events', 3)
      expect(watch.events.map((e) => `${e.type} ${e.object.metadata.name}`)).toEqual(['ADDED w1', 'ADDED w2', 'DELETED w1'])
      expect(watch.events.slice(0, 2).map((e) => e.object)).toEqual(made)
      await api.remove(`${MAPS}/w2`)
    })

    test('a watch with a selector says DELETED when an object leaves it', async () => {
      await api.create(MAPS, map('mover', { labels: { at: 'sea' } }))
      using watch = await api.watch(MAPS, { labelSelector: 'at=sea' })
      await watch.until('the object', (e) => e.type === 'ADDED')
      await api.merge(`${MAPS}/mover`, { metadata: { labels: { at: 'land' } } })
      await api.merge(`${MAPS}/mover`, { metadata: { labels: { at: 'sea' } } })
      await watch.count('all three', 3)
      expect(watch.events.map((e) => e.type)).toEqual(['ADDED', 'DELETED', 'ADDED'])
      await api.remove(`${MAPS}/mover`)
    })

    test('sendInitialEvents ends its first part with the bookmark that client-go waits for', async () => {
      const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true, labelSelector: 'part=page' }
      using watch = await api.watch(MAPS, query)
      const end = await watch.until('the bookmark', (e) => e.type === 'BOOKMARK')
      expect(watch.events.slice(0, -1).map((e) => [e.type, e.object.metadata.name])).toEqual(
        Array.from({ length: 25 }, (_, i) => ['ADDED', `page-${String(i).padStart(2, '0')}`]),
      )
      expect(end.object).toEqual({
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: expect.stringMatching(/^\d+$/), annotations: { 'k8s.io/initial-events-end': 'true' } },
      })
    })

    test('such a watch is compressed for whoever takes that, and each event can be read as it comes', async () => {
      const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=part%3Dzip'
      const open = (encoding: string, asked = query): Promise<WatchStream> =>
        api.stream(`${MAPS}?${asked}`, undefined, { 'accept-encoding': encoding })
      await api.create(MAPS, map('zip-a', { labels: { part: 'zip' } }))
      using watch = await open('deflate, gzip')
      await watch.until('the bookmark', (e) => e.type === 'BOOKMARK')
      await api.create(MAPS, map('zip-b', { labels: { part: 'zip' } }))
      await watch.until('the event', (e) => e.object.metadata.name === 'zip-b')
      await api.remove(`${MAPS}/zip-a`)
      await watch.until('the end of an object', (e) => e.type === 'DELETED')
      expect(watch.events.map((e) => e.type)).toEqual(['ADDED', 'BOOKMARK', 'ADDED', 'DELETED'])
      using weighed = await open('gzip;q=1')
      using others = await open('br')
      using plain = await open('gzip', 'watch=true')
      expect([watch, weighed, others, plain].map(({ isCompressed }) => isCompressed)).toEqual([true, false, false, false])
    })

    test('bookmarks come before the end of a watch', async () => {
      using watch = await api.watch(MAPS, { allowWatchBookmarks: true, timeoutSeconds: 1, labelSelector: 'none=none' })
      expect(await watch.ended).toBe('')
      expect(watch.events.filter((e) => e.type === 'BOOKMARK').length).toBeGreaterThan(0)
    })

    test('the old /watch/ paths', async () => {
      using all = await api.stream('/api/v1/watch/namespaces/default/configmaps?labelSelector=part%3Dpage')
      using one = await api.stream('/api/v1/watch/namespaces/default/configmaps/page-03')
      await all.count('all pages', 25)
      const { object } = await one.until('the one', () => true)
      expect(object.metadata.name).toBe('page-03')
    })

    test('protobuf: objects, lists and watch frames say what JSON says', async () => {
      const json = await api.get<List>(`${MAPS}?labelSelector=part%3Dpage`)
      const list = await api.send('GET', `${MAPS}?labelSelector=part%3Dpage`, { accept: PROTOBUF })
      expect(list.headers['content-type']).toBe(PROTOBUF)
      expect(decodeObject(list.body, scheme)).toMatchObject({
        kind: 'ConfigMapList',
        items: json.items.map((o) => ({ metadata: { name: o.metadata.name, uid: o.metadata.uid } })),
      })
      using watch = await api.watch(MAPS, { labelSelector: 'part=page' }, PROTOBUF)
      const bytes = await watch.bytes('some frames', 2000)
      const events = new FrameReader().push(bytes).map(parseWatchEvent)
      expect(events[0]?.type).toBe('ADDED')
      expect(unwrap(events[0]?.object ?? Buffer.alloc(0))).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
      expect(decodeObject(events[0]?.object ?? Buffer.alloc(0), scheme)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', ...json.items[0] })
    })

    test('a table, of objects and in a watch', async () => {
      const table = (await api.send('GET', `${MAPS}?labelSelector=part%3Dpage&limit=2`, { accept: TABLE })).json<{
        kind: string
        columnDefinitions: { name: string }[]
        rows: { cells: unknown[]; object: Obj }[]
      }>()
      expect(table.kind).toBe('Table')
      expect(table.columnDefinitions.map((c) => c.name)).toEqual(['Name', 'Data', 'Age'])
      expect(table.rows.map((r) => [r.cells[0], r.cells[1], r.object.kind])).toEqual([
        ['page-00', 0, 'PartialObjectMetadata'],
        ['page-01', 0, 'PartialObjectMetadata'],
      ])
      using watch = await api.watch(MAPS, { fieldSelector: 'metadata.name=page-00' }, TABLE)
      const { object } = await watch.until('the row', () => true)
      expect([object.kind, (object.columnDefinitions as unknown[]).length]).toEqual(['Table', 3])
    })

    test('metadata alone', async () => {
      const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
      const list = (await api.send('GET', `${MAPS}?labelSelector=part%3Dpage`, { accept })).json<List>()
      expect([list.kind, list.items.length, 'data' in (list.items[0] ?? {})]).toEqual(['PartialObjectMetadataList', 25, false])
    })

    test('a collection is deleted with what its selector sees, and a watch sees each go', async () => {
      for (const name of ['c1', 'c2', 'c3']) await api.create(MAPS, map(name, { labels: { part: name === 'c3' ? 'other' : 'gone' } }))
      using watch = await api.watch(MAPS, { resourceVersion: (await api.get<List>(MAPS)).metadata.resourceVersion })
      await api.remove(`${MAPS}?labelSelector=part%3Dgone`)
      await watch.count('both', 2)
      expect(watch.events.map((e) => `${e.type} ${e.object.metadata.name}`).sort()).toEqual(['DELETED c1', 'DELETED c2'])
      expect((await api.send('GET', `${MAPS}/c3`)).status).toBe(200)
    })
  })
}

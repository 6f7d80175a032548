import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { List } from '../fixtures/api.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { stores } from '../fixtures/stores.ts'
import { faultsOf, WriteLoad } from '../fixtures/write-load.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'

for (const kind of stores) {
  describe.skipIf(kind.missing !== undefined)(`an end in order on ${kind.name}`, () => {
    test.each(['SIGTERM', 'SIGINT'] as const)(
      '%s ends writes, watches and the store, then the next start goes on where this one was',
      async (signal) => {
        await using store = await kind.open()
        using dir = scratch()
        const load = new WriteLoad()
        let last = ''
        {
          await using server = await startServer({ ...store.options, dir: dir.path, loops: true })
          expect(statSync(server.kubeconfig).mode & 0o777).toBe(0o600)
          expect(statSync(`${dir.path}/data`).mode & 0o077).toBe(0)
          using watch = await server.api.watch(MAPS, { labelSelector: 'load=write', allowWatchBookmarks: true })
          using pods = await server.api.watch('/api/v1/pods', { resourceVersion: 0 })
          const writing = load.run(server.api, 'stop')
          await load.reached(200)
          const exit = await server.stop(signal)
          expect([exit.code, exit.signal, exit.stdout]).toEqual([0, null, `ready ${server.url}\n`])
          // Streams are ended, not torn.
          expect([await watch.ended, await pods.ended]).toEqual(['', ''])
          await writing
          last = watch.resourceVersion
          const watched = new Set(watch.events.map((e) => e.object.metadata.resourceVersion))
          expect(load.versions.filter((v) => Number(v) <= Number(last) && !watched.has(v))).toEqual([])
        }
        await using server = await startServer({ ...store.options, dir: dir.path })
        const { items, metadata } = await server.api.get<List>(`${MAPS}?labelSelector=load%3Dwrite`)
        expect(faultsOf(load, items)).toEqual([])
        using watch = await server.api.watch(MAPS, { labelSelector: 'load=write', resourceVersion: last })
        const mark = await server.api.create(MAPS, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'mark', labels: { load: 'write' } },
        })
        await watch.until('the mark', (e) => e.object.metadata.resourceVersion === mark.metadata.resourceVersion)
        const resumed = new Set(watch.events.map((e) => e.object.metadata.resourceVersion))
        const missed = items.map((o) => o.metadata.resourceVersion).filter((v) => Number(v) > Number(last) && !resumed.has(v))
        expect([missed, Number(metadata.resourceVersion) >= Number(last)]).toEqual([[], true])
      },
    )
  })
}

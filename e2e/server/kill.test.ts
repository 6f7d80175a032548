import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { List } from '../fixtures/api.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { type Store, stores } from '../fixtures/stores.ts'
import type { WatchEvent } from '../fixtures/watch.ts'
import { faultsOf, WriteLoad } from '../fixtures/write-load.ts'

/**
 * kill -9 while sixteen writers write: what was acknowledged is there afterwards, and a watch that goes on from the last version it saw
 * misses nothing and sees nothing twice. BINNACLE_KILLS sets the rounds.
 */
const rounds = Number(process.env.BINNACLE_KILLS ?? 5)
const MAPS = '/api/v1/namespaces/default/configmaps'

for (const kind of stores) {
  describe.skipIf(kind.missing !== undefined)(`kill -9 on ${kind.name}`, () => {
    let store: Store
    const dir = scratch()
    beforeAll(async () => {
      store = await kind.open()
    })
    afterAll(async () => {
      await store[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    })

    test(`${rounds} times`, { timeout: 60_000 + rounds * 20_000 }, async () => {
      const load = new WriteLoad()
      const seen: WatchEvent[] = []
      let last = ''
      for (let round = 0; round <= rounds; round++) {
        await using server = await startServer({ ...store.options, dir: dir.path })
        const { items, metadata } = await server.api.get<List>(`${MAPS}?labelSelector=load%3Dwrite`)
        expect(faultsOf(load, items)).toEqual([])
        if (last === '') last = metadata.resourceVersion
        using watch = await server.api.watch(MAPS, { labelSelector: 'load=write', resourceVersion: last })
        // A last write of our own says when the watch has caught up.
        const mark = await server.api.create(MAPS, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `mark-${round}`, labels: { load: 'write' } },
        })
        await watch.until('the mark', (e) => e.object.metadata.resourceVersion === mark.metadata.resourceVersion)
        if (round < rounds) {
          const writing = load.run(server.api, `r${round}`)
          // Not always at the same moment of a group commit.
          await load.reached(load.acknowledged + 20 + ((round * 37) % 180))
          await server.stop('SIGKILL')
          await writing
          await watch.ended
        }
        seen.push(...watch.events)
        last = watch.resourceVersion
      }
      console.log(`${kind.name}: ${rounds} kills, ${load.acknowledged} acknowledged writes, ${seen.length} events`)
      expect(seen.filter((e) => e.type === 'ERROR')).toEqual([])
      const versions = seen.map((e) => Number(e.object.metadata.resourceVersion))
      expect(versions.filter((v, i) => i > 0 && v <= (versions[i - 1] ?? 0))).toEqual([])
      const watched = new Set(seen.map((e) => e.object.metadata.resourceVersion))
      expect(load.versions.filter((v) => !watched.has(v))).toEqual([])
      const gone = new Set(seen.filter((e) => e.type === 'DELETED').map((e) => e.object.metadata.name))
      expect(load.deletes.filter((name) => !gone.has(name))).toEqual([])
    })
  })
}

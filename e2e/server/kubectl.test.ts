import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Server, startServer } from '../fixtures/server.ts'
import { type Store, stores } from '../fixtures/stores.ts'
import { steps, version } from './kubectl.cases.ts'

/** An unmodified kubectl, from its first look to the last delete, on each store. */
for (const kind of stores) {
  const cannot = kind.missing !== undefined || version === undefined
  describe.skipIf(cannot)(`kubectl ${version ?? '(not on PATH)'} on ${kind.name}`, () => {
    let store: Store
    let server: Server
    beforeAll(async () => {
      store = await kind.open()
      server = await startServer({ ...store.options, loops: true })
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    })
    test.each(steps)('$name', ({ run }) => run(server))
  })
}

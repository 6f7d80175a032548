import { afterAll, beforeAll, describe, test } from 'vitest'
import { lifeTests } from './life-tests.ts'
import { propertyTests } from './properties.ts'
import { readTests } from './read-tests.ts'
import type { ConformanceOptions, Subject, Suite } from './suite.ts'
import { watchTests } from './watch-tests.ts'
import { writeTests } from './write-tests.ts'

/** Every guarantee of the storage contract, on one store that `factory` opens. */
export function storageConformance(name: string, factory: () => Promise<Subject>, options: ConformanceOptions = {}): void {
  if (options.skip !== undefined) {
    test.skip(`${name}: the storage contract is skipped, ${options.skip}`)
    return
  }
  describe(name, { timeout: 60_000 }, () => {
    let subject: Subject
    let tests = 0
    const suite: Suite = {
      options,
      prefix: '',
      subject: () => subject,
      store: () => subject.storage,
      fresh: () => {
        suite.prefix = `/registry/t${tests++}/`
        return suite.prefix
      },
    }
    beforeAll(async () => {
      subject = await factory()
    }, 60_000)
    afterAll(() => subject?.dispose())

    writeTests(suite)
    readTests(suite)
    watchTests(suite)
    propertyTests(suite.store, options.propertyRuns ?? 60, suite.fresh)
    lifeTests(suite)
  })
}

import { rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Feed } from '../../../cache/feed.ts'
import { FakeClock } from '../../../machinery/clock.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { scheme } from '../../../scheme/index.ts'
import type { Storage } from '../../../storage/contract.ts'
import { openSqliteStorage } from '../../../storage/sqlite/open.ts'
import { builtInDefinitions } from '../../built-in.ts'
import type { BuiltInKind } from '../../definition.ts'
import { eventsInEventsGroup } from '../../events/events.ts'
import { Registry } from '../../registry.ts'
import { admitEverything } from '../../../admission/contract.ts'
import type { StrategyContext } from '../strategy.ts'

export interface Stores extends AsyncDisposable {
  registry: Registry
  feed: Feed
  storage: Storage
  clock: FakeClock
  /** Texts that went to the client. */
  warnings: string[]
  context: StrategyContext
}

const silent = { info: () => undefined, warn: () => undefined }

/** All stores on a scratch SQLite file, without a server around them. */
export async function openStores(
  kinds: readonly BuiltInKind[] = [],
  o: { wrap?: (s: Storage) => Storage; adds?: (registry: Registry) => Promise<void> } = {},
): Promise<Stores> {
  const dir = await mkdtemp(join(tmpdir(), 'registry-'))
  const storage = await openSqliteStorage({ path: join(dir, 'store.db') })
  const clock = new FakeClock()
  const seen = o.wrap?.(storage) ?? storage
  const feed = new Feed({ storage: seen, prefix: '/registry/', clock, log: silent })
  const registry = new Registry({ storage: seen, feed, keyPrefix: '/registry/', builtIn: scheme })
  registry.add(builtInDefinitions(scheme, [eventsInEventsGroup, ...kinds]))
  await o.adds?.(registry)
  await feed.start()
  const warnings: string[] = []
  const user = { name: 'admin', groups: [] }
  const context: StrategyContext = { user, clock, admission: admitEverything, dryRun: false, warn: (text) => void warnings.push(text) }
  return {
    registry,
    feed,
    storage,
    clock,
    warnings,
    context,
    async [Symbol.asyncDispose]() {
      await feed.close()
      await storage.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export const configMap = (name: string, more: Partial<KubeObject> = {}): KubeObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name },
  data: { a: '1' },
  ...more,
})

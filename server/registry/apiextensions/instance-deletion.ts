import { isStatusError } from '../../machinery/status.ts'
import { deleteFrom } from '../generic/delete.ts'
import type { Store } from '../generic/store.ts'
import type { StrategyContext } from '../generic/strategy.ts'

/** How many deletes are under way at once. */
const AT_ONCE = 50

/** Deletes all objects of a kind; tells how many wait for their finalizers, and what went wrong. */
export async function deleteInstances(store: Store, context: StrategyContext): Promise<{ left: number; errors: string[] }> {
  const errors: string[] = []
  await store.deps.feed.fresh()
  const entries = [...store.resource.cache.list.entries({ namespace: '' })]
  let next = 0
  const work = async (): Promise<void> => {
    for (let entry = entries[next++]; entry !== undefined; entry = entries[next++]) {
      try {
        await deleteFrom(store, { namespace: entry.namespace, name: entry.name, options: {}, context })
      } catch (e) {
        if (!isStatusError(e, 'NotFound')) errors.push(e instanceof Error ? e.message : String(e))
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await store.deps.feed.fresh()
  return { left: store.resource.cache.list.size, errors }
}

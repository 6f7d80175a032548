import { expect } from 'vitest'
import type { ControllerRevision } from '../../client/objects-apps.ts'
import { CONTROLLER_REVISIONS } from '../../client/resource.ts'
import type { TestCluster } from './cluster.ts'

/**
 * Revisions are int64: beyond 2^53 they are counted on exactly, for a new template and for the way back.
 * @param change gives the workload, which has one revision, a template of this name; it began with `one`
 */
export async function countsRevisionsExactly(cluster: TestCluster, change: (template: string) => Promise<unknown>): Promise<void> {
  const revisions = async (): Promise<unknown[]> =>
    (await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)).map((r) => String(r.revision)).sort()
  const [first] = await cluster.list<ControllerRevision>(CONTROLLER_REVISIONS)
  const revision = 2n ** 53n + 1n
  await cluster.client
    .resource(CONTROLLER_REVISIONS)
    .patch(first!.metadata.name!, { type: 'merge', body: { revision } as never }, { namespace: 'default' })
  await change('two')
  await cluster.until('the next', async () => (await revisions()).join() === '9007199254740993,9007199254740994')
  await change('one')
  await cluster.until('a way back', async () => (await revisions()).join() === '9007199254740994,9007199254740995')
  expect(cluster.errors).toEqual([])
}

import type { ControllerRevision, StatefulSet } from '../../client/objects-apps.ts'
import type { Pod } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS } from '../../client/resource.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import type { ControllerContext } from '../controller.ts'
import { controllerRef } from '../owners.ts'
import { byRevision, createRevision, hasData, newRevision, nextRevision, revisionHash, templatePatch } from '../revisions.ts'
import { revisionOf } from './identity.ts'

type Context = Pick<ControllerContext, 'client' | 'signal'>

export interface History {
  /** What pods below the partition are made of. */
  current: ControllerRevision
  /** The set's template as it is now. */
  update: ControllerRevision
  collisions: number
}

const HASH_LABEL = 'controller.kubernetes.io/hash'

const nameOf = (r: ControllerRevision): string => r.metadata.name ?? ''

/** The two revisions that matter; the one of the present template is made, or renumbered after a way back. */
export async function readHistory(ctx: Context, set: StatefulSet, revisions: readonly ControllerRevision[]): Promise<History> {
  const sorted = [...revisions].sort(byRevision)
  const data = templatePatch(set.spec?.template)
  const revision = nextRevision(sorted)
  const same = sorted.filter((r) => hasData(r, data)).at(-1)
  let made: Pick<History, 'update' | 'collisions'>
  if (same === undefined) made = await snapshot(ctx, set, data, revision)
  else {
    const update = same === sorted.at(-1) ? same : await renumber(ctx, same, revision)
    made = { update, collisions: set.status?.collisionCount ?? 0 }
  }
  const current = sorted.find((r) => nameOf(r) === set.status?.currentRevision) ?? made.update
  return { current, ...made }
}

/** Makes a revision; while another template has its name, under the next one. */
async function snapshot(ctx: Context, set: StatefulSet, data: Record<string, unknown>, revision: Int64): Promise<Omit<History, 'current'>> {
  const { template } = set.spec ?? {}
  const ownerRef = controllerRef(set, 'apps/v1', 'StatefulSet')
  for (let collisions = set.status?.collisionCount ?? 0; ; collisions++) {
    const hash = revisionHash(data, collisions)
    const wanted = newRevision({ owner: set, ownerRef, template, data, revision, hash, hashLabel: HASH_LABEL })
    const update = await createRevision(ctx.client, wanted, ctx.signal)
    if (update !== undefined) return { update, collisions }
  }
}

function renumber({ client, signal }: Context, old: ControllerRevision, revision: Int64): Promise<ControllerRevision> {
  const next = { ...old, apiVersion: 'apps/v1', kind: 'ControllerRevision', revision }
  return client.resource<ControllerRevision>(CONTROLLER_REVISIONS).update(next, { signal })
}

/** Revisions beyond the limit go, the oldest first, but for those of living pods and the two in use. */
export async function trimHistory(
  { client, signal }: Context,
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: readonly ControllerRevision[],
  { current, update }: History,
): Promise<void> {
  const live = new Set([nameOf(current), nameOf(update), ...pods.map(revisionOf)])
  const unused = revisions.filter((r) => !live.has(nameOf(r))).sort(byRevision)
  const surplus = unused.slice(0, Math.max(unused.length - (set.spec?.revisionHistoryLimit ?? 10), 0))
  for (const r of surplus) await client.resource(CONTROLLER_REVISIONS).delete(nameOf(r), { namespace: r.metadata.namespace, signal })
}

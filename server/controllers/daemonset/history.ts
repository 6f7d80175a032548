import type { ControllerRevision, DaemonSet } from '../../client/objects-apps.ts'
import type { Pod } from '../../client/objects.ts'
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../../client/resource.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import type { ControllerContext } from '../controller.ts'
import { templateHash } from '../deployment/template.ts'
import { controllerRef } from '../owners.ts'
import { byRevision, createRevision, hasData, newRevision, nextRevision, REVISION_LABEL, templatePatch } from '../revisions.ts'

type Context = Pick<ControllerContext, 'client' | 'signal'>

export interface History {
  current: ControllerRevision
  old: ControllerRevision[]
}

const hashOf = (r: ControllerRevision): string => r.metadata.labels?.[REVISION_LABEL] ?? ''

/** The revision of the set's template as it is now, made or renumbered where needed, and those before it. */
export async function readHistory(
  ctx: Context,
  ds: DaemonSet,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<History> {
  const data = templatePatch(ds.spec?.template)
  const same = revisions.filter((r) => hasData(r, data))
  const old = revisions.filter((r) => !same.includes(r))
  const number = nextRevision(old)
  let current = await keepOne(ctx, same, pods)
  if (current === undefined) current = await snapshot(ctx, ds, data, number)
  else if (current.revision < number) {
    const { namespace } = ds.metadata
    const next = { ...current, apiVersion: 'apps/v1', kind: 'ControllerRevision', revision: number }
    current = await ctx.client.resource<ControllerRevision>(CONTROLLER_REVISIONS).update(next, { namespace, signal: ctx.signal })
  }
  return { current, old }
}

/** Several revisions of one template come of a race: the newest stays, and pods of the others get its label. */
async function keepOne(
  { client, signal }: Context,
  same: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<ControllerRevision | undefined> {
  const kept = [...same].sort(byRevision).at(-1)
  if (kept === undefined || same.length === 1) return kept
  const { namespace } = kept.metadata
  for (const { metadata } of pods) {
    if (metadata.labels?.[REVISION_LABEL] === hashOf(kept)) continue
    const body = { metadata: { labels: { [REVISION_LABEL]: hashOf(kept) } } }
    await client.resource(PODS).patch(metadata.name ?? '', { type: 'merge', body }, { namespace, signal })
  }
  for (const { metadata } of same) {
    if (metadata.name !== kept.metadata.name) await client.resource(CONTROLLER_REVISIONS).delete(metadata.name ?? '', { namespace, signal })
  }
  return kept
}

async function snapshot(ctx: Context, ds: DaemonSet, data: Record<string, unknown>, revision: Int64): Promise<ControllerRevision> {
  const { template } = ds.spec ?? {}
  const { collisionCount } = ds.status ?? {}
  const { name = '', namespace } = ds.metadata
  const ownerRef = controllerRef(ds, 'apps/v1', 'DaemonSet')
  const hash = templateHash(template, collisionCount)
  const created = await createRevision(
    ctx.client,
    newRevision({ owner: ds, ownerRef, template, data, revision, hash, hashLabel: REVISION_LABEL }),
    ctx.signal,
  )
  if (created !== undefined) return created
  // Another template has this name: the count makes another one, at the next try.
  const sets = ctx.client.resource<DaemonSet>(DAEMON_SETS)
  const fresh = await sets.get(name, { namespace, signal: ctx.signal })
  if (fresh.status?.collisionCount === collisionCount) {
    const status = { ...fresh.status, collisionCount: (collisionCount ?? 0) + 1 }
    await sets.updateStatus({ ...fresh, apiVersion: 'apps/v1', kind: 'DaemonSet', status }, { signal: ctx.signal })
  }
  throw new Error(`controllerrevisions.apps ${JSON.stringify(`${name}-${hash}`)} already exists with another template`)
}

/** Old revisions beyond the limit go, the oldest first; those of living pods stay. */
export async function trimHistory(
  { client, signal }: Context,
  ds: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): Promise<void> {
  let surplus = old.length - (ds.spec?.revisionHistoryLimit ?? 10)
  const live = new Set(pods.map((p) => p.metadata.labels?.[REVISION_LABEL]))
  for (const revision of [...old].sort(byRevision)) {
    if (surplus <= 0) return
    if (live.has(hashOf(revision))) continue
    const { name = '', namespace } = revision.metadata
    await client.resource(CONTROLLER_REVISIONS).delete(name, { namespace, signal })
    surplus--
  }
}

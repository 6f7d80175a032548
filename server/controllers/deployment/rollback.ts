import type { EventType } from '../../client/event-recorder.ts'
import type { Deployment, ReplicaSet, Strings } from '../../client/objects.ts'
import { parseGoInt64 } from '../../machinery/query.ts'
import { OWN, revisionOf } from './revision.ts'
import { HASH_LABEL, sameTemplate } from './template.ts'

/** What kubectl of old asked for with a field of extensions/v1beta1: the annotation that this became is still obeyed. */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to'

/** The revision to go back to, 0 for the last; undefined where nobody asks for one. */
export function rollbackTo({ metadata }: Deployment): bigint | undefined {
  const text = metadata.annotations?.[ROLLBACK_TO]
  return text === undefined || text === '' ? undefined : parseGoInt64(text)
}

function lastRevision(sets: readonly ReplicaSet[]): bigint {
  let [most, second] = [0n, 0n]
  for (const revision of sets.map(revisionOf)) {
    if (revision === undefined) continue
    if (revision >= most) [most, second] = [revision, most]
    else if (revision > second) second = revision
  }
  return second
}

export interface Rollback {
  /** What nobody asks to be rolled back any more. */
  deployment: Deployment
  event: readonly [type: EventType, reason: string, message: string]
}

/** The template of the set with that revision, and the annotations that are the set's and not the deployment's own. */
export function rolledBack(d: Deployment, sets: readonly ReplicaSet[], to: bigint): Rollback {
  const { [ROLLBACK_TO]: _, ...annotations } = d.metadata.annotations ?? {}
  const cleared = { ...d, apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...d.metadata, annotations } }
  const given = (reason: string, message: string): Rollback => ({ deployment: cleared, event: ['Warning', reason, message] })
  const wanted = to === 0n ? lastRevision(sets) : to
  if (wanted === 0n) return given('DeploymentRollbackRevisionNotFound', 'Unable to find last revision.')
  const set = sets.find((rs) => revisionOf(rs) === wanted)
  if (set === undefined) return given('DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.')
  const { name = '' } = d.metadata
  if (sameTemplate(d.spec?.template, set.spec?.template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`
    return given('DeploymentRollbackTemplateUnchanged', message)
  }
  const { [HASH_LABEL]: _h, ...labels } = set.spec?.template?.metadata?.labels ?? {}
  const template = { ...set.spec?.template, metadata: { ...set.spec?.template?.metadata, labels } }
  const own = (from: Strings | undefined, isOwn: boolean): [string, string][] =>
    Object.entries(from ?? {}).filter(([key]) => OWN.has(key) === isOwn)
  const metadata = {
    ...cleared.metadata,
    annotations: Object.fromEntries([...own(annotations, true), ...own(set.metadata.annotations, false)]),
  }
  return {
    deployment: { ...cleared, metadata, spec: { ...d.spec, template } },
    event: ['Normal', 'DeploymentRollback', `Rolled back deployment "${name}" to revision ${wanted}`],
  }
}

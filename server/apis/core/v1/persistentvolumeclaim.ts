import { ensureObject, fillUnset, fillZero, objectAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { roundLists } from './resource-lists.ts'

/** Defaults of claims (core/v1 defaults). */

/** A claim, or the template of one. */
export function defaultClaim(obj: object): void {
  const spec = ensureObject(obj as JsonObject, 'spec')
  fillUnset(spec, { volumeMode: 'Filesystem', resources: {} })
  roundLists(spec.resources as JsonObject, 'limits', 'requests')
  const status = ensureObject(obj as JsonObject, 'status')
  fillZero(status, { phase: 'Pending' })
  roundLists(status, 'capacity', 'allocatedResources')
}

/** A source in another namespace is of a gate that is off by default (CrossNamespaceVolumeDataSource); kept where it is in use already. */
export function dropDisabledSource(obj: KubeObject, old?: KubeObject): void {
  const foreign = (of: KubeObject | undefined): boolean => Boolean(objectAt(of, 'spec.dataSourceRef')?.namespace)
  if (foreign(obj) && !foreign(old)) delete objectAt(obj, 'spec')!.dataSourceRef
}

const CLAIM = 'PersistentVolumeClaim'
const SNAPSHOT = 'VolumeSnapshot'

/** dataSource takes two kinds only and drops the rest; dataSourceRef is its successor, and each stands in for the other. */
export function normalizeDataSources(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  const source = objectAt(spec, 'dataSource')
  const usable =
    source !== undefined &&
    ((source.kind === CLAIM && !source.apiGroup) || (source.kind === SNAPSHOT && source.apiGroup === 'snapshot.storage.k8s.io'))
  const ref = objectAt(spec, 'dataSourceRef')
  if (source !== undefined && ref === undefined && !usable) delete spec.dataSource
  else if (source !== undefined && ref === undefined) spec.dataSourceRef = { ...source }
  else if (ref !== undefined && source === undefined && !ref.namespace) {
    const { apiGroup = null, kind, name } = ref
    spec.dataSource = { apiGroup, kind, name }
  }
  for (const one of [objectAt(spec, 'dataSource'), objectAt(spec, 'dataSourceRef')]) fillUnset(one, { apiGroup: null })
}

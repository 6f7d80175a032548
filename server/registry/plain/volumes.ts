import { randomUUID } from 'node:crypto'
import { defaultVolume } from '../../apis/core/v1/defaults-volume.ts'
import { roundResources } from '../../apis/core/v1/resource-lists.ts'
import type { ResourceList, Volume } from '../../apis/core/v1/types.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Strategy } from '../generic/strategy.ts'
import { fill, fillZero, made, objectAt, objectsAt, type Json } from './fill.ts'

/** Defaults of volumes, claims, quotas and storage classes (core/v1, storage/v1 defaults). */
const SOURCES = ['hostPath', 'iscsi', 'rbd', 'azureDisk', 'scaleIO']

const round = (holder: Json | undefined, ...lists: readonly string[]): void => {
  for (const list of lists) roundResources(holder?.[list] as ResourceList | undefined)
}

const volume: Strategy = {
  generation: false,
  default(obj) {
    const spec = made(obj, 'spec')
    fillZero(spec, { persistentVolumeReclaimPolicy: 'Retain' })
    fill(spec, { volumeMode: 'Filesystem' })
    round(spec, 'capacity')
    // The sources that a pod's volume has too take the same values.
    const source = SOURCES.find((s) => spec[s] !== undefined)
    if (source !== undefined) defaultVolume({ [source]: spec[source] } as Volume)
    fillZero(made(obj, 'status'), { phase: 'Pending' })
  },
  prepareForCreate: (obj, ctx) => void (obj.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(ctx.clock.now()) }),
  prepareForStatusUpdate(obj, old, ctx) {
    obj.spec = old.spec
    const status = made(obj, 'status')
    const phase = objectAt(old, 'status')?.phase
    if (status.phase !== phase && status.lastPhaseTransitionTime === objectAt(old, 'status')?.lastPhaseTransitionTime) {
      status.lastPhaseTransitionTime = formatTime(ctx.clock.now())
    }
  },
}

/** A claim, or the template of one. */
export function defaultClaim(obj: Json): void {
  const spec = made(obj, 'spec')
  fill(spec, { volumeMode: 'Filesystem', resources: {} })
  round(spec.resources as Json, 'limits', 'requests')
  const status = made(obj, 'status')
  fillZero(status, { phase: 'Pending' })
  round(status, 'capacity', 'allocatedResources')
}

const CLAIM = 'PersistentVolumeClaim'
const SNAPSHOT = 'VolumeSnapshot'

/** dataSource takes two kinds only and drops the rest; dataSourceRef is its successor, and each stands in for the other. */
function normalizeSources(spec: Json): void {
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
  for (const one of [objectAt(spec, 'dataSource'), objectAt(spec, 'dataSourceRef')]) fill(one, { apiGroup: null })
}

const claim: Strategy = {
  generation: false,
  default: (obj) => defaultClaim(obj as Json),
  prepareForCreate(obj) {
    obj.status = { phase: 'Pending' }
    normalizeSources(made(obj, 'spec'))
  },
  prepareForUpdate: (obj) => normalizeSources(made(obj, 'spec')),
}

const quota: Strategy = {
  generation: false,
  default(obj) {
    round(made(obj, 'spec'), 'hard')
    round(made(obj, 'status'), 'hard', 'used')
  },
  prepareForCreate: (obj) => void (obj.status = {}),
}

function defaultLimits(item: Json): void {
  round(item, 'max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio')
  if (item.type !== 'Container') return
  const limit = { ...(item.max as Json | undefined), ...(item.default as Json | undefined) }
  const request = { ...(item.min as Json | undefined), ...limit, ...(item.defaultRequest as Json | undefined) }
  if (Object.keys(limit).length > 0) item.default = limit
  if (Object.keys(request).length > 0) item.defaultRequest = request
}

const limitRange: Strategy = {
  generation: false,
  default: (obj: KubeObject) => objectsAt(obj, 'spec.limits').forEach(defaultLimits),
  // The one kind that needs no name.
  prepareForCreate: (obj) => void (obj.metadata.name ||= randomUUID()),
}

const storageClass: Strategy = {
  default: (obj) => fill(obj as Json, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
}

const driver: Strategy = {
  generation: false,
  default(obj) {
    const spec = made(obj, 'spec')
    fill(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
      preventPodSchedulingIfMissing: false,
      volumeLifecycleModes: ['Persistent'],
    })
  },
}

const withoutGeneration: Strategy = { generation: false }

export const volumeStrategies: Readonly<Record<string, Strategy>> = {
  persistentvolumes: volume,
  persistentvolumeclaims: claim,
  resourcequotas: quota,
  limitranges: limitRange,
  'storageclasses.storage.k8s.io': storageClass,
  'csidrivers.storage.k8s.io': driver,
  'csinodes.storage.k8s.io': withoutGeneration,
  'volumeattachments.storage.k8s.io': withoutGeneration,
}

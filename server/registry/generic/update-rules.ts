import { copyJson } from '../../machinery/copy-json.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { GroupVersionKind, KubeObject, ObjectMeta } from '../../machinery/types.ts'
import type { Store } from './store.ts'
import type { Strategy, StrategyContext } from './strategy.ts'

/** Which part of an object an update may change, and the rules for it: the main resource, `/status`, or another subresource. */
export interface UpdateRules {
  subresource: string
  /** The body is the whole object, and gets its defaults as on a write of the object itself. */
  defaulted?: boolean
  /** Admission has looked at the body that asks for this (a binding, an eviction). */
  admitted?: boolean
  /** What admission is shown of the object, where the body is of another kind (Scale). */
  shown?: ShownToAdmission
  /** It changes what is wanted without counting as a generation of it (a pod's binding). */
  keepsGeneration?: boolean
  prepare(obj: KubeObject, old: KubeObject, context: StrategyContext): void
  validate(obj: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] | Pausing<FieldError[]>
}

export interface ShownToAdmission {
  readonly kind: GroupVersionKind
  of(obj: KubeObject): KubeObject
  /** The object with what admission has made of the body; absent where the change itself asks mutating admission, with the body as it came. */
  into?(obj: KubeObject, shown: KubeObject): KubeObject
}

/** The rules of PUT and PATCH on the object itself. */
export function mainRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: '',
    defaulted: true,
    prepare(obj, old, context) {
      if (store.hasStatus) copyField(obj, old, 'status')
      strategy.prepareForUpdate?.(obj, old, context)
    },
    validate: (obj, old, context) =>
      strategy.validating?.(obj, old, context) ?? strategy.validateUpdate?.(obj, old, context) ?? strategy.validate?.(obj, context) ?? [],
  }
}

/** The rules of `/status`: everything else stays as it is (apiserver `registry/rest`, ResetObjectMetaForStatus). */
export function statusRules(store: Store): UpdateRules {
  const { strategy } = store.resource
  return {
    subresource: 'status',
    prepare(obj, old, context) {
      if (strategy.prepareForStatusUpdate !== undefined) return strategy.prepareForStatusUpdate(obj, old, context)
      keepAllButStatus(obj, old, strategy.resetMetadataForStatus)
    },
    validate: (obj, old, context) =>
      strategy.validatingStatus?.(obj, old, context) ?? strategy.validateStatusUpdate?.(obj, old, context) ?? [],
  }
}

/** What `metav1.ResetObjectMetaForStatus` takes from the old object. */
const RESET_FOR_STATUS = ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** Gives an object back what a write of its status does not change. */
export function keepAllButStatus(obj: KubeObject, old: KubeObject, resets: Strategy['resetMetadataForStatus'] = false): void {
  const { status, metadata } = obj
  for (const field of Object.keys(obj)) delete obj[field]
  Object.assign(obj, copyJson(old))
  if (resets === 'all') {
    // Who owns what has been worked out from what the write asked for.
    if (metadata.managedFields !== undefined) obj.metadata.managedFields = metadata.managedFields
  } else obj.metadata = kept(metadata, obj.metadata, resets)
  if (status === undefined) delete obj.status
  else obj.status = status
}

/** Metadata with some of its fields as they were. */
function kept(
  metadata: ObjectMeta,
  before: ObjectMeta,
  resets: Exclude<Strategy['resetMetadataForStatus'], 'all' | undefined>,
): ObjectMeta {
  const fields = resets === true ? RESET_FOR_STATUS : resets === false ? [] : resets
  const out: Record<string, unknown> = { ...metadata }
  for (const field of fields) {
    if (before[field] === undefined) delete out[field]
    else out[field] = before[field]
  }
  return out as ObjectMeta
}

function copyField(to: KubeObject, from: KubeObject, field: string): void {
  if (from[field] === undefined) delete to[field]
  else to[field] = copyJson(from[field])
}

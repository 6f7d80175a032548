import { copyJson } from '../../machinery/copy-json.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { GroupVersionKind, KubeObject } from '../../machinery/types.ts'
import type { Store } from './store.ts'
import type { StrategyContext } from './strategy.ts'

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
      keepAllButStatus(obj, old, strategy.resetMetadataForStatus === true)
    },
    validate: (obj, old, context) =>
      strategy.validatingStatus?.(obj, old, context) ?? strategy.validateStatusUpdate?.(obj, old, context) ?? [],
  }
}

/** Gives an object back what a write of its status does not change. */
export function keepAllButStatus(obj: KubeObject, old: KubeObject, resetsMetadata: boolean): void {
  const { status, metadata } = obj
  for (const field of Object.keys(obj)) delete obj[field]
  Object.assign(obj, copyJson(old))
  if (!resetsMetadata) obj.metadata = metadata
  // Who owns what has been worked out from what the write asked for.
  else if (metadata.managedFields !== undefined) obj.metadata.managedFields = metadata.managedFields
  if (status === undefined) delete obj.status
  else obj.status = status
}

function copyField(to: KubeObject, from: KubeObject, field: string): void {
  if (from[field] === undefined) delete to[field]
  else to[field] = copyJson(from[field])
}

import { Correlated } from '../../extensions/correlate.ts'
import { applyDefaults } from '../../extensions/defaults.ts'
import { validatingEmbedded } from '../../extensions/embedded.ts'
import { NO_PATH } from '../../extensions/field-errors.ts'
import { deepEqual, type JsonObject } from '../../machinery/json-values.ts'
import { validatingListTypes } from '../../extensions/list-types.ts'
import { validateScale, type ScalePaths } from '../../extensions/scale.ts'
import { asResource } from '../../extensions/structural.ts'
import { validatingChange } from '../../extensions/validate.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { invalid, type FieldError } from '../../machinery/field-errors.ts'
import { qualifiedNameErrors } from '../../machinery/names.ts'
import type { Pausing } from '../../machinery/slice.ts'
import { forbidden } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { FieldScope } from '../generic/fields.ts'
import { keepAllButStatus } from '../generic/update-rules.ts'
import type { Strategy, StrategyContext } from '../generic/strategy.ts'
import type { CustomSchema } from './custom-schema.ts'

export interface CustomRules {
  readonly group: string
  readonly resource: string
  readonly kind: string
  readonly schema: CustomSchema
  readonly hasStatus: boolean
  readonly scale: ScalePaths | undefined
  /** Whether the definition is being deleted. */
  isTerminating(): boolean
}

/** The rules of a version of a custom resource (apiextensions-apiserver `registry/customresource/{strategy,status_strategy,validator}.go`). */
export function customStrategy(rules: CustomRules): Strategy {
  const { schema, hasStatus, scale } = rules
  return {
    default: (obj) => applyDefaults(obj, schema.structural),
    // As all that is read in this version, though only the status is kept.
    defaultStatus: (obj) => applyDefaults(obj, schema.structural),
    allowUnconditionalUpdate: false,
    anyFinalizer: true,
    nameOnCreateOnly: true,
    repeatsMetadataErrors: 1,
    fieldScopes: fieldScopes(hasStatus, scale),
    async beginCreate(obj) {
      if (rules.isTerminating()) {
        throw forbidden(rules, obj.metadata.name ?? '', 'create not allowed while custom resource definition is terminating')
      }
      return NOTHING_TAKEN
    },
    prepareForCreate(obj, ctx) {
      obj.metadata.generation = 1
      warnOfFinalizers(obj, undefined, ctx)
    },
    prepareForUpdate(obj, old, ctx) {
      // Status is the old one by now where it has a subresource; without one it counts as everything else does.
      const { metadata: _, ...content } = obj
      const { metadata: _old, ...before } = old
      if (!deepEqual(content, before)) obj.metadata.generation = (old.metadata.generation ?? 0) + 1
      warnOfFinalizers(obj, old, ctx)
    },
    prepareForStatusUpdate(obj, old) {
      const { managedFields } = obj.metadata
      keepAllButStatus(obj, old, 'all')
      // Nobody may own anything any more.
      if (managedFields === undefined) delete obj.metadata.managedFields
    },
    isOfOtherType: (obj) => typeErrors(obj, rules).length > 0,
    *validating(obj, old) {
      const s = schema.structural
      const before = old === undefined || s === undefined ? undefined : new Correlated(obj, old, s)
      const ofType = typeErrors(obj, rules)
      const fields = function* (): Pausing<FieldError[]> {
        return [...(s === undefined ? [] : yield* validatingChange(s, obj, before)), ...scaleErrors(obj, scale, 'all')]
      }
      return [
        // Of an object of another kind the fields are not looked at.
        ...(ofType.length > 0 ? ofType : yield* fields()),
        ...(yield* validatingEmbedded(obj, s)),
        ...(yield* ratchetedLists(obj, old, schema)),
      ]
    },
    *validateRules(obj, old, errors, ctx) {
      const set = schema.rules
      if (set === undefined) return []
      if (errors.some((e) => BLOCKING.has(e.type))) return [NOT_CHECKED]
      const s = schema.structural!
      const before = old === undefined ? {} : { old, correlated: new Correlated(obj, old, asResource(s)) }
      const found = yield* set.validating(obj, before)
      for (const text of found.warnings) ctx.warn(text)
      return found.errors
    },
    *validatingStatus(obj, old) {
      const wrong = typeErrors(obj, rules)
      if (wrong.length > 0) return wrong
      const s = schema.structural
      const ofStatus = s?.properties.get('status')
      const isGiven = ofStatus !== undefined && Object.hasOwn(obj, 'status')
      return [
        ...(isGiven ? yield* validatingChange(ofStatus, obj.status, new Correlated(obj, old, s!).key('status'), 'status') : []),
        ...scaleErrors(obj, scale, 'status'),
        ...(yield* ratchetedLists(obj, old, schema)),
      ]
    },
  }
}

/** An object that has these errors is not what rules were written for. */
const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  ...(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'] as const),
])
const NOT_CHECKED: FieldError = {
  type: 'FieldValueInvalid',
  field: NO_PATH,
  body: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
}

const NOTHING_TAKEN = { commit: async () => undefined, undo: async () => undefined }

function fieldScopes(hasStatus: boolean, scale: ScalePaths | undefined): Record<string, FieldScope> {
  const replicas = scale?.specReplicasPath.replace(/^\./, '')
  return {
    '': hasStatus ? { resets: ['status'] } : {},
    status: { resets: ['metadata', 'spec'] },
    ...(replicas === undefined ? {} : { scale: { only: [replicas], needsOwner: replicas } }),
  }
}

function typeErrors(obj: KubeObject, { kind, schema }: CustomRules): FieldError[] {
  const errors: FieldError[] = []
  if (obj.kind !== kind) errors.push(invalid('kind', obj.kind ?? '', `must be ${kind}`))
  if (obj.apiVersion !== schema.apiVersion) errors.push(invalid('apiVersion', obj.apiVersion ?? '', `must be ${schema.apiVersion}`))
  return errors
}

const scaleErrors = (obj: KubeObject, scale: ScalePaths | undefined, of: 'all' | 'status'): FieldError[] =>
  scale === undefined ? [] : validateScale(obj as JsonObject, scale, of)

/** Lists that were wrong before may stay so. */
function* ratchetedLists(obj: KubeObject, old: KubeObject | undefined, { structural }: CustomSchema): Pausing<FieldError[]> {
  const errors = yield* validatingListTypes(obj, structural)
  if (errors.length === 0 || old === undefined) return errors
  return (yield* validatingListTypes(old, structural)).length > 0 ? [] : errors
}

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
const PREFER = 'prefer a domain-qualified finalizer name'
const CONFLICTS = 'to avoid accidental conflicts with other finalizer writers'

function warnOfFinalizers(obj: KubeObject, old: KubeObject | undefined, { warn }: StrategyContext): void {
  const before = new Set(old?.metadata.finalizers)
  const added = [...new Set(obj.metadata.finalizers)].filter((f) => !before.has(f)).sort()
  for (const name of added) {
    const say = (text: string): void => warn(`metadata.finalizers: ${goQuote(name)}: ${text}`)
    qualifiedNameErrors(name).forEach(say)
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) continue
    say(name.includes('.') ? `${PREFER} including a path (/) ${CONFLICTS}` : `${PREFER} ${CONFLICTS}`)
  }
}

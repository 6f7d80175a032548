import type { Admission } from '../../admission/contract.ts'
import { apiServer } from '../../authn/components.ts'
import type { Validation } from '../../apis/meta/v1/json-checks.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { KubeObject, ObjectMeta } from '../../machinery/types.ts'
import type { FieldScope } from './fields.ts'

export interface StrategyContext {
  user: UserInfo
  clock: Clock
  /** Who may change or refuse the write besides the rules of its kind. */
  admission: Admission
  dryRun: boolean
  /** Group that the request came through, where a resource is served by two (Events); undefined for the server's own writes. */
  requestGroup?: string
  /** And the version. */
  requestVersion?: string
  /** What the request does, as rights name it (`update`, `patch`). */
  requestVerb?: string
  /** CreateOptions, UpdateOptions or DeleteOptions of the request, without what names their type. */
  options?: Readonly<Record<string, unknown>>
  /** Who is said to own what this write changes (metadata.managedFields), and the version that it came in. Absent: fields are not tracked. */
  fieldManager?: { readonly manager: string; readonly apiVersion?: string }
  /** The server writes on its own account (start-up objects, allocations); admission plugins that ask others let it pass. */
  internal?: boolean
  /** Aborted when nobody waits for the answer any more; undefined for the server's own writes. */
  signal?(): AbortSignal
  /** For how many milliseconds the answer is waited for; undefined where nobody says. */
  leftMs?(): number | undefined
  /** Warnings go to the client as `Warning: 299` headers. */
  warn(text: string): void
  /** The same, for an object that may be refused yet; absent where `warn` does not wait for that. */
  warnAnyway?(text: string): void
  /** Told of the milliseconds for which webhooks were waited for. */
  waited?(ms: number): void
  /** Notes of admission for the record of the request; absent where there is none. */
  annotate?(key: string, value: string): void
}

/** As whom the server writes what is its own to make: start-up objects, conditions. */
export const serverContext = (by: Pick<StrategyContext, 'clock' | 'admission'>, apiVersion?: string): StrategyContext => ({
  user: apiServer,
  clock: by.clock,
  admission: by.admission,
  dryRun: false,
  internal: true,
  fieldManager: { manager: 'kube-apiserver', ...(apiVersion === undefined ? {} : { apiVersion }) },
  warn: () => undefined,
})

/** For what the server writes on its own account because of a client's write (allocations). */
export const onOwnAccount = (context: StrategyContext): StrategyContext => ({ ...serverContext(context), dryRun: context.dryRun })

/** For writes that change fields which nobody is said to own. */
export const untracked = ({ fieldManager: _, ...context }: StrategyContext): StrategyContext => context

/**
 * What is particular to a resource; the generic store owns the flow:
 * decode → default → (fill system fields) → prepareFor… → validate… → canonicalize → write.
 * Objects are in the version they are stored in. Every function may change `obj` in place and never `old`, which is shared.
 * All parts are optional: a resource without a strategy gets the generic rules (metadata, schema, finalizers, generation).
 */
export interface Strategy {
  /**
   * Fills missing fields on create, update and when an older stored object is read (scheme defaults; idempotent).
   * @param now in ms, on a write: for fields that say since when something is so
   */
  default?(obj: KubeObject, now?: number): void
  /** What is completed beside that when an object is read that another server has stored (upstream's Decorator of a store). */
  defaultOnRead?(obj: KubeObject): void
  /** The defaults of the status, on a write of it. */
  defaultStatus?(obj: KubeObject): void
  /** Takes out fields whose feature is off, before every write is prepared; `old` is absent on a create (apis/meta/v1/disabled-fields.ts). */
  dropDisabled?(obj: KubeObject, old: KubeObject | undefined): void
  /** Why Go cannot make its own type of an object that is typed well, in its words; `default` refuses a body for the same. */
  unreadable?(obj: KubeObject): string | undefined
  /** Drops what a client may not set (status on create) and sets what the server decides. */
  prepareForCreate?(obj: KubeObject, ctx: StrategyContext): void
  validate?(obj: KubeObject, ctx: StrategyContext): FieldError[]
  /** Whether a create keeps the status it brings (Nodes: a kubelet registers with it); default false. */
  keepStatusOnCreate?: boolean
  /** Keeps what a client may not change: by default status is copied from `old` when the resource has a status subresource. */
  prepareForUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): void
  validateUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): FieldError[]
  /** The same two for `/status`; by default everything but status and a few metadata fields is copied from `old`. */
  prepareForStatusUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): void
  validateStatusUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): FieldError[]
  /** Whether a new object is of another kind or version, which validation refuses: its metadata is not looked at then. */
  isOfOtherType?(obj: KubeObject): boolean
  /** In place of validate and validateUpdate where that may take long: in turns with others. */
  validating?(obj: KubeObject, old: KubeObject | undefined, ctx: StrategyContext): Pausing<FieldError[]>
  /** The same in place of validateStatusUpdate. */
  validatingStatus?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): Pausing<FieldError[]>
  /**
   * Rules that are asked last, on every write, and may take long (CEL): in turns with others.
   * @param errors what is wrong with the object otherwise
   */
  validateRules?(obj: KubeObject, old: KubeObject | undefined, errors: readonly FieldError[], ctx: StrategyContext): Pausing<FieldError[]>
  /** Put into a normal form after validation (sorting, de-duplication). */
  canonicalize?(obj: KubeObject): void
  /** metadata.generation counts changes outside metadata and status; `asSent`: also of fields that are not kept; default false. */
  generation?: boolean | 'asSent'
  /** metadata.generateName is the whole name, without anything behind it; default false. */
  namesAreNotGenerated?: boolean
  /** What the kind's own check of a delete's preconditions calls them, where upstream's storage of the kind has one. */
  ownPreconditions?: 'Precondition' | 'precondition'
  /** PUT to a missing object creates it (AllowCreateOnUpdate); default false. */
  allowCreateOnUpdate?: boolean
  /** Applying the status of a missing object creates it (its storage hands forceAllowCreate on); default as `allowCreateOnUpdate`. */
  allowCreateOnStatusApply?: boolean
  /** An update may leave out which version of the object it changes (AllowUnconditionalUpdate); default true. */
  allowUnconditionalUpdate?: boolean
  /** A finished delete answers with the object instead of a Status (the store's ReturnDeletedObject); default false. */
  returnDeletedObject?: boolean
  /**
   * A write of `/status` leaves labels, annotations, finalizers, owners and what the system keeps as they are (ResetObjectMetaForStatus), all
   * of the metadata, or the fields that are named; default false.
   */
  resetMetadataForStatus?: boolean | 'all' | readonly (keyof ObjectMeta)[]
  /** What a delete does to dependents when it says nothing of them; `Unsupported`: whatever it says. Default `DeleteDependents`. */
  defaultGarbageCollectionPolicy?: 'DeleteDependents' | 'OrphanDependents' | 'Unsupported'
  /** Grace in seconds for a delete, given what the client asked for; undefined means at once (pods only, upstream). */
  gracePeriod?(obj: KubeObject, requested: Int64 | undefined): Int64 | undefined
  /** Finalizers may have any name, where a kind's rules are not those of core/validation; by default short ones must be standard. */
  anyFinalizer?: boolean
  /**
   * How many more checks of an update judge the metadata, each of which is told of (custom resources, definitions; with APIServices it is
   * one more); by default what several find is told once.
   */
  repeatsMetadataErrors?: 1 | 2
  /** The kind's own rules say nothing of the metadata: on a create they are judged when all else is right. */
  judgesMetadataLast?: boolean
  /** An update looks at metadata.generateName as every kind's does, and not by the kind's own rules for names; default false. */
  nameOnCreateOnly?: boolean
  /** So does a write of the status alone; default false. */
  nameNotOnStatus?: boolean
  /** Rules for metadata.name. Default: DNS-1123 subdomain. Returns texts without the field path. */
  nameErrors?(name: string, prefix: boolean, obj: KubeObject): string[]
  /** Lifetime of a stored object in seconds (Events). */
  ttlSeconds?(obj: KubeObject): number | undefined
  /**
   * Takes what the object needs outside of itself (a service's addresses and ports) before it is validated and written, and puts it into
   * `obj`. Refuses by throwing a Status, and has then taken nothing. With `ctx.dryRun` nothing may be taken.
   */
  beginCreate?(obj: KubeObject, ctx: StrategyContext): Promise<Reservation>
  beginUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): Promise<Reservation>
  beginStatusUpdate?(obj: KubeObject, old: KubeObject, ctx: StrategyContext): Promise<Reservation>
  /** The object is gone for good: gives back what it held. Not called for a dry run. */
  afterDelete?(obj: KubeObject, ctx: StrategyContext): Promise<void>
  /** Whether a delete only marks the object, because something outside of metadata.finalizers must go first (a namespace's content). */
  waitsForContent?(obj: KubeObject): boolean
  /**
   * Fields that a write through the object itself ('') or a subresource does not change (upstream's GetResetFields). Default: status on the
   * object itself, spec on `/status`.
   */
  fieldScopes?: Readonly<Record<string, FieldScope>>
  /** What the first delete makes of an object whose end is somebody's work, instead of the usual mark; it stays until that is done. */
  beginDelete?(obj: KubeObject, ctx: StrategyContext): void
  /** Called on the object that a delete leaves marked, for what else changes then (a namespace's phase). */
  markDeleted?(obj: KubeObject): void
}

/** Creates and updates that are validated by one function, with the warnings of an object that is right. */
export function validateWith(
  validation: Validation,
  warnings: (obj: KubeObject, old: KubeObject | undefined) => Iterable<string> = () => [],
): Required<Pick<Strategy, 'validate' | 'validateUpdate'>> {
  const check = (obj: KubeObject, old: KubeObject | undefined, ctx: StrategyContext): FieldError[] => {
    const errors = validation(obj, old)
    if (errors.length === 0) for (const text of warnings(obj, old)) ctx.warn(text)
    return errors
  }
  return { validate: (obj, ctx) => check(obj, undefined, ctx), validateUpdate: check }
}

/** What a begin hook took. Exactly one of the two is called, once the fate of the write is known; neither throws. */
export interface Reservation {
  /** The write was done: gives back what the object held before and holds no longer. */
  commit(): Promise<void>
  /** The write was not done: gives back what was taken for it. */
  undo(): Promise<void>
}

/** Texts that go to the client as warnings. */
export interface KindWarnings {
  /** With every answer. */
  readonly deprecation?: string
  /** With a delete that chooses no propagation policy. */
  readonly delete?: string
}

/** Fields usable in fieldSelector besides metadata.name and metadata.namespace. '' when the object has no value. */
export type SelectableFields = Readonly<Record<string, (obj: KubeObject) => string>>

/** What a version says of field selectors besides its selectable fields (runtime.Scheme's AddFieldLabelConversionFunc). */
export interface FieldLabelConversion {
  /** Names that this version has for the stored version's fields, by which alone they are selected. */
  readonly names?: Readonly<Record<string, string>>
  /** The refusal of a field that cannot be selected. */
  readonly unsupported?: (field: string) => string
}

/** One column of the server's Table answer; mirrors metav1.TableColumnDefinition. */
export interface Column {
  name: string
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  format?: 'name' | 'password' | ''
  description?: string
  /** 0 is always shown, 1 only with -o wide. */
  priority?: 0 | 1
}

export interface TableDefinition {
  columns: readonly Column[]
  /** Cells of one object, one a column; `now` in ms for ages. */
  cells(obj: KubeObject, now: number): unknown[]
}

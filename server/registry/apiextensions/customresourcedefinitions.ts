import { sameJson } from '../../machinery/same-json.ts'
import { defaultCustomResourceDefinition, defaultDefinitionStatus } from '../../apis/apiextensions/v1beta1/customresourcedefinition.ts'
import type { CustomResourceDefinition, DefinitionStatus } from '../../extensions/definition.ts'
import { definitionWarnings } from '../../extensions/definition-faults.ts'
import { CLEANUP_FINALIZER, setCondition } from '../../extensions/definition-status.ts'
import {
  namesErrors,
  definitionNameErrors,
  validatingDefinition,
  validatingDefinitionUpdate,
} from '../../extensions/definition-validation.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import { formatTime } from '../../machinery/clock.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { convert } from '../../scheme/versions.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy, StrategyContext } from '../generic/strategy.ts'
import { name, table, text, type Cell } from '../generic/table-cells.ts'

const servedVersions: Cell = (o) =>
  listAt(o, 'spec.versions')
    .filter((v) => valueAt(v, 'served') === true)
    .map((v) => `${textAt(v, 'name')}${valueAt(v, 'storage') === true ? '(storage)' : ''}`)
    .sort()
    .join(',')

const established: Cell = (o) =>
  listAt(o, 'status.conditions').some((c) => textAt(c, 'type') === 'Established' && textAt(c, 'status') === 'True')

const GROUP = 'apiextensions.k8s.io'
const STORED = { group: GROUP, version: 'v1beta1' }
const V1 = { group: GROUP, version: 'v1' }

/** The v1 form of a stored object, on which rules and makers work. */
const asV1 = (obj: KubeObject): CustomResourceDefinition => convert(obj, STORED, V1) as unknown as CustomResourceDefinition

/** Neither the spec nor its approval has changed: what was accepted stays accepted. */
const isSameSpec = (obj: KubeObject, old: KubeObject): boolean =>
  sameJson(obj.spec, old.spec) && sameJson(obj.metadata.annotations, old.metadata.annotations)

/** A definition that is right is worth warnings. */
function* checked(
  validation: Pausing<FieldError[]>,
  crd: CustomResourceDefinition,
  before: CustomResourceDefinition | undefined,
  others: readonly FieldError[],
  { warn }: StrategyContext,
): Pausing<FieldError[]> {
  const errors = yield* validation
  if (errors.length === 0 && others.length === 0) for (const text of definitionWarnings(crd.spec, before?.spec)) warn(text)
  return errors
}

/** Objects are in their stored version, v1beta1, which differs from v1 in other places. */
const strategy: Strategy = {
  generation: true,
  ownPreconditions: 'precondition',
  allowUnconditionalUpdate: false,
  anyFinalizer: true,
  nameOnCreateOnly: true,
  nameErrors: (name, prefix, obj) => definitionNameErrors(name, prefix, obj),
  repeatsMetadataErrors: 1,
  default: defaultCustomResourceDefinition,
  defaultStatus: defaultDefinitionStatus,
  prepareForCreate(obj) {
    obj.status = {}
    defaultDefinitionStatus(obj)
  },
  prepareForUpdate(obj) {
    const stored = listAt(obj, 'spec.versions').find((v) => valueAt(v, 'storage') === true)
    if (stored === undefined) return
    // One without a name is one, too: that it has none is said elsewhere.
    const version = textAt(stored, 'name')
    const status = obj.status as { storedVersions?: string[] } | undefined
    if (status?.storedVersions?.includes(version) === false) status.storedVersions = [...status.storedVersions, version]
  },
  // All of it in turns with others: a definition may be as large as a body.
  *validateRules(obj, old, others, ctx) {
    yield
    const crd = asV1(obj)
    if (old === undefined) return yield* checked(validatingDefinition(crd), crd, undefined, others, ctx)
    if (isSameSpec(obj, old)) return []
    yield
    const before = asV1(old)
    yield
    return yield* checked(validatingDefinitionUpdate(crd, before), crd, before, others, ctx)
  },
  validateStatusUpdate(obj) {
    const errors: FieldError[] = []
    namesErrors(errors, (obj.status as DefinitionStatus | undefined)?.acceptedNames, 'status.acceptedNames')
    return errors
  },
  beginDelete(obj, { clock }) {
    const now = formatTime(clock.now())
    const { metadata } = obj
    metadata.deletionTimestamp = now
    const finalizers = metadata.finalizers ?? []
    if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER]
    const status = (obj.status ?? {}) as DefinitionStatus
    const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon'
    const pending = { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message } as const
    obj.status = { ...status, conditions: setCondition(status.conditions ?? [], pending, now) }
  },
}

export const customresourcedefinitions: BuiltInKind = {
  group: GROUP,
  resource: 'customresourcedefinitions',
  strategy,
  statusTable: false,
  table: table(
    'Name|Scope|Versions|Created At:date|*Group|*Kind|*ShortNames|*Established:boolean',
    name,
    text('spec.scope'),
    servedVersions,
    (o) => o.metadata.creationTimestamp ?? '<unknown>',
    text('spec.group'),
    text('spec.names.kind'),
    (o) => listAt(o, 'spec.names.shortNames').join(','),
    established,
  ),
  storage: { prefix: 'apiextensions.k8s.io/customresourcedefinitions', version: 'v1beta1' },
}

import { DELETION_COST } from '../apis/core/v1/pod-metadata.ts'
import { copyJson } from '../machinery/copy-json.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { objectAt } from '../machinery/json-walk.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AskedGate } from '../options/feature-gates.ts'
import type { BuiltInKind } from '../registry/definition.ts'
import type { Strategy } from '../registry/generic/strategy.ts'
import { closedDefaults, dropClosed, podIn } from './closed-fields.ts'

type Change = (strategy: Strategy) => Strategy

/** Kinds that are not served when a gate is closed, by group and resource. */
const KINDS: Partial<Record<AskedGate, readonly string[]>> = {
  ClusterTrustBundle: ['certificates.k8s.io/clustertrustbundles'],
  PodCertificateRequest: ['certificates.k8s.io/podcertificaterequests'],
  StorageVersionMigrator: ['storagemigration.k8s.io/storageversionmigrations'],
}

/** Which kinds closed gates leave to be served. */
export function servedWith(isClosed: (gate: AskedGate) => boolean): (of: { group: string; resource: string }) => boolean {
  const gone = new Set(Object.entries(KINDS).flatMap(([gate, kinds]) => (isClosed(gate as AskedGate) ? kinds : [])))
  return ({ group, resource }) => !gone.has(`${group}/${resource}`)
}

/** The kinds as they are with some gates closed. */
export function withClosedGates(kinds: readonly BuiltInKind[], isClosed: (gate: AskedGate) => boolean): BuiltInKind[] {
  return kinds.map((kind) => {
    const pod = podIn(kind)
    const drop = dropClosed(kind, isClosed)
    const changes: Change[] = [
      ...(drop === undefined ? [] : [without(drop), undefaulted(kind, isClosed)]),
      ...Object.entries(WORDS).flatMap(([gate, word]) => (drop !== undefined && isClosed(gate as AskedGate) ? [inWords(word)] : [])),
      ...(pod !== undefined && isClosed('PodDeletionCost') ? [withAnyCost(`${pod}metadata`)] : []),
    ]
    return changes.length === 0 ? kind : { ...kind, strategy: changes.reduce((strategy, change) => change(strategy), kind.strategy ?? {}) }
  })
}

const without =
  (drop: NonNullable<Strategy['dropDisabled']>): Change =>
  (strategy) => ({
    ...strategy,
    dropDisabled(obj, old) {
      strategy.dropDisabled?.(obj, old)
      drop(obj, old)
    },
  })

const undefaulted =
  (kind: BuiltInKind, isClosed: (gate: AskedGate) => boolean): Change =>
  (strategy) =>
    strategy.default === undefined ? strategy : { ...strategy, default: closedDefaults(kind, isClosed, strategy.default) }

type Judge = (obj: KubeObject, check: (obj: KubeObject) => FieldError[]) => FieldError[]

const judgedBy =
  (judge: Judge): Change =>
  ({ validate, validateUpdate, validateStatusUpdate, ...strategy }) => ({
    ...strategy,
    ...(validate && { validate: (obj, ctx) => judge(obj, (o) => validate(o, ctx)) }),
    ...(validateUpdate && { validateUpdate: (obj, old, ctx) => judge(obj, (o) => validateUpdate(o, old, ctx)) }),
    ...(validateStatusUpdate && { validateStatusUpdate: (obj, old, ctx) => judge(obj, (o) => validateStatusUpdate(o, old, ctx)) }),
  })

const inWords = (word: (error: FieldError) => FieldError): Change => judgedBy((obj, check) => check(obj).map(word))

/** Faults that are said in other words where a field of theirs is none. */
const WORDS: Partial<Record<AskedGate, (error: FieldError) => FieldError>> = {
  EnvFiles: (error) => ({
    ...error,
    body: error.body.replace('`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`', '`configMapKeyRef` or `secretKeyRef`'),
  }),
}

/** The annotation may say anything (PodValidationOptions.AllowInvalidPodDeletionCost). */
function withAnyCost(path: string): Change {
  const ofCost = ({ field }: FieldError): boolean => field.endsWith(`.annotations[${DELETION_COST}]`)
  // An object without faults may be warned of: where this is its only one, it is looked at once more without.
  const forgiving = (obj: KubeObject, check: (obj: KubeObject) => FieldError[]): FieldError[] => {
    const errors = check(obj)
    const others = errors.filter((e) => !ofCost(e))
    if (others.length > 0 || errors.length === 0) return others
    const copy = copyJson(obj)
    delete objectAt(copy, `${path}.annotations`)?.[DELETION_COST]
    return check(copy)
  }
  return judgedBy(forgiving)
}

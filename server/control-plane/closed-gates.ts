import { DELETION_COST } from '../apis/core/v1/pod-metadata.ts'
import { disabledFields } from '../apis/meta/v1/disabled-fields.ts'
import { copyJson } from '../machinery/copy-json.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { objectAt } from '../machinery/json-walk.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AskedGate } from '../options/feature-gates.ts'
import type { BuiltInKind } from '../registry/definition.ts'
import type { Strategy } from '../registry/generic/strategy.ts'

type Change = (strategy: Strategy) => Strategy

/** Where kinds have the metadata of pods, by resource. */
const POD_METADATA: Readonly<Record<string, string>> = {
  pods: 'metadata',
  podtemplates: 'template.metadata',
  ...Object.fromEntries(
    ['replicationcontrollers', 'replicasets', 'deployments', 'daemonsets', 'statefulsets', 'jobs'].map((resource) => [
      resource,
      'spec.template.metadata',
    ]),
  ),
  cronjobs: 'spec.jobTemplate.spec.template.metadata',
}
const GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch'])

/** Fields of a status that are not kept, unless the object has them (kubernetes `pkg/registry/apps`, dropDisabledStatusFields). */
const terminatingReplicas = disabledFields([{ gate: 'DeploymentReplicaSetTerminatingReplicas', paths: ['status.terminatingReplicas'] }])
const withoutTerminating: Change = (strategy) => ({
  ...strategy,
  dropDisabled(obj, old) {
    strategy.dropDisabled?.(obj, old)
    terminatingReplicas(obj, old)
  },
})

/** What changes in kinds when a gate is closed, by gate and resource; `undefined` where nothing does. */
const CHANGES: Partial<Record<AskedGate, (resource: string) => Change | undefined>> = {
  DeploymentReplicaSetTerminatingReplicas: (resource) =>
    ['deployments', 'replicasets'].includes(resource) ? withoutTerminating : undefined,
  PodDeletionCost: (resource) => (POD_METADATA[resource] === undefined ? undefined : withAnyCost(POD_METADATA[resource])),
}

/** The kinds as they are with some gates closed. */
export function withClosedGates(kinds: readonly BuiltInKind[], isClosed: (gate: AskedGate) => boolean): BuiltInKind[] {
  const closed = Object.entries(CHANGES).filter(([gate]) => isClosed(gate as AskedGate))
  return kinds.map((kind) => {
    if (!GROUPS.has(kind.group)) return kind
    const changes = closed.flatMap(([, change]) => change(kind.resource) ?? [])
    return changes.length === 0 ? kind : { ...kind, strategy: changes.reduce((strategy, change) => change(strategy), kind.strategy ?? {}) }
  })
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
  return ({ validate, validateUpdate, validateStatusUpdate, ...strategy }) => ({
    ...strategy,
    ...(validate && { validate: (obj, ctx) => forgiving(obj, (o) => validate(o, ctx)) }),
    ...(validateUpdate && { validateUpdate: (obj, old, ctx) => forgiving(obj, (o) => validateUpdate(o, old, ctx)) }),
    ...(validateStatusUpdate && {
      validateStatusUpdate: (obj, old, ctx) => forgiving(obj, (o) => validateStatusUpdate(o, old, ctx)),
    }),
  })
}

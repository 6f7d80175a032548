import { IMMUTABLE } from '../../apis/meta/v1/validation.ts'
import type { FieldError, FieldErrorType } from '../../machinery/field-errors.ts'

/** The type of an error, its field, where `[]` stands for any item, and if need be how its text ends. */
type Row = readonly [type: FieldErrorType, field: string, ending?: string]

/**
 * What kube-apiserver 1.37 judges by tags on its types (`+k8s:beta(since: "1.37")=…` in k8s.io/api `<group>/<version>/types.go`): these
 * errors are told after all others of the object, in the order of the types' fields (apiserver `registry/rest/validate.go`). By kind and
 * group.
 */
const ENFORCED: Readonly<Record<string, readonly Row[]>> = {
  'CronJob.batch': [['FieldValueRequired', 'spec.schedule']],
  'DeviceClass.resource.k8s.io': [['FieldValueInvalid', 'metadata.name']],
  'EndpointSlice.discovery.k8s.io': [
    ['FieldValueRequired', 'addressType'],
    ['FieldValueInvalid', 'addressType'],
    ['FieldValueNotSupported', 'addressType'],
    ['FieldValueRequired', 'endpoints[].addresses'],
    ['FieldValueTooMany', 'endpoints[].addresses'],
  ],
  'HorizontalPodAutoscaler.autoscaling': [
    ['FieldValueInvalid', 'spec.minReplicas'],
    ['FieldValueRequired', 'spec.maxReplicas'],
    // The same type as that of another rule.
    ['FieldValueInvalid', 'spec.maxReplicas', 'must be greater than or equal to 1'],
  ],
  'IngressClass.networking.k8s.io': [
    ['FieldValueRequired', 'spec.parameters.kind'],
    ['FieldValueRequired', 'spec.parameters.name'],
  ],
  'IPAddress.networking.k8s.io': [
    ['FieldValueRequired', 'spec.parentRef'],
    ['FieldValueInvalid', 'spec.parentRef'],
    ['FieldValueRequired', 'spec.parentRef.resource'],
    ['FieldValueRequired', 'spec.parentRef.name'],
  ],
  'NetworkPolicy.networking.k8s.io': [
    ['FieldValueRequired', 'spec.ingress[].from[].ipBlock.cidr'],
    ['FieldValueRequired', 'spec.egress[].to[].ipBlock.cidr'],
  ],
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io': [
    ['FieldValueRequired', 'spec.type'],
    ['FieldValueForbidden', 'spec.exempt'],
    ['FieldValueForbidden', 'spec.limited'],
    ['FieldValueRequired', 'spec.limited'],
    ['FieldValueRequired', 'spec.limited.limitResponse.type'],
    ['FieldValueRequired', 'spec.limited.limitResponse.queuing'],
    ['FieldValueForbidden', 'spec.limited.limitResponse.queuing'],
  ],
  'ReplicationController.': [
    ['FieldValueInvalid', 'metadata.name'],
    ['FieldValueInvalid', 'spec.replicas'],
    ['FieldValueInvalid', 'spec.minReadySeconds'],
  ],
  ...rolesAndBindings(),
  'RuntimeClass.node.k8s.io': [
    ['FieldValueInvalid', 'handler', IMMUTABLE],
    ['FieldValueRequired', 'handler'],
    ['FieldValueInvalid', 'handler'],
  ],
  'StorageClass.storage.k8s.io': [
    ['FieldValueRequired', 'provisioner'],
    ...['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'].map((field): Row => ['FieldValueInvalid', field, IMMUTABLE]),
  ],
  'VolumeAttachment.storage.k8s.io': [
    ['FieldValueInvalid', 'spec'],
    ['FieldValueRequired', 'spec.attacher'],
    ['FieldValueInvalid', 'spec.attacher'],
    ['FieldValueTooLong', 'spec.attacher'],
  ],
  ...Object.fromEntries(
    ['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding'].map((kind) => [
      `${kind}.admissionregistration.k8s.io`,
      [
        ['FieldValueRequired', 'spec.policyName'],
        ['FieldValueRequired', 'spec.validationActions'],
      ] as const,
    ]),
  ),
}

function rolesAndBindings(): Record<string, readonly Row[]> {
  const roles: readonly Row[] = [['FieldValueRequired', 'rules[].verbs']]
  const bindings: readonly Row[] = [
    ['FieldValueRequired', 'subjects[].name'],
    ['FieldValueRequired', 'roleRef.name'],
  ]
  const group = 'rbac.authorization.k8s.io'
  return {
    ...{ [`Role.${group}`]: roles, [`ClusterRole.${group}`]: roles },
    ...{ [`RoleBinding.${group}`]: bindings, [`ClusterRoleBinding.${group}`]: bindings },
  }
}

/** The errors of an object in the order in which they are told. */
export function declarativeLast({ kind, group }: { kind: string; group: string }, errors: FieldError[]): FieldError[] {
  const enforced = ENFORCED[`${kind}.${group}`]
  if (enforced === undefined || errors.length < 2) return errors
  // Where something may not change, no tag of what is in it is asked.
  const fixed = errors.filter((e) => e.body.endsWith(IMMUTABLE)).map((e) => `${e.field}.`)
  const placeOf = ({ type, field, body }: FieldError): number => {
    if (fixed.some((parent) => field.startsWith(parent))) return -1
    // Nor is any asked of the field itself but whether it is there.
    if (type !== 'FieldValueRequired' && !body.endsWith(IMMUTABLE) && fixed.includes(`${field}.`)) return -1
    const path = field.replace(/\[\d+\]/g, '[]')
    return enforced.findIndex(([t, f, ending = '']) => t === type && f === path && body.endsWith(ending))
  }
  const placed = errors.map((error) => ({ error, place: placeOf(error) }))
  return placed.sort((a, b) => a.place - b.place).map(({ error }) => error)
}

import type { TableDefinition } from '../generic/strategy.ts'
import { age, at, count, flag, listAt, name, number, sinceField, table, text, textAt, type Cell } from './cells.ts'
import { createdAt } from './access.ts'

/** Tables of quotas, classes, admission, flow control, devices and extensions (printers/internalversion). */
const quota =
  (limits: boolean): Cell =>
  (o) => {
    const hard = (at(o, 'status.hard') ?? {}) as Record<string, string>
    const used = (at(o, 'status.used') ?? {}) as Record<string, string>
    const names = Object.keys(hard)
      .sort()
      .filter((r) => r.startsWith('limits.') === limits)
    return names.map((r) => `${r}: ${used[r] ?? '0'}/${hard[r]}`).join(', ')
  }

const paramKind: Cell = (o) =>
  at(o, 'spec.paramKind') === undefined ? '<unset>' : `${textAt(o, 'spec.paramKind.apiVersion')}/${textAt(o, 'spec.paramKind.kind')}`

const paramRef: Cell = (o) => {
  const ref = at(o, 'spec.paramRef')
  const target = textAt(ref, 'name')
  return target === '' ? '<unset>' : `${textAt(ref, 'namespace') || '*'}/${target}`
}

const dangling: Cell = (o) => {
  const c = listAt(o, 'status.conditions').find((x) => textAt(x, 'type') === 'Dangling')
  return c === undefined ? '?' : textAt(c, 'status')
}

const claimState: Cell = (o) => {
  const deleted = o.metadata.deletionTimestamp ? ['deleted'] : []
  if (at(o, 'status.allocation') === undefined) return (deleted.length > 0 ? deleted : ['pending']).join(',')
  return [...deleted, 'allocated', ...(listAt(o, 'status.reservedFor').length > 0 ? ['reserved'] : [])].join(',')
}

const migrationStatus: Cell = (o) => {
  const types = ['Running', 'Failed', 'Succeeded']
  const last = listAt(o, 'status.conditions').findLast((c) => textAt(c, 'status') === 'True' && types.includes(textAt(c, 'type')))
  return last === undefined ? 'Unknown' : textAt(last, 'type')
}

const available: Cell = (o) => {
  const c = listAt(o, 'status.conditions').find((x) => textAt(x, 'type') === 'Available')
  if (c === undefined) return 'Unknown'
  const status = textAt(c, 'status')
  return status === 'True' || textAt(c, 'reason') === '' ? status : `${status} (${textAt(c, 'reason')})`
}

const servedVersions: Cell = (o) =>
  listAt(o, 'spec.versions')
    .filter((v) => at(v, 'served') === true)
    .map((v) => `${textAt(v, 'name')}${at(v, 'storage') === true ? '(storage)' : ''}`)
    .sort()
    .join(',')

const established: Cell = (o) =>
  listAt(o, 'status.conditions').some((c) => textAt(c, 'type') === 'Established' && textAt(c, 'status') === 'True')

const webhooks = table('Name|Webhooks:integer|Age', name, count('webhooks'), age)
const policyBinding = table('Name|PolicyName|ParamRef|Age', name, text('spec.policyName'), paramRef, age)
const plain = table('Name|Age', name, age)
const LIMITED = 'spec.limited'
const QUEUING = `${LIMITED}.limitResponse.queuing`

export const clusterTables: Readonly<Record<string, TableDefinition>> = {
  resourcequotas: table('Name|Request|Limit|Age', name, quota(false), quota(true), age),
  limitranges: createdAt,
  'priorityclasses.scheduling.k8s.io': table(
    'Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy',
    name,
    number('value'),
    flag('globalDefault'),
    age,
    text('preemptionPolicy'),
  ),
  'runtimeclasses.node.k8s.io': table('Name|Handler|Age', name, text('handler'), age),
  'leasecandidates.coordination.k8s.io': table(
    'Name|LeaseName|BinaryVersion|EmulationVersion|Age',
    name,
    text('spec.leaseName'),
    text('spec.binaryVersion'),
    text('spec.emulationVersion'),
    age,
  ),
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingadmissionpolicies.admissionregistration.k8s.io': table(
    'Name|Validations:integer|ParamKind|Age',
    name,
    count('spec.validations'),
    paramKind,
    age,
  ),
  'mutatingadmissionpolicies.admissionregistration.k8s.io': table(
    'Name|Mutations:integer|ParamKind|Age',
    name,
    count('spec.mutations'),
    paramKind,
    age,
  ),
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
  'flowschemas.flowcontrol.apiserver.k8s.io': table(
    'Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL',
    name,
    text('spec.priorityLevelConfiguration.name'),
    number('spec.matchingPrecedence'),
    text('spec.distinguisherMethod.type', '<none>'),
    age,
    dangling,
  ),
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': table(
    'Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age',
    name,
    text('spec.type'),
    text(`${LIMITED}.nominalConcurrencyShares`, '<none>'),
    text(`${QUEUING}.queues`, '<none>'),
    text(`${QUEUING}.handSize`, '<none>'),
    text(`${QUEUING}.queueLengthLimit`, '<none>'),
    age,
  ),
  'deviceclasses.resource.k8s.io': plain,
  'resourceclaims.resource.k8s.io': table('Name|State|Age', name, claimState, age),
  'resourceclaimtemplates.resource.k8s.io': plain,
  'resourceslices.resource.k8s.io': table(
    'Name|Node|Driver|Pool|Age',
    name,
    text('spec.nodeName'),
    text('spec.driver'),
    text('spec.pool.name'),
    age,
  ),
  'devicetaintrules.resource.k8s.io': table(
    'Name|Key|Value|Effect|TimeAdded|Age',
    name,
    text('spec.taint.key'),
    text('spec.taint.value'),
    text('spec.taint.effect'),
    sinceField('spec.taint.timeAdded', ''),
    age,
  ),
  'storageversionmigrations.storagemigration.k8s.io': table(
    'Name:string|Resource|Status',
    name,
    (o) => [textAt(o, 'spec.resource.resource'), textAt(o, 'spec.resource.group')].filter((t) => t !== '').join('.'),
    migrationStatus,
  ),
  'apiservices.apiregistration.k8s.io': table(
    'Name|Service|Available|Age',
    name,
    (o) => (at(o, 'spec.service') === undefined ? 'Local' : `${textAt(o, 'spec.service.namespace')}/${textAt(o, 'spec.service.name')}`),
    available,
    age,
  ),
  'customresourcedefinitions.apiextensions.k8s.io': table(
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
}

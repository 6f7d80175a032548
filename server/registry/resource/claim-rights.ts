import type { UserInfo } from '../../authn/contract.ts'
import type { Attributes, Decision } from '../../authz/contract.ts'
import { forbiddenError } from '../../authz/forbidden.ts'
import { accountOf, nodeNameOf } from '../../authz/impersonation.ts'
import { deviceKey } from '../../apis/resource/v1/device-parts.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { forbiddenField, type FieldError } from '../../machinery/field-errors.ts'
import { objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../machinery/json-walk.ts'
import { dns1123SubdomainErrors } from '../../machinery/names.ts'
import { awaited, type Pausing } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Store } from '../generic/store.ts'
import type { StrategyContext } from '../generic/strategy.ts'

/** Rules of claims for devices that ask where a claim is, and who writes it (registry/resource/utils.go). */
export interface ClaimDependencies {
  /** Looked up when requests come, by `resource.group`. */
  store(resource: string): Store
  authorize(user: UserInfo, attributes: Attributes): Decision | Promise<Decision>
}

const ADMIN_LABEL = 'resource.kubernetes.io/admin-access'
const NEEDS_LABEL = `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`

/** Only in a namespace that is meant for it may anybody ask for devices beside those who use them (KEP-5018). */
export function* adminAccessErrors(
  requests: readonly JsonObject[],
  namespace: string,
  { store }: ClaimDependencies,
): Pausing<FieldError[]> {
  const at = requests.findIndex((request) => objectAt(request, 'exactly')?.adminAccess === true)
  return at === -1 ? [] : yield* labelErrors(`spec.devices.requests[${at}].adminAccess`, namespace, store)
}

function* labelErrors(path: string, namespace: string, store: ClaimDependencies['store']): Pausing<FieldError[]> {
  const entry = yield* awaited(store('namespaces').find('', namespace))
  return entry?.view().metadata.labels?.[ADMIN_LABEL] === 'true' ? [] : [forbiddenField(path, NEEDS_LABEL)]
}

/** What a write of a claim's status needs beside the right to it (KEP-5018, KEP-5729). */
export function* statusRightsErrors(
  obj: KubeObject,
  old: KubeObject,
  context: StrategyContext,
  deps: ClaimDependencies,
): Pausing<FieldError[]> {
  const [status, before] = [objectAt(obj, 'status'), objectAt(old, 'status')]
  const errors: FieldError[] = []
  const at = adminResult(status)
  if (at !== -1 && adminResult(before) === -1) {
    errors.push(...(yield* labelErrors(`status.allocation.devices.results[${at}].adminAccess`, obj.metadata.namespace ?? '', deps.store)))
  }
  if (context.internal === true) return errors
  errors.push(...(yield* bindingErrors(status, before, context, deps)))
  if (objectAt(status, 'allocation') !== undefined) errors.push(...(yield* driverErrors(obj, status, before, context, deps)))
  return errors
}

const adminResult = (status: JsonObject | undefined): number =>
  objectsAt(status, 'allocation.devices.results').findIndex((result) => result.adminAccess === true)

/** Who gives devices to claims, and claims to pods, may bind them: the scheduler, and the controller that takes them back. */
function* bindingErrors(
  status: JsonObject | undefined,
  before: JsonObject | undefined,
  context: StrategyContext,
  deps: ClaimDependencies,
): Pausing<FieldError[]> {
  if (['allocation', 'reservedFor'].every((field) => semanticEqual(status?.[field], before?.[field]))) return []
  const verb = context.requestVerb ?? ''
  const why = yield* refusalOf(context, { ...ofClaims(context), verb, subresource: 'binding', namespace: '', name: '' }, deps)
  if (why === undefined) return []
  const needs = `changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${verb}" permission`
  return [forbiddenField('status.allocation', `${needs}: ${why}`)]
}

/** Drivers say of their own devices how they are, and those that run on a node say it of that node's. */
function* driverErrors(
  { metadata }: KubeObject,
  status: JsonObject | undefined,
  before: JsonObject | undefined,
  context: StrategyContext,
  deps: ClaimDependencies,
): Pausing<FieldError[]> {
  const verb = context.requestVerb ?? ''
  const arbitrary = `arbitrary-node:${verb}`
  const verbs = isOfNode(context.user, nodeOf(objectAt(status, 'allocation'))) ? [`associated-node:${verb}`, arbitrary] : [arbitrary]
  const errors: FieldError[] = []
  for (const name of changedDrivers(status, before)) {
    const asked = { ...ofClaims(context), subresource: 'driver', namespace: metadata.namespace ?? '', name }
    const refusals: string[] = []
    for (const one of verbs) {
      const why = yield* refusalOf(context, { ...asked, verb: one }, deps)
      if (why === undefined) break
      refusals.push(why)
    }
    if (refusals.length < verbs.length) continue
    const needs = `changing status.devices requires resource="resourceclaims/driver", verb="[${verbs.join(' ')}]" permission`
    errors.push(forbiddenField('status.devices', `${needs}: ${refusals[0]}`))
  }
  return errors
}

const ofClaims = ({ requestGroup = '', requestVersion = '' }: StrategyContext) => ({
  ...{ isResourceRequest: true, path: '', apiGroup: requestGroup, apiVersion: requestVersion, resource: 'resourceclaims' },
  ...{ fieldSelector: '', labelSelector: '' },
})

/** Why the user may not; undefined when nothing speaks against it. */
function* refusalOf({ user }: StrategyContext, attributes: Attributes, { authorize }: ClaimDependencies): Pausing<string | undefined> {
  const { decision, reason, error } = yield* awaited(Promise.resolve(authorize(user, attributes)))
  if (decision === 'allow') return undefined
  const why = error === undefined ? reason : reason === '' ? error : `${error}: ${reason}`
  return forbiddenError(user, attributes, why).message
}

/** Drivers of which an entry is new, changed or gone, by name. */
function changedDrivers(status: JsonObject | undefined, before: JsonObject | undefined): string[] {
  const left = new Map(objectsAt(before, 'devices').map((device) => [deviceKey(device), device]))
  const changed = new Set<string>()
  for (const device of objectsAt(status, 'devices')) {
    const key = deviceKey(device)
    if (!left.has(key) || !semanticEqual(left.get(key), device)) changed.add(textAt(device, 'driver'))
    left.delete(key)
  }
  for (const device of left.values()) changed.add(textAt(device, 'driver'))
  return [...changed].sort()
}

/** The node whose devices were allocated, where they are one node's. */
function nodeOf(allocation: JsonObject | undefined): string {
  const [term, ...others] = objectsAt(allocation, 'nodeSelector.nodeSelectorTerms')
  const [field, ...more] = objectsAt(term, 'matchFields')
  if (others.length > 0 || more.length > 0 || objectsAt(term, 'matchExpressions').length > 0) return ''
  const values = textsAt(field, 'values')
  return textAt(field, 'key') === 'metadata.name' && textAt(field, 'operator') === 'In' && values.length === 1 ? values[0]! : ''
}

const isOfNode = (user: UserInfo, node: string): boolean =>
  accountOf(user.name) !== undefined && nodeNameOf(user) === node && dns1123SubdomainErrors(node).length === 0

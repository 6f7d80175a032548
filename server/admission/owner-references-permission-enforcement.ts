import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { UserInfo } from '../authn/contract.ts'
import type { Attributes, Authorizer, Decision } from '../authz/contract.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { parseApiVersion, type KubeObject } from '../machinery/types.ts'
import { isOf, PODS } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

type Owner = NonNullable<KubeObject['metadata']['ownerReferences']>[number]

export interface OwnerSources {
  readonly authorizer: Authorizer
  /** What a kind is called among resources; undefined for one that there is not. */
  resourceOf(group: string, version: string, kind: string): { readonly resource: string; readonly namespaced: boolean } | undefined
}

/**
 * Who says that an object belongs to another may delete it, and who lets it hold back the other's deletion may set that one's finalizers
 * (plugin/pkg/admission/gc).
 */
export const ownerReferencesPermissionEnforcement = (sources: OwnerSources): AdmissionPlugin => ({
  name: 'OwnerReferencesPermissionEnforcement',
  validate(a) {
    if (a.operation !== 'CREATE' && a.operation !== 'UPDATE') return
    // The strategy of a pod's status keeps the owners as they are.
    if ((isOf(a, PODS) && a.subresource === 'status') || !changesOwners(a)) return
    return check(sources, a)
  },
})

const ownersOf = (object: KubeObject | undefined): readonly Owner[] => object?.metadata?.ownerReferences ?? []

function changesOwners({ object, oldObject }: AdmissionAttributes): boolean {
  const [now, old] = [ownersOf(object), ownersOf(oldObject)]
  return now.length !== old.length || now.some((owner, i) => !semanticEqual(owner, old[i]))
}

/** Those that hold back their owner's deletion, and did not before. */
function newlyBlocking({ object, oldObject }: AdmissionAttributes): readonly Owner[] {
  const old = new Map(ownersOf(oldObject).map((owner) => [owner.uid, owner]))
  return ownersOf(object).filter((owner) => owner.blockOwnerDeletion === true && old.get(owner.uid)?.blockOwnerDeletion !== true)
}

async function check({ authorizer, resourceOf }: OwnerSources, a: AdmissionAttributes): Promise<void> {
  const ask = (attributes: Partial<Attributes>): Promise<Decision> => decide(authorizer, a.user, attributes)
  if (a.operation === 'UPDATE') {
    const { group, version, resource } = a.resource
    const of = { apiGroup: group, apiVersion: version, resource, subresource: a.subresource, namespace: a.namespace, name: a.name }
    const decision = await ask({ verb: 'delete', ...of })
    if (decision.decision !== 'allow') throw refusal(a, `cannot set an ownerRef on a resource you can't delete: ${told(decision)}`)
  }
  const blocking = newlyBlocking(a)
  if (blocking.length === 0) return
  const anything = { apiGroup: '*', apiVersion: '*', resource: '*', name: '*' }
  if ((await ask({ verb: 'update', subresource: 'finalizers', ...anything })).decision === 'allow') return
  for (const { apiVersion, kind, name } of blocking) {
    // The schema has refused what is none.
    const { group, version } = parseApiVersion(apiVersion)!
    const found = resourceOf(group, version, kind)
    if (found === undefined) {
      const why = `for APIVersion ${apiVersion} Kind ${kind}: no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`
      throw refusal(a, `cannot set blockOwnerDeletion in this case because cannot find RESTMapping ${why}`)
    }
    const of = { apiGroup: group, apiVersion: version, resource: found.resource, name, namespace: found.namespaced ? a.namespace : '' }
    const decision = await ask({ verb: 'update', subresource: 'finalizers', ...of })
    if (decision.decision === 'allow') continue
    const why = `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${told(decision)}`
    throw refusal(a, why)
  }
}

const NOTHING: Attributes = {
  ...{ isResourceRequest: true, verb: '', path: '', apiGroup: '', apiVersion: '', namespace: '', resource: '', subresource: '', name: '' },
  ...{ fieldSelector: '', labelSelector: '' },
}

async function decide(authorizer: Authorizer, user: UserInfo, attributes: Partial<Attributes>): Promise<Decision> {
  return authorizer.authorize(user, { ...NOTHING, ...attributes })
}

/** As Go prints a reason and an error. */
const told = ({ reason, error }: Decision): string => `${reason}, ${error ?? '<nil>'}`

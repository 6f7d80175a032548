import type { Random } from '../fuzz/random.ts'
import { ACCOUNTS, GROUPS, NAMES, NAMESPACES, NODES, OF_NODES, PATHS, RESOURCES, USERS, VERBS, type Resource } from './matrix.ts'

/** Who; what he may is the sum of what his name and groups may. */
export interface Subject {
  readonly user: string
  readonly groups: readonly string[]
}

/** A question as a SubjectAccessReview states it. */
export interface Question {
  readonly subject: Subject
  readonly path?: string
  readonly verb: string
  readonly resource?: Resource
  readonly name?: string
  readonly namespace?: string
  readonly fieldSelector?: string
}

const authenticated = 'system:authenticated'
const account = (namespace: string, name: string): Subject => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
})
const node = (name: string): Subject => ({ user: `system:node:${name}`, groups: ['system:nodes', authenticated] })

/** Those of the policy, and those whom the default roles are for. */
export function subjectOf(random: Random): Subject {
  return random.weighted<() => Subject>([
    [8, () => ({ user: random.pick(USERS), groups: [...groupsOf(random), authenticated] })],
    [3, () => account(random.pick(NAMESPACES), random.pick(ACCOUNTS))],
    [5, () => node(random.pick(NODES))],
    [2, () => account('kube-system', random.pick(CONTROLLERS))],
    [1, () => ({ user: random.pick(['system:kube-scheduler', 'system:kube-controller-manager']), groups: [authenticated] })],
    [0.5, () => random.pick(ODD)],
  ])()
}

const groupsOf = (random: Random): string[] => [...new Set(Array.from({ length: random.below(3) }, () => random.pick(GROUPS)))]

const CONTROLLERS = [
  'deployment-controller',
  'generic-garbage-collector',
  'namespace-controller',
  'node-controller',
  'resource-claim-controller',
]

const ODD: readonly Subject[] = [
  { user: 'system:anonymous', groups: ['system:unauthenticated'] },
  { user: 'system:node:', groups: ['system:nodes'] },
  { user: 'system:node:decisions-0', groups: [authenticated] },
  { user: 'root', groups: ['system:masters'] },
  { user: 'monitor', groups: ['system:monitoring'] },
  { user: 'system:serviceaccount:decisions-a', groups: [] },
]

export function questionOf(random: Random): Question {
  const subject = subjectOf(random)
  if (random.chance(0.08)) return { subject, path: random.pick(PATHS), verb: random.pick(['get', 'post', 'put', 'head']) }
  const ofNode = subject.user.startsWith('system:node:')
  const resource = random.pick(ofNode && random.chance(0.85) ? OF_NODES : RESOURCES)
  const namespace = random.weighted<string>([
    [2, ''],
    [8, random.pick(NAMESPACES)],
    [ofNode && resource.resource === 'leases' ? 8 : 0.5, 'kube-node-lease'],
  ])
  const name = random.pick(NAMES)
  const verb = random.pick(ofNode && random.chance(0.5) ? ['get', 'list', 'watch', 'create'] : VERBS)
  return { subject, verb, resource, name, namespace, ...selectorOf(random, ofNode, verb) }
}

function selectorOf(random: Random, ofNode: boolean, verb: string): { fieldSelector?: string } {
  if (!ofNode || !['list', 'watch', 'deletecollection'].includes(verb) || random.chance(0.4)) return {}
  const name = random.pick(NODES)
  return {
    fieldSelector: random.pick([`spec.nodeName=${name}`, `spec.nodeName==${name},status.phase!=Failed`, `spec.nodeName!=${name}`, 'x']),
  }
}

export function specOf({ subject, path, verb, resource, name = '', namespace = '', fieldSelector }: Question): Record<string, unknown> {
  if (path !== undefined) return { ...subject, nonResourceAttributes: { path, verb } }
  const attributes = {
    ...{ verb, namespace, name, ...resource },
    ...(fieldSelector === undefined ? {} : { fieldSelector: { rawSelector: fieldSelector } }),
  }
  return { ...subject, resourceAttributes: attributes }
}

const METHODS: Readonly<Record<string, string | undefined>> = {
  get: 'GET',
  list: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}

/** Served in another version than v1, or not at all. */
const UNSERVED = new Set(['users', 'groups', 'widgets'])
const CLUSTER = new Set([
  ...['nodes', 'namespaces', 'persistentvolumes', 'clusterroles', 'clusterrolebindings', 'csinodes', 'volumeattachments', 'storageclasses'],
  ...['resourceslices', 'certificatesigningrequests'],
])

/**
 * The same question as a request that changes nothing, in the name of its subject; undefined where no request asks it. Its answer counts only
 * as refused or not.
 */
export function requestOf(q: Question): { method: string; path: string } | undefined {
  const method = METHODS[q.verb]
  if (method === undefined || q.resource === undefined || UNSERVED.has(q.resource.resource)) return undefined
  const { group, resource, subresource } = q.resource
  const { name = '', namespace = '' } = q
  const whole = q.verb === 'list' || q.verb === 'deletecollection' || (q.verb === 'create' && subresource === '')
  if (whole !== (name === '') || (whole && subresource !== '')) return undefined
  if (CLUSTER.has(resource) !== (namespace === '')) return undefined
  const prefix = group === '' ? '/api/v1' : `/apis/${group}/v1`
  const scope = namespace === '' ? '' : `/namespaces/${namespace}`
  const query = new URLSearchParams(method === 'GET' ? {} : { dryRun: 'All' })
  if (q.fieldSelector !== undefined) query.set('fieldSelector', q.fieldSelector)
  const tail = `${name === '' ? '' : `/${name}`}${subresource === '' ? '' : `/${subresource}`}`
  return { method, path: `${prefix}${scope}/${resource}${tail}?${query}` }
}

export const describe = (q: Question): string => JSON.stringify(specOf(q))

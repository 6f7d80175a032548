import type { Random } from '../fuzz/random.ts'
import { ACCOUNTS, GROUPS, labelOf, LABELS, NAMES, NAMESPACES, PATTERNS, RESOURCES, USERS, VERBS, WEIGHTS } from './matrix.ts'

export type Json = Record<string, unknown>

/** One write; both servers get the same ones in the same order. */
export interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Json
}

const API = 'rbac.authorization.k8s.io'
export const RBAC = `/apis/${API}/v1`
/** Roles of this many indexes; bindings refer to more of them than there are, so that some lead to nothing. */
const CLUSTER_ROLES = 40
const SUMS = 8
const ROLES = 6
const CLUSTER_BINDINGS = 40
const BINDINGS = 12
const MISSING = 4

export const post = (path: string, body: Json): Write => ({ method: 'POST', path, body })
const patch = (path: string, body: Json): Write => ({ method: 'PATCH', path, body })
const remove = (path: string): Write => ({ method: 'DELETE', path })

const some = <T>(random: Random, items: readonly T[], most: number): T[] => [
  ...new Set(Array.from({ length: 1 + random.below(most) }, () => random.pick(items))),
]

/** Mostly narrow, so that a decision hangs on each of its parts. */
function ruleOf(random: Random, cluster: boolean): Json {
  if (cluster && random.chance(0.15))
    return {
      verbs: random.chance(0.3) ? ['*'] : some(random, ['get', 'post', 'put', 'head'], 2),
      nonResourceURLs: some(random, PATTERNS, 2),
    }
  const chosen = some(random, RESOURCES, 3)
  const resources = chosen.flatMap(({ resource, subresource }) =>
    random.weighted<string[]>([
      [6, [subresource === '' ? resource : `${resource}/${subresource}`]],
      [1, [resource]],
      [1, subresource === '' ? ['*'] : [`*/${subresource}`]],
      [0.3, ['*']],
      [0.3, [`${resource}/*`]],
    ]),
  )
  return {
    verbs: random.chance(0.12) ? ['*'] : some(random, VERBS, 4),
    apiGroups: random.chance(0.1) ? ['*'] : [...new Set(chosen.map((r) => r.group))],
    resources: [...new Set(resources)],
    ...(random.chance(0.3)
      ? {
          resourceNames: some(
            random,
            NAMES.filter((n) => n !== ''),
            3,
          ),
        }
      : {}),
  }
}

const rulesOf = (random: Random, cluster: boolean): Json[] => Array.from({ length: random.below(4) }, () => ruleOf(random, cluster))

function labelsOf(random: Random): Json {
  if (random.chance(0.1)) return { [`${API}/aggregate-to-${random.pick(['view', 'edit', 'admin'])}`]: 'true' }
  return Object.fromEntries(some(random, LABELS, 2).map((key) => [key, labelOf(random)]))
}

function selectorOf(random: Random): Json {
  const key = random.pick(LABELS)
  return random.weighted<Json>([
    [3, { matchLabels: { [key]: labelOf(random) } }],
    [1, { matchExpressions: [{ key, operator: 'In', values: ['a', 'b'] }] }],
    [
      1,
      {
        matchExpressions: [
          { key, operator: 'NotIn', values: ['a'] },
          { key: LABELS[0]!, operator: 'Exists' },
        ],
      },
    ],
    [0.5, { matchExpressions: [{ key, operator: 'Exists' }] }],
  ])
}

function subjectOf(random: Random, cluster: boolean): Json {
  return random.weighted<() => Json>([
    [4, () => ({ kind: 'User', apiGroup: API, name: random.pick(USERS) })],
    [3, () => ({ kind: 'Group', apiGroup: API, name: random.weighted(GROUPS.map((g) => [WEIGHTS[g] ?? 1, g] as const)) })],
    [
      2,
      () => ({
        kind: 'ServiceAccount',
        name: random.pick(ACCOUNTS),
        // In a binding of a namespace it is of that namespace where it does not say.
        ...(cluster || random.chance(0.6) ? { namespace: random.pick(NAMESPACES) } : {}),
      }),
    ],
  ])()
}

const subjectsOf = (random: Random, cluster: boolean): Json[] => Array.from({ length: random.below(4) }, () => subjectOf(random, cluster))

function bindingOf(random: Random, name: string, cluster: boolean): Json {
  const toRole = !cluster && random.chance(0.5)
  const to = toRole
    ? `role-${random.below(ROLES + 1)}`
    : random.weighted<string>([
        [8, `decisions-${random.below(CLUSTER_ROLES + MISSING)}`],
        [2, `decisions-sum-${random.below(SUMS + 1)}`],
        [1, random.pick(['view', 'edit', 'admin', 'system:auth-delegator', 'system:node', 'system:kubelet-api-admin'])],
      ])
  return {
    metadata: { name },
    roleRef: { apiGroup: API, kind: toRole ? 'Role' : 'ClusterRole', name: to },
    subjects: subjectsOf(random, cluster),
  }
}

/**
 * The first half of the sums are part of some of the others, and no sum of one that it is part of: what such circles come to depends on who
 * was summed up when.
 */
const PART = 'decisions/part'
const isPart = (i: number): boolean => i < SUMS / 2

const sumOf = (random: Random, i: number): Json => ({
  metadata: { name: `decisions-sum-${i}`, labels: isPart(i) ? { [PART]: labelOf(random) } : {} },
  aggregationRule: {
    clusterRoleSelectors: [selectorOf(random), isPart(i) ? selectorOf(random) : { matchLabels: { [PART]: labelOf(random) } }],
  },
})

/** What the matrix begins with. */
export function* initialPolicy(random: Random): IterableIterator<Write> {
  for (let i = 0; i < CLUSTER_ROLES; i++)
    yield post(`${RBAC}/clusterroles`, { metadata: { name: `decisions-${i}`, labels: labelsOf(random) }, rules: rulesOf(random, true) })
  for (let i = 0; i < SUMS; i++) yield post(`${RBAC}/clusterroles`, sumOf(random, i))
  for (let i = 0; i < CLUSTER_BINDINGS; i++) yield post(`${RBAC}/clusterrolebindings`, bindingOf(random, `decisions-${i}`, true))
  for (const namespace of NAMESPACES) {
    const at = `${RBAC}/namespaces/${namespace}`
    for (let i = 0; i < ROLES; i++) yield post(`${at}/roles`, { metadata: { name: `role-${i}` }, rules: rulesOf(random, false) })
    for (let i = 0; i < BINDINGS; i++) yield post(`${at}/rolebindings`, bindingOf(random, `binding-${i}`, false))
  }
}

/** Other rules, other subjects, and roles and bindings that go and come again with another meaning. */
export function* changedPolicy(random: Random): IterableIterator<Write> {
  yield* changes(random, `${RBAC}/clusterroles`, 'decisions', CLUSTER_ROLES, (name) => ({
    metadata: { name },
    rules: rulesOf(random, true),
  }))
  yield* changes(random, `${RBAC}/clusterrolebindings`, 'decisions', CLUSTER_BINDINGS, (name) => bindingOf(random, name, true))
  for (const namespace of NAMESPACES) {
    const at = `${RBAC}/namespaces/${namespace}`
    yield* changes(random, `${at}/roles`, 'role', ROLES, (name) => ({ metadata: { name }, rules: rulesOf(random, false) }))
    yield* changes(random, `${at}/rolebindings`, 'binding', BINDINGS, (name) => bindingOf(random, name, false))
  }
}

function* changes(random: Random, at: string, prefix: string, count: number, make: (name: string) => Json): IterableIterator<Write> {
  for (let i = 0; i < count; i++) {
    const name = `${prefix}-${i}`
    if (random.chance(0.5)) continue
    if (random.chance(0.3)) yield remove(`${at}/${name}`)
    else if (random.chance(0.4)) yield* [remove(`${at}/${name}`), post(at, make(name))]
    else {
      // What a binding refers to cannot change.
      const { roleRef: _r, metadata: _m, ...rest } = make(name)
      yield patch(`${at}/${name}`, rest)
    }
  }
}

/** Other labels and selectors: what is summed up changes and nothing else. */
export function* changedSums(random: Random): IterableIterator<Write> {
  for (let i = 0; i < CLUSTER_ROLES; i++)
    if (random.chance(0.4)) {
      const none = Object.fromEntries(LABELS.map((key) => [key, null]))
      yield patch(`${RBAC}/clusterroles/decisions-${i}`, { metadata: { labels: { ...none, ...labelsOf(random) } } })
    }
  for (let i = 0; i < SUMS; i++) if (random.chance(0.5)) yield patch(`${RBAC}/clusterroles/decisions-sum-${i}`, sumOf(random, i))
}

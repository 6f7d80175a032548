import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { UserInfo } from '../../server/authn/contract.ts'
import type { Attributes } from '../../server/authz/contract.ts'
import { TestPolicy } from '../../server/authz/testing/policy.ts'
import type { KubeObject } from '../../server/machinery/types.ts'
import { closeConnections, send } from '../conformance/http.ts'
import { all } from '../decisions/side.ts'
import { Random } from '../fuzz/random.ts'
import { h2load } from '../programs.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { ours, reference, type Contestant, type Spec } from './contestants.ts'

/**
 * `npm run bench:rights`: what one decision of RBAC costs with 5,000 roles and 10,000 bindings, and how many requests a second a user makes whom
 * two of them let in, beside a kube-apiserver with the same ($KUBEBUILDER_ASSETS).
 */
commandLine('What a decision of RBAC costs with 5,000 roles and 10,000 bindings, beside a kube-apiserver.', {})
const ROLES = 5000
const BINDINGS = 10_000
const USERS = 2000
const GROUPS = 500
const NAMESPACES = 50
const DECISIONS = 200_000
/** What a decision may cost, in microseconds. */
const MOST_US = 20
const REQUESTS = 20_000
/** Of requests a second, as `npm run bench` judges gets. */
const LEAST_RATIO = 3

const API = 'rbac.authorization.k8s.io'
const exec = promisify(execFile)
const namespaceOf = (i: number): string => `rights-${i % NAMESPACES}`

type Resource = 'roles' | 'clusterroles' | 'rolebindings' | 'clusterrolebindings'

/** Half of the roles and of the bindings are in namespaces. */
function* policy(): IterableIterator<[Resource, KubeObject]> {
  for (let i = 0; i < ROLES; i++) {
    const rules = [
      { apiGroups: [''], resources: ['pods', 'services', `kind-${i % 40}`], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: [`name-${i}`], verbs: ['get', 'update', 'patch'] },
    ]
    const namespaced = i % 2 === 0
    const metadata = { name: `rights-${i}`, ...(namespaced ? { namespace: namespaceOf(i / 2) } : {}) }
    yield [namespaced ? 'roles' : 'clusterroles', { apiVersion: `${API}/v1`, kind: namespaced ? 'Role' : 'ClusterRole', metadata, rules }]
  }
  for (let i = 0; i < BINDINGS; i++) {
    const namespaced = i % 2 === 0
    const subject =
      i % 3 === 0
        ? { kind: 'Group', apiGroup: API, name: `group-${i % GROUPS}` }
        : { kind: 'User', apiGroup: API, name: `user-${i % USERS}` }
    const metadata = { name: `rights-${i}`, ...(namespaced ? { namespace: namespaceOf(i / 2) } : {}) }
    const roleRef = { apiGroup: API, kind: namespaced ? 'Role' : 'ClusterRole', name: `rights-${i % ROLES}` }
    yield [
      namespaced ? 'rolebindings' : 'clusterrolebindings',
      { apiVersion: `${API}/v1`, kind: namespaced ? 'RoleBinding' : 'ClusterRoleBinding', metadata, roleRef, subjects: [subject] },
    ]
  }
}

function question(random: Random): [UserInfo, Attributes] {
  const groups = [`group-${random.below(GROUPS)}`, `group-${random.below(GROUPS)}`, 'system:authenticated']
  const attributes = {
    ...{ isResourceRequest: true, path: '', apiGroup: '', apiVersion: 'v1', subresource: '', fieldSelector: '', labelSelector: '' },
    ...{ namespace: namespaceOf(random.below(NAMESPACES)), name: 'x' },
    ...{ verb: random.pick(['get', 'list', 'create']), resource: random.pick(['pods', 'secrets', `kind-${random.below(40)}`]) },
  }
  return [{ name: `user-${random.below(USERS)}`, groups }, attributes]
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!

/** Microseconds that one takes: in the middle, and of the slowest in a hundred. */
function decisions(): { mean: number; p99: number; first: number; everybody: number } {
  const test = new TestPolicy()
  for (const [resource, object] of policy()) test[resource].put(object)
  const random = new Random(1)
  const questions = Array.from({ length: DECISIONS }, () => question(random))
  for (const [user, attributes] of questions.slice(0, DECISIONS / 10)) void test.authorizer.authorize(user, attributes)
  const took: number[] = []
  const began = performance.now()
  for (const [user, attributes] of questions) {
    const start = performance.now()
    void test.authorizer.authorize(user, attributes)
    took.push(performance.now() - start)
  }
  const mean = ((performance.now() - began) / DECISIONS) * 1000
  // The worst that the bindings allow: one who is in every group and named by nothing that helps. The first two questions put in order what he may do.
  const [, nothing] = question(random)
  const groups = Array.from({ length: GROUPS }, (_, i) => `group-${i}`)
  const user = { name: 'user-1', groups }
  const asked = (times: number): number => {
    const start = performance.now()
    for (let i = 0; i < times; i++) void test.authorizer.authorize(user, { ...nothing, resource: 'nothing' })
    return ((performance.now() - start) / times) * 1000
  }
  const [first, everybody] = [asked(2), asked(1000)]
  took.sort((a, b) => a - b)
  return { mean, p99: quantile(took, 0.99) * 1000, first, everybody }
}

const pathOf = (resource: Resource, { metadata }: KubeObject): string =>
  `/apis/${API}/v1/${metadata.namespace === undefined ? '' : `namespaces/${metadata.namespace}/`}${resource}`

async function fill(c: Contestant): Promise<void> {
  const target = { name: c.name, url: c.url, token: c.token }
  const post = async ([path, body]: readonly [string, object]): Promise<void> => {
    const { status } = await send(target, { method: 'POST', path, body, h2: true })
    if (status !== 201) throw new Error(`${c.name}: ${path}: ${status}`)
  }
  const namespaces = Array.from({ length: NAMESPACES }, (_, i) => ['/api/v1/namespaces', { metadata: { name: namespaceOf(i) } }] as const)
  await all(namespaces, post)
  await all(
    [...policy()].map(([resource, object]) => [pathOf(resource, object), object] as const),
    post,
  )
  // Whom the load below is from.
  const role = { apiGroup: API, kind: 'ClusterRole', name: 'rights-viewer' }
  await post([
    `/apis/${API}/v1/clusterroles`,
    { metadata: { name: role.name }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
  ])
  const subjects = [{ kind: 'User', apiGroup: API, name: 'viewer' }]
  await post([`/apis/${API}/v1/namespaces/${namespaceOf(0)}/rolebindings`, { metadata: { name: role.name }, roleRef: role, subjects }])
  await post([`/api/v1/namespaces/${namespaceOf(0)}/configmaps`, { metadata: { name: 'read' }, data: { key: 'x'.repeat(1000) } }])
}

async function requests(c: Contestant, program: string, token: string): Promise<number> {
  const url = `${c.url}/api/v1/namespaces/${namespaceOf(0)}/configmaps/read`
  const { stdout } = await exec(program, ['-n', String(REQUESTS), '-c', '4', '-m', '10', '-H', `authorization: Bearer ${token}`, url])
  const good = Number(/(\d+) 2xx/.exec(stdout)?.[1])
  if (good !== REQUESTS) throw new Error(`${c.name}: ${good} of ${REQUESTS} requests were let in`)
  return Number(/, ([\d.]+) req\/s/.exec(stdout)?.[1])
}

async function measure(spec: Spec, program: string): Promise<{ bound: number; master: number }> {
  const c = await spec.start()
  try {
    await fill(c)
    return { master: await requests(c, program, c.token), bound: await requests(c, program, c.viewerToken) }
  } finally {
    closeConnections()
    await c.stop()
  }
}

const { mean, p99, first, everybody } = decisions()
say(
  `${ROLES} roles, ${BINDINGS} bindings: ${mean.toFixed(2)} µs a decision, ${p99.toFixed(1)} µs for the slowest in a hundred (limit ${MOST_US})`,
)
say(`for somebody in all ${GROUPS} groups: ${everybody.toFixed(1)} µs, the first two ${first.toFixed(0)} µs each (limit ${MOST_US})`)
let failed = mean > MOST_US || everybody > MOST_US
const { path: program, why } = h2load()
const specs = [ours(), reference(process.env.KUBEBUILDER_ASSETS)].filter((s) => typeof s !== 'string')
if (program === undefined) say(why)
else {
  const figures = []
  for (const spec of specs) {
    const { bound, master } = await measure(spec, program)
    figures.push(bound)
    say(`${spec.name}: ${bound.toFixed(0)} requests/s by a binding, ${master.toFixed(0)} by a member of system:masters`)
  }
  if (figures.length === 2) {
    const ratio = figures[0]! / figures[1]!
    say(`${ratio.toFixed(1)} times the reference`)
    failed ||= ratio < LEAST_RATIO
  }
}
process.exitCode = failed ? 1 : 0

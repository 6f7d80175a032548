import { CLUSTER_ROLES } from '../../client/resource.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { Controller } from '../controller.ts'

interface ClusterRole extends KubeObject {
  rules?: readonly Rule[] | null
  aggregationRule?: { clusterRoleSelectors?: readonly LabelSelectorObject[] }
}

type Rule = Readonly<Record<string, readonly string[]>>

const NAME = 'clusterrole-aggregation-controller'
const WORKERS = 5
const FIELDS = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs']

/** A ClusterRole with an aggregation rule has the rules of the roles that its selectors choose (`admin`, `edit` and `view` come of it). */
export const clusterRoleAggregationController: Controller = {
  name: NAME,
  async start(ctx) {
    const queue = ctx.workQueue('ClusterRoleAggregator')
    const roles = ctx.informers.informer<ClusterRole>(CLUSTER_ROLES)
    // Any role may be chosen by any selector; there are few that choose.
    const lookAtAll = (): void => {
      for (const role of roles.lister.list()) if (role.aggregationRule != null) queue.add(role.metadata.name ?? '')
    }
    roles.addHandler({ added: lookAtAll, updated: lookAtAll, deleted: lookAtAll })
    await roles.synced()
    const client = ctx.client.resource<ClusterRole>(CLUSTER_ROLES)
    const { signal } = ctx
    startWorkers({
      queue,
      workers: WORKERS,
      signal,
      onError: (e, key) => ctx.onError(e, `cluster role ${key}`),
      async sync(name) {
        const role = roles.lister.get(name)
        if (role?.aggregationRule == null) return
        const rules = aggregated(role, roles.lister.list())
        if (keysOf(rules) === keysOf(role.rules ?? [])) return
        const body = {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name },
          ...(rules.length === 0 ? {} : { rules }),
        }
        await client.patch(name, { type: 'apply', body: Buffer.from(JSON.stringify(body)) }, { fieldManager: NAME, force: true, signal })
      },
    })
  },
}

/** The rules of the chosen roles, selector by selector and by name, each rule once. */
function aggregated(own: ClusterRole, all: readonly ClusterRole[]): Rule[] {
  const rules = new Map<string, Rule>()
  const byName = [...all].sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1))
  for (const wanted of own.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorFromObject(wanted)
    if (selector === undefined) continue
    for (const role of byName) {
      if (role.metadata.name === own.metadata.name || !selector.matches(role.metadata.labels)) continue
      for (const rule of role.rules ?? []) if (!rules.has(keyOf(rule))) rules.set(keyOf(rule), rule)
    }
  }
  return [...rules.values()]
}

/** Equal for equal rules. */
const keyOf = (rule: Rule): string => JSON.stringify(FIELDS.map((field) => rule[field] ?? []))
const keysOf = (rules: readonly Rule[]): string => rules.map(keyOf).join('\n')

import { defaultPolicy, type RbacResource } from '../authz/rbac/bootstrap-policy.ts'
import { reconcileBinding, reconcileRole } from '../authz/rbac/reconcile.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'
import type { Registry } from '../registry/registry.ts'

/** Another server may do the same at this moment. */
const TRIES = 3

const RBAC = 'rbac.authorization.k8s.io'

/**
 * What default objects of today were parts of before, whose subjects, labels and annotations a new one takes over
 * (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`, ClusterRoleBindingsToSplit).
 */
const SPLIT: ReadonlyMap<string, string> = new Map([['system:public-info-viewer', 'system:discovery']])

/**
 * Makes the default roles and bindings, and adds to those that are there what they lack (post-start hook `rbac/bootstrap-roles`). A start
 * that finds everything in order writes nothing.
 */
export async function ensureRbacPolicy(registry: Registry, context: StrategyContext, policy = defaultPolicy()): Promise<void> {
  const writes: Promise<void>[] = []
  for (const { resource, object } of policy) {
    const source = resource === 'clusterrolebindings' ? SPLIT.get(object.metadata.name ?? '') : undefined
    const ensured = (): Promise<void> => ensure(registry, context, resource, object)
    writes.push(source === undefined ? ensured() : ensureSplit(registry, context, object, source).then(ensured))
  }
  await Promise.all(writes)
}

/**
 * A binding that is not there yet begins as the one that it was a part of has been made by somebody.
 * @param source name of that one
 */
async function ensureSplit(registry: Registry, context: StrategyContext, binding: KubeObject, source: string): Promise<void> {
  const store = registry.store(`clusterrolebindings.${RBAC}`)
  const { name = '' } = binding.metadata
  const found = store.cached('', name) === undefined ? store.cached('', source) : undefined
  if (found === undefined) return
  const { subjects, metadata } = found.object()
  const object = { ...binding, metadata: { name, labels: metadata.labels, annotations: metadata.annotations }, subjects } as KubeObject
  try {
    await createIn(store, { object, namespace: '', context })
  } catch (e) {
    if (!isStatusError(e, 'AlreadyExists')) throw e
  }
}

async function ensure(registry: Registry, context: StrategyContext, resource: RbacResource, expected: KubeObject): Promise<void> {
  const store = registry.store(`${resource}.${RBAC}`)
  const { name = '', namespace = '' } = expected.metadata
  const reconcile = resource.endsWith('bindings') ? reconcileBinding : reconcileRole
  for (let attempt = 1; ; attempt++) {
    const entry = store.cached(namespace, name) ?? (attempt > 1 ? await store.find(namespace, name) : undefined)
    try {
      if (entry === undefined) return void (await createIn(store, { object: structuredClone(expected), namespace, context }))
      const { action } = reconcile(entry.view(), expected)
      if (action === 'keep') return
      if (action === 'update') {
        const change = (current: KubeObject | undefined): KubeObject => {
          const now = reconcile(current!, expected)
          return now.action === 'update' ? now.object : structuredClone(current!)
        }
        return void (await updateIn(store, { namespace, name, context, rules: mainRules(store), change }))
      }
      const { uid } = entry.view().metadata
      await deleteFrom(store, { namespace, name, context, options: uid === undefined ? {} : { preconditions: { uid } } })
      return void (await createIn(store, { object: structuredClone(expected), namespace, context }))
    } catch (e) {
      const raced = isStatusError(e, 'AlreadyExists') || isStatusError(e, 'NotFound') || isStatusError(e, 'Conflict')
      if (!raced || attempt === TRIES) throw e
    }
  }
}

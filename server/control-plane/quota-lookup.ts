import type { ResourceQuotaOptions } from '../admission/resource-quota.ts'
import { admitEverything } from '../admission/contract.ts'
import type { Entry } from '../cache/entry.ts'
import type { Clock } from '../machinery/clock.ts'
import { qualified } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { extendedClaimOwner } from '../quota/resourceclaims.ts'
import { serverContext } from '../registry/generic/strategy.ts'
import { statusRules } from '../registry/generic/update-rules.ts'
import { updateIn } from '../registry/generic/write.ts'
import type { Registry } from '../registry/registry.ts'

/** What the ResourceQuota plugin looks at and writes, in this server's own stores. Nobody is asked about that: it is admission itself. */
export function quotaLookup(registry: Registry, clock: Clock): Pick<ResourceQuotaOptions, 'lookup' | 'devices'> {
  const [quotas, pods] = [registry.store('resourcequotas'), registry.store('pods')]
  const [classes, claims] = ['deviceclasses', 'resourceclaims'].map((r) => registry.store(`${r}.resource.k8s.io`))
  const [rules, context] = [statusRules(quotas), serverContext({ clock, admission: admitEverything }, 'v1')]
  const read = new WeakMap<Entry, KubeObject>()
  const objectOf = (entry: Entry): KubeObject => {
    let obj = read.get(entry)
    if (obj === undefined) read.set(entry, (obj = entry.view()))
    return obj
  }
  return {
    lookup: {
      cached: (namespace) => quotas.resource.cache.list.entries({ namespace }),
      stored: ({ key }) => quotas.stored(key),
      async isStale({ resource, namespace, name, oldObject }) {
        const store = registry.store(qualified(resource))
        const stored = await store.stored(store.keyOf(namespace, name))
        return String(stored?.revision) !== oldObject?.metadata.resourceVersion
      },
      async writeUsed(from, used) {
        // It has the version that it was made of: another one refuses it.
        const change = (): KubeObject => {
          const obj = from.object()
          return { ...obj, status: { ...(obj.status as object | undefined), used } }
        }
        const { namespace, name } = from
        return (await updateIn(quotas, { namespace, name, from, rules, context, change })).entry
      },
    },
    devices: {
      classes: function* () {
        for (const entry of classes!.resource.cache.list.entries({ namespace: '' })) yield objectOf(entry)
      },
      pod: (namespace, name) => pods.cached(namespace, name)?.view(),
      extendedClaimsOf: function* (namespace, podUid) {
        for (const entry of claims!.resource.cache.list.entries({ namespace })) {
          const claim = entry.view()
          if (extendedClaimOwner(claim)?.uid === podUid) yield claim
        }
      },
    },
  }
}

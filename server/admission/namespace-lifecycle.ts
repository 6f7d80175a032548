import { forbidden, notFound, type StatusError } from '../machinery/status.ts'
import type { Entry } from '../cache/entry.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'

/** Namespaces that can never be deleted (apiserver `plugin/namespace/lifecycle`). */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
const NAMESPACES = { group: '', resource: 'namespaces' }

export interface NamespaceLookup {
  /** From the cache, at once. */
  cached(name: string): Entry | undefined
  /** The newest state. */
  fresh(name: string): Promise<Entry | undefined>
}

/** Nothing is created in a namespace that is missing or going away. */
export function namespaceLifecycle(namespaces: NamespaceLookup): AdmissionPlugin {
  const active = new WeakMap<Entry, boolean>()
  const isActive = (e: Entry): boolean => {
    let yes = active.get(e)
    if (yes === undefined) active.set(e, (yes = !e.object().metadata.deletionTimestamp))
    return yes
  }
  return {
    name: 'NamespaceLifecycle',
    mutate(a) {
      if (a.operation === 'DELETE' && a.resource.resource === 'namespaces' && a.resource.group === '' && IMMORTAL.has(a.name)) {
        throw forbidden(NAMESPACES, a.name, 'this namespace may not be deleted')
      }
      if (a.operation !== 'CREATE' || !a.resource.namespaced || isAccessReview(a)) return
      const entry = namespaces.cached(a.namespace)
      if (entry === undefined) return missing(namespaces, a)
      if (!isActive(entry)) throw terminating(a)
    },
  }
}

/** What somebody may do in a namespace is no secret; whether it is there, or going away, would be. */
const isAccessReview = ({ resource: { group, resource } }: AdmissionAttributes): boolean =>
  group === 'authorization.k8s.io' && resource === 'localsubjectaccessreviews'

// The cache may be a moment behind a namespace that another server has just made.
async function missing(namespaces: NamespaceLookup, a: AdmissionAttributes): Promise<void> {
  if ((await namespaces.fresh(a.namespace)) === undefined) throw notFound(NAMESPACES, a.namespace)
}

function terminating(a: AdmissionAttributes): StatusError {
  const why = `unable to create new content in namespace ${a.namespace} because it is being terminated`
  const error = forbidden({ group: a.requested.group, resource: a.resource.resource }, a.name, why)
  error.status.details = {
    ...error.status.details,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${a.namespace} is being terminated`, field: 'metadata.namespace' }],
  }
  return error
}

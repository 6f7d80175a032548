import { isStatusError } from '../machinery/status.ts'
import type { AdmissionPlugin } from './contract.ts'
import { isNamespace } from './namespace-exists.ts'
import type { NamespaceLookup } from './namespace-lifecycle.ts'
import { refusal } from './refusal.ts'

/**
 * Whoever creates something in a namespace that is missing gets the namespace, too (plugin/pkg/admission/namespace/autoprovision).
 * @param create makes a namespace on the server's account; resolves when the cache has it
 */
export const namespaceAutoProvision = (namespaces: NamespaceLookup, create: (name: string) => Promise<void>): AdmissionPlugin => ({
  name: 'NamespaceAutoProvision',
  mutate(a) {
    if (a.operation !== 'CREATE' || a.dryRun || a.namespace === '' || isNamespace(a.resource)) return
    if (namespaces.cached(a.namespace) !== undefined) return
    return create(a.namespace).catch((e: unknown) => {
      if (isStatusError(e, 'AlreadyExists')) return
      throw isStatusError(e, 'Forbidden') ? e : refusal(a, e instanceof Error ? e.message : String(e))
    })
  },
})

import { notFound } from '../machinery/status.ts'
import type { AdmissionPlugin } from './contract.ts'
import type { NamespaceLookup } from './namespace-lifecycle.ts'

const NAMESPACES = { group: '', resource: 'namespaces' }

/** Nothing is written in a namespace that is missing (plugin/pkg/admission/namespace/exists). */
export const namespaceExists = (namespaces: NamespaceLookup): AdmissionPlugin => ({
  name: 'NamespaceExists',
  validate(a) {
    if (a.operation === 'CONNECT' || a.namespace === '' || isNamespace(a.resource) || namespaces.cached(a.namespace) !== undefined) return
    return namespaces.fresh(a.namespace).then((found) => {
      if (found === undefined) throw notFound(NAMESPACES, a.namespace)
    })
  },
})

export const isNamespace = ({ group, resource }: { group: string; resource: string }): boolean => resource === 'namespaces' && group === ''

/** Small per-resource rules of upstream's strategies and stores, by `resource.group`. Everything else is a default. */
export interface Traits {
  /** PUT to a missing object creates it. */
  createOnUpdate: boolean
  /** A finished delete answers with the object instead of a Status. */
  returnsDeleted: boolean
}

const CREATE_ON_UPDATE = new Set([
  'leases.coordination.k8s.io',
  'leasecandidates.coordination.k8s.io',
  'endpoints',
  'events',
  'limitranges',
  'services',
  'runtimeclasses.node.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
])

const RETURNS_DELETED = new Set([
  'deviceclasses.resource.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'resourceslices.resource.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
])

export function traitsOf(qualifiedResource: string): Traits {
  return { createOnUpdate: CREATE_ON_UPDATE.has(qualifiedResource), returnsDeleted: RETURNS_DELETED.has(qualifiedResource) }
}

/** Small per-resource rules of upstream's strategies and stores, by `resource.group`. Everything else is a default. */
export interface Traits {
  /** PUT to a missing object creates it. */
  createOnUpdate: boolean
  /** A finished delete answers with the object instead of a Status. */
  returnsDeleted: boolean
  /** An update must say which version of the object it changes. */
  versionedUpdates: boolean
  /** A write of `/status` leaves labels, annotations, finalizers and owners as they are. */
  statusAlone: boolean
  /** metadata.generation counts changes outside metadata and status. */
  countsGenerations: boolean
  /** Rule for metadata.name: a DNS-1123 subdomain or label, or whatever can stand in a path. */
  names: 'subdomain' | 'label' | 'segment'
  /** What a delete does to dependents when it says nothing of them; `none`: it has none, whatever it says. */
  dependents: 'delete' | 'orphan' | 'none'
  /** The warning that goes with every answer. */
  deprecation?: string
  /** The warning that goes with a delete without a propagation policy. */
  deleteWarning?: string
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

/** AllowUnconditionalUpdate is false. */
const VERSIONED_UPDATES = new Set([
  'apiservices.apiregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'clustertrustbundles.certificates.k8s.io',
  'podcertificaterequests.certificates.k8s.io',
  'leases.coordination.k8s.io',
  'leasecandidates.coordination.k8s.io',
  'runtimeclasses.node.k8s.io',
  'poddisruptionbudgets.policy',
  'devicetaintrules.resource.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'storageversionmigrations.storagemigration.k8s.io',
])

/** ResetObjectMetaForStatus, or all of the old metadata. */
const STATUS_ALONE = new Set([
  'apiservices.apiregistration.k8s.io',
  'podcertificaterequests.certificates.k8s.io',
  'servicecidrs.networking.k8s.io',
  'storageversionmigrations.storagemigration.k8s.io',
  'resourceclaims.resource.k8s.io',
  'devicetaintrules.resource.k8s.io',
  'volumeattachments.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
])

/** Strategies that set Generation. */
const GENERATIONS = new Set([
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'horizontalpodautoscalers.autoscaling',
  'cronjobs.batch',
  'jobs.batch',
  'endpointslices.discovery.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'ingressclasses.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'deviceclasses.resource.k8s.io',
  'devicetaintrules.resource.k8s.io',
  'resourceslices.resource.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
])

/** DefaultGarbageCollectionPolicy, in the versions that are served. */
const DEPENDENTS: Readonly<Record<string, Traits['dependents']>> = {
  replicationcontrollers: 'orphan',
  'jobs.batch': 'orphan',
  events: 'none',
}

/** Kinds whose names are more, or less, than DNS-1123 subdomains, where no strategy says so. */
const NAMES: Readonly<Record<string, Traits['names']>> = {
  'certificatesigningrequests.certificates.k8s.io': 'segment',
  'poddisruptionbudgets.policy': 'segment',
  'clusterroles.rbac.authorization.k8s.io': 'segment',
  'clusterrolebindings.rbac.authorization.k8s.io': 'segment',
  'roles.rbac.authorization.k8s.io': 'segment',
  'rolebindings.rbac.authorization.k8s.io': 'segment',
  'statefulsets.apps': 'label',
}

/** Said by a delete that chooses no propagation policy. */
const DELETE_WARNINGS: Readonly<Record<string, string>> = {
  'jobs.batch':
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
}

const DEPRECATIONS: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
}

export function traitsOf(qualifiedResource: string): Traits {
  const deprecation = DEPRECATIONS[qualifiedResource]
  const deleteWarning = DELETE_WARNINGS[qualifiedResource]
  return {
    createOnUpdate: CREATE_ON_UPDATE.has(qualifiedResource),
    returnsDeleted: RETURNS_DELETED.has(qualifiedResource),
    versionedUpdates: VERSIONED_UPDATES.has(qualifiedResource),
    statusAlone: STATUS_ALONE.has(qualifiedResource),
    countsGenerations: GENERATIONS.has(qualifiedResource),
    names: NAMES[qualifiedResource] ?? 'subdomain',
    dependents: DEPENDENTS[qualifiedResource] ?? 'delete',
    ...(deprecation === undefined ? {} : { deprecation }),
    ...(deleteWarning === undefined ? {} : { deleteWarning }),
  }
}

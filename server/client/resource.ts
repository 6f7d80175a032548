import { apiVersionOf } from '../machinery/types.ts'

/** Names a resource as the REST path does. */
export interface ResourceId {
  group: string
  version: string
  resource: string
  namespaced: boolean
}

const id = (group: string, version: string, resource: string, namespaced = true): ResourceId => ({
  group,
  version,
  resource,
  namespaced,
})

export const NAMESPACES = id('', 'v1', 'namespaces', false)
export const NODES = id('', 'v1', 'nodes', false)
export const PODS = id('', 'v1', 'pods')
export const SERVICES = id('', 'v1', 'services')
export const ENDPOINTS = id('', 'v1', 'endpoints')
export const REPLICATION_CONTROLLERS = id('', 'v1', 'replicationcontrollers')
export const CONFIG_MAPS = id('', 'v1', 'configmaps')
export const SERVICE_ACCOUNTS = id('', 'v1', 'serviceaccounts')
export const CORE_EVENTS = id('', 'v1', 'events')
export const EVENTS = id('events.k8s.io', 'v1', 'events')
export const ENDPOINT_SLICES = id('discovery.k8s.io', 'v1', 'endpointslices')
export const DEPLOYMENTS = id('apps', 'v1', 'deployments')
export const REPLICA_SETS = id('apps', 'v1', 'replicasets')
export const DAEMON_SETS = id('apps', 'v1', 'daemonsets')
export const STATEFUL_SETS = id('apps', 'v1', 'statefulsets')
export const CONTROLLER_REVISIONS = id('apps', 'v1', 'controllerrevisions')
export const RESOURCE_QUOTAS = id('', 'v1', 'resourcequotas')
export const PERSISTENT_VOLUME_CLAIMS = id('', 'v1', 'persistentvolumeclaims')
export const PERSISTENT_VOLUMES = id('', 'v1', 'persistentvolumes', false)
export const STORAGE_CLASSES = id('storage.k8s.io', 'v1', 'storageclasses', false)
export const CSI_DRIVERS = id('storage.k8s.io', 'v1', 'csidrivers', false)
export const CSI_STORAGE_CAPACITIES = id('storage.k8s.io', 'v1', 'csistoragecapacities')
export const VOLUME_ATTACHMENTS = id('storage.k8s.io', 'v1', 'volumeattachments', false)
export const CSI_NODES = id('storage.k8s.io', 'v1', 'csinodes', false)
export const JOBS = id('batch', 'v1', 'jobs')
export const CRON_JOBS = id('batch', 'v1', 'cronjobs')
export const POD_DISRUPTION_BUDGETS = id('policy', 'v1', 'poddisruptionbudgets')
export const HORIZONTAL_POD_AUTOSCALERS = id('autoscaling', 'v2', 'horizontalpodautoscalers')
export const SECRETS = id('', 'v1', 'secrets')
export const CLUSTER_ROLES = id('rbac.authorization.k8s.io', 'v1', 'clusterroles', false)
export const CERTIFICATE_SIGNING_REQUESTS = id('certificates.k8s.io', 'v1', 'certificatesigningrequests', false)
export const CLUSTER_TRUST_BUNDLES = id('certificates.k8s.io', 'v1', 'clustertrustbundles', false)
export const POD_CERTIFICATE_REQUESTS = id('certificates.k8s.io', 'v1', 'podcertificaterequests')
export const SERVICE_CIDRS = id('networking.k8s.io', 'v1', 'servicecidrs', false)
export const IP_ADDRESSES = id('networking.k8s.io', 'v1', 'ipaddresses', false)
export const VOLUME_ATTRIBUTES_CLASSES = id('storage.k8s.io', 'v1', 'volumeattributesclasses', false)
export const TOKEN_REVIEWS = id('authentication.k8s.io', 'v1', 'tokenreviews', false)
export const SUBJECT_ACCESS_REVIEWS = id('authorization.k8s.io', 'v1', 'subjectaccessreviews', false)
export const RESOURCE_CLAIMS = id('resource.k8s.io', 'v1', 'resourceclaims')
export const RESOURCE_CLAIM_TEMPLATES = id('resource.k8s.io', 'v1', 'resourceclaimtemplates')
export const RESOURCE_SLICES = id('resource.k8s.io', 'v1', 'resourceslices', false)
export const DEVICE_CLASSES = id('resource.k8s.io', 'v1', 'deviceclasses', false)
export const DEVICE_TAINT_RULES = id('resource.k8s.io', 'v1', 'devicetaintrules', false)
export const CUSTOM_RESOURCE_DEFINITIONS = id('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', false)
export const STORAGE_VERSION_MIGRATIONS = id('storagemigration.k8s.io', 'v1', 'storageversionmigrations', false)
export const VALIDATING_ADMISSION_POLICIES = id('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies', false)
export const LEASES = id('coordination.k8s.io', 'v1', 'leases')

/** `pods.v1.`, `deployments.v1.apps`: one text a resource, for map keys and messages. */
export function resourceKey(r: Pick<ResourceId, 'group' | 'version' | 'resource'>): string {
  return `${r.resource}.${r.version}.${r.group}`
}

/** `/api/v1` for the core group, else `/apis/group/version`. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${apiVersionOf(group, version)}`
}

export interface PathParts {
  /** '' or absent: every namespace (or a resource without one). */
  namespace?: string
  name?: string
  subresource?: string
}

/** The path of a collection, an object or a subresource, without the query. */
export function resourcePath(r: ResourceId, parts: PathParts = {}): string {
  let path = groupVersionPath(r.group, r.version)
  if (r.namespaced && parts.namespace !== undefined && parts.namespace !== '') {
    path += `/namespaces/${encodeURIComponent(parts.namespace)}`
  }
  path += `/${r.resource}`
  if (parts.name !== undefined) path += `/${encodeURIComponent(parts.name)}`
  if (parts.subresource !== undefined) path += `/${parts.subresource}`
  return path
}

export type QueryValue = string | number | boolean | undefined

/** `?a=b&c=d`, or '' when nothing is set. */
export function queryString(query: Record<string, QueryValue>): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

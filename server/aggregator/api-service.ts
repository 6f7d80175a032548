import type { KubeObject } from '../machinery/types.ts'
import { CUSTOM_GROUP_PRIORITY } from '../registry/groups.ts'

/** Which server serves a version of a group (apiregistration.k8s.io/v1 APIService). */
export interface ApiService extends KubeObject {
  spec: {
    group?: string
    version: string
    groupPriorityMinimum: number
    versionPriority: number
    /** Absent: this server itself. */
    service?: { namespace: string; name: string; port?: number }
    /** Base64 of PEM. */
    caBundle?: string
    insecureSkipTLSVerify?: boolean
  }
  status?: { conditions?: Condition[] }
}

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
  lastTransitionTime?: string
}

export const AVAILABLE = 'Available'
const DEFAULT_PORT = 443

/** Label of APIServices that the server keeps itself: of its own groups once, of custom resources as they come and go. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged'

/** Group and version priorities of the built-in API (kube-apiserver's own APIServices; recorded). Groups whose versions are not served have no APIService. */
const PRIORITIES: Readonly<Record<string, readonly [group: number, version: number]>> = {
  '/v1': [18_000, 1],
  'apps/v1': [17_800, 15],
  'events.k8s.io/v1': [17_750, 15],
  'authentication.k8s.io/v1': [17_700, 15],
  'authorization.k8s.io/v1': [17_600, 15],
  'autoscaling/v2': [17_500, 30],
  'autoscaling/v1': [17_500, 15],
  'batch/v1': [17_400, 15],
  'certificates.k8s.io/v1': [17_300, 15],
  'networking.k8s.io/v1': [17_200, 15],
  'policy/v1': [17_100, 15],
  'rbac.authorization.k8s.io/v1': [17_000, 15],
  'storage.k8s.io/v1': [16_800, 15],
  'admissionregistration.k8s.io/v1': [16_700, 15],
  'apiextensions.k8s.io/v1': [16_700, 15],
  'scheduling.k8s.io/v1': [16_600, 15],
  'coordination.k8s.io/v1': [16_500, 15],
  'node.k8s.io/v1': [16_300, 15],
  'discovery.k8s.io/v1': [16_200, 15],
  'resource.k8s.io/v1': [16_200, 21],
  'flowcontrol.apiserver.k8s.io/v1': [16_100, 21],
  'storagemigration.k8s.io/v1': [15_800, 15],
}
/** Of custom resources (kube-apiserver `crdregistration`). */
const CUSTOM_VERSION_PRIORITY = 100

export const nameOf = (group: string, version: string): string => `${version}.${group}`

/** The APIService that the server makes for a version of its own; undefined for apiregistration.k8s.io, which has none. */
export function ownApiService(group: string, version: string, custom: boolean): ApiService | undefined {
  const priorities = custom ? [CUSTOM_GROUP_PRIORITY, CUSTOM_VERSION_PRIORITY] : PRIORITIES[`${group}/${version}`]
  if (priorities === undefined) return undefined
  const [groupPriorityMinimum, versionPriority] = priorities as [number, number]
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: nameOf(group, version), labels: { [AUTOMANAGED]: custom ? 'true' : 'onstart' } },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum, versionPriority },
  }
}

export const isAvailable = (a: ApiService): boolean =>
  a.status?.conditions?.some((c) => c.type === AVAILABLE && c.status === 'True') === true

/** The service behind it, with the port that counts. */
export function serviceOf(a: ApiService): { namespace: string; name: string; port: number } | undefined {
  const { service } = a.spec
  return service === undefined ? undefined : { namespace: service.namespace, name: service.name, port: service.port ?? DEFAULT_PORT }
}

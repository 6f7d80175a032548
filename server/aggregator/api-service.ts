import type { KubeObject } from '../machinery/types.ts'
import { CUSTOM_GROUP_PRIORITY, PRIORITIES } from '../registry/groups.ts'

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

/** Of custom resources (kube-apiserver `crdregistration`). */
const CUSTOM_VERSION_PRIORITY = 100

export const nameOf = (group: string, version: string): string => `${version}.${group}`

/** The APIService that the server makes for a version of its own; undefined for apiregistration.k8s.io, which has none. */
export function ownApiService(group: string, version: string, custom: boolean): ApiService | undefined {
  const priorities = custom ? ([CUSTOM_GROUP_PRIORITY, CUSTOM_VERSION_PRIORITY] as const) : PRIORITIES.get(`${group}/${version}`)
  if (priorities === undefined) return undefined
  const [groupPriorityMinimum, versionPriority] = priorities
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

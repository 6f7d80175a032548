import type { KubeObject } from '../../kube/types.ts'

export interface ServicePort {
  name?: string
  port: number
  protocol?: string
  targetPort?: number | string
  nodePort?: number
  appProtocol?: string
}

export interface Service extends KubeObject {
  spec?: {
    type?: string
    clusterIP?: string
    clusterIPs?: string[]
    externalIPs?: string[]
    externalName?: string
    ports?: ServicePort[]
    selector?: Record<string, string>
    sessionAffinity?: string
    internalTrafficPolicy?: string
    externalTrafficPolicy?: string
    ipFamilies?: string[]
    ipFamilyPolicy?: string
  }
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
}

/** One of a list, with what its EndpointSlices say. */
export interface ListedService extends Service {
  endpoints?: { ready: number; total: number }
}

export interface EndpointSlice extends KubeObject {
  addressType?: string
  ports?: { name?: string; port?: number; protocol?: string }[]
  endpoints?: {
    addresses: string[]
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }
    nodeName?: string
    targetRef?: { kind?: string; name?: string; namespace?: string; uid?: string }
  }[]
}

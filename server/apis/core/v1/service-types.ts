import type { ObjectMeta } from '../../../machinery/types.ts'
import type { Condition } from '../../meta/v1/validation.ts'
import type { IntOrString } from './types.ts'

/** Services in their v1 JSON form, as far as this server looks inside. */
export interface ServicePort {
  name?: string
  protocol?: string
  appProtocol?: string
  port?: number
  targetPort?: IntOrString
  nodePort?: number
}

export interface ServiceSpec {
  ports?: ServicePort[]
  selector?: Record<string, string>
  clusterIP?: string
  clusterIPs?: string[]
  type?: string
  externalIPs?: string[]
  sessionAffinity?: string
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } }
  loadBalancerIP?: string
  loadBalancerSourceRanges?: string[]
  externalName?: string
  externalTrafficPolicy?: string
  healthCheckNodePort?: number
  publishNotReadyAddresses?: boolean
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  allocateLoadBalancerNodePorts?: boolean
  loadBalancerClass?: string
  internalTrafficPolicy?: string
  trafficDistribution?: string
}

export interface LoadBalancerIngress {
  ip?: string
  hostname?: string
  ipMode?: string
  ports?: unknown[]
}

export interface ServiceStatus {
  loadBalancer?: { ingress?: LoadBalancerIngress[] }
  conditions?: Condition[]
}

export interface Service {
  metadata: ObjectMeta
  spec: ServiceSpec
  status?: ServiceStatus
  [field: string]: unknown
}

export const NONE = 'None'

/** Small questions that defaults, validation and allocation share (core/service helpers). */
export const isHeadless = (s: Service): boolean => s.spec.clusterIPs?.length === 1 && s.spec.clusterIPs[0] === NONE
export const needsClusterIP = (s: Service): boolean => s.spec.type !== 'ExternalName'
export const usesNodePorts = (s: Service): boolean => s.spec.type === 'NodePort' || s.spec.type === 'LoadBalancer'
export const needsHealthCheckPort = (s: Service): boolean => s.spec.type === 'LoadBalancer' && s.spec.externalTrafficPolicy === 'Local'
export const externallyAccessible = (s: Service): boolean =>
  usesNodePorts(s) || (s.spec.type === 'ClusterIP' && (s.spec.externalIPs?.length ?? 0) > 0)

export const sameList = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  (a?.length ?? 0) === (b?.length ?? 0) && (a ?? []).every((v, i) => v === b![i])

import { NONE, needsClusterIP, needsHealthCheckPort, sameList, type Service } from './service-types.ts'
import { familyOf } from './service-addresses.ts'

/** What a client meant with fields that depend on each other and on what was given to the service before (core/service/storage). */

/** clusterIP is the old name of clusterIPs[0]: clients that know one of the two keep both right. */
export function normalizeClusterIPs(service: Service, old: Service | undefined): void {
  const { spec } = service
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const was = old.spec
  if (was.clusterIPs?.length && !spec.clusterIPs?.length && (was.clusterIP ?? '') === (spec.clusterIP ?? ''))
    spec.clusterIPs = [...was.clusterIPs]
  if ((was.clusterIP ?? '') === (spec.clusterIP ?? '') || !sameList(was.clusterIPs, spec.clusterIPs)) return
  if (was.clusterIP && !spec.clusterIP) delete spec.clusterIPs
  else spec.clusterIPs = [spec.clusterIP!]
}

const takesNodePorts = ({ spec }: Service): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)

/** Values that the server chose earlier and that the new object leaves out are filled in, so that a manifest can be sent again. */
export function keepAllocatedValues(service: Service, old: Service): void {
  const { spec } = service
  const was = old.spec
  if (needsClusterIP(old) && needsClusterIP(service)) {
    if (!spec.clusterIP && was.clusterIP) spec.clusterIP = was.clusterIP
    if (!spec.clusterIPs?.length && was.clusterIPs?.length) spec.clusterIPs = [...was.clusterIPs]
  }
  if (takesNodePorts(old) && takesNodePorts(service)) {
    const present = new Set(spec.ports?.map((p) => p.nodePort))
    const used = new Set((was.ports ?? []).map((p) => p.nodePort).filter((p) => p && present.has(p)))
    const byName = new Map(was.ports?.map((p) => [p.name ?? '', p.nodePort]))
    for (const p of spec.ports ?? []) {
      const before = byName.get(p.name ?? '')
      if (!p.nodePort && before && !used.has(before)) p.nodePort = before
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && !spec.healthCheckNodePort && was.healthCheckNodePort) {
    spec.healthCheckNodePort = was.healthCheckNodePort
  }
}

/** Services written before the plural fields existed; upstream does this whenever one is read. */
export function completeOldService(service: Service, defaultFamily: string): void {
  const { spec } = service
  normalizeClusterIPs(service, undefined)
  if (spec.type === 'ExternalName') delete spec.internalTrafficPolicy
  if (!needsClusterIP(service) || spec.ipFamilies?.length) return
  if (spec.clusterIP === NONE) {
    const selects = Object.keys(spec.selector ?? {}).length > 0
    spec.ipFamilyPolicy = selects ? 'SingleStack' : 'RequireDualStack'
    spec.ipFamilies = selects ? [defaultFamily] : [defaultFamily, otherFamily(defaultFamily)]
    return
  }
  const families = (spec.clusterIPs ?? []).map(familyOf)
  if (families.length === 0) return
  spec.ipFamilies = families
  spec.ipFamilyPolicy = families.length === 1 ? 'SingleStack' : 'RequireDualStack'
}

export const otherFamily = (family: string): string => (family === 'IPv4' ? 'IPv6' : 'IPv4')

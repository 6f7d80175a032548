import { forbiddenField, goValue, invalid, invalidPrinted, type FieldError } from '../../../machinery/field-errors.ts'
import { validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { checkLoadBalancerClass, validateService } from './service.ts'
import {
  externallyAccessible,
  isHeadless,
  needsClusterIP,
  needsHealthCheckPort,
  sameList,
  usesNodePorts,
  type Service,
} from './service-types.ts'

/** What an update of a service may change, and what the server changes along with it (core/service strategy, core/validation). */
const KEPT = 'may not change once set'

/** Fields that no longer apply to the new type and that the client left as they were are dropped. */
export function dropFieldsOfOldType(service: Service, old: Service): void {
  const { spec } = service
  const was = old.spec
  if (needsClusterIP(old) && !needsClusterIP(service)) {
    if (spec.clusterIP === was.clusterIP && sameList(spec.clusterIPs, was.clusterIPs)) {
      delete spec.clusterIP
      delete spec.clusterIPs
    }
    if (sameList(spec.ipFamilies, was.ipFamilies)) delete spec.ipFamilies
    if (spec.ipFamilyPolicy === was.ipFamilyPolicy) delete spec.ipFamilyPolicy
  }
  if (usesNodePorts(old) && !usesNodePorts(service)) {
    const before = new Set(was.ports?.map((p) => p.nodePort))
    if ((spec.ports ?? []).every((p) => !p.nodePort || before.has(p.nodePort))) for (const p of spec.ports ?? []) delete p.nodePort
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(service) && spec.healthCheckNodePort === was.healthCheckNodePort) {
    delete spec.healthCheckNodePort
  }
  if (was.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === was.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === was.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (externallyAccessible(old) && !externallyAccessible(service) && spec.externalTrafficPolicy === was.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy
  }
  if (spec.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} }
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors = validateObjectMetaUpdate(service.metadata, old.metadata, 'metadata')
  checkAddressChange(errors, service, old)
  checkFamilyChange(errors, service, old)
  if (
    service.spec.type === 'LoadBalancer' &&
    old.spec.type === 'LoadBalancer' &&
    service.spec.loadBalancerClass !== old.spec.loadBalancerClass
  ) {
    errors.push(invalid('spec.loadBalancerClass', service.spec.loadBalancerClass, KEPT))
  }
  checkLoadBalancerClass(errors, service)
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && service.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'))
  }
  return [...errors, ...validateService(service, old)]
}

const external = (a: Service, b: Service): boolean => a.spec.type === 'ExternalName' || b.spec.type === 'ExternalName'

function checkAddressChange(errors: FieldError[], service: Service, old: Service): void {
  if (external(service, old) || (isHeadless(service) && isHeadless(old))) return
  const now = service.spec.clusterIPs ?? []
  const was = old.spec.clusterIPs ?? []
  const path = 'spec.clusterIPs'
  if (now.length === was.length) {
    const shown = goValue(now)
    was.forEach((ip, i) => {
      if (ip !== now[i]) errors.push(invalidPrinted(`${path}[${i}]`, shown, KEPT))
    })
    return
  }
  if (now.length < was.length && now.length === 0) {
    errors.push(invalid(`${path}[0]`, service.spec.clusterIPs ?? null, 'primary clusterIP can not be unset'))
  }
  if (was.length > 0 && now.length > 0 && now[0] !== was[0]) errors.push(invalid(`${path}[0]`, now, KEPT))
  checkReleased(errors, service, now.length === 1 && was.length > 1, 'secondary clusterIP')
}

function checkReleased(errors: FieldError[], service: Service, released: boolean, what: string): void {
  const { ipFamilyPolicy } = service.spec
  if (!released || ipFamilyPolicy === 'SingleStack') return
  errors.push(invalid('spec.ipFamilyPolicy', ipFamilyPolicy, `must be set to 'SingleStack' when releasing the ${what}`))
}

function checkFamilyChange(errors: FieldError[], service: Service, old: Service): void {
  if (external(service, old) || isHeadless(service) || isHeadless(old)) return
  const { ipFamilies: now = [], clusterIPs } = service.spec
  const was = old.spec.ipFamilies ?? []
  const path = 'spec.ipFamilies[0]'
  if (now.length === was.length) {
    const shown = goValue(now)
    was.forEach((family, i) => {
      if (family !== now[i]) errors.push(invalidPrinted(path, shown, KEPT))
    })
    return
  }
  if (now.length < was.length && !clusterIPs?.length) errors.push(invalid(path, now, 'primary ipFamily can not be unset'))
  // Upstream prints the addresses here.
  if (was.length > 0 && now.length > 0 && now[0] !== was[0]) errors.push(invalid(path, clusterIPs ?? null, KEPT))
  checkReleased(errors, service, now.length === 1 && was.length > 1, 'secondary ipFamily')
}

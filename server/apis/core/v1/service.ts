import { trimSpace } from '../../../machinery/trim-space.ts'
import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkAddress, checkCidr } from '../../../machinery/ip.ts'
import { dns1123SubdomainErrors, portNumberErrors } from '../../../machinery/names.ts'
import { validateLabels } from '../../meta/v1/validation.ts'
import { checkLabel, checkPort, checkQualifiedName, checkSubdomain, invalidTexts } from './checks.ts'
import { checkEndpointIp } from './endpoint-ip.ts'
import { validateServiceAddresses } from './service-addresses.ts'
import { externallyAccessible, isHeadless, needsHealthCheckPort, usesNodePorts, type Service, type ServicePort } from './service-types.ts'

/** Services: defaults and rules (core/v1 defaults, core/validation ValidateService). */
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const TRAFFIC_POLICIES = ['Cluster', 'Local']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const AFFINITY_SECONDS = 10_800
const MAX_AFFINITY_SECONDS = 86_400
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'"

export function defaultService(service: Service): void {
  const spec = (service.spec ??= {})
  if (!spec.sessionAffinity) spec.sessionAffinity = 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } }
  }
  if (!spec.type) spec.type = 'ClusterIP'
  for (const p of spec.ports ?? []) {
    if (!p.protocol) p.protocol = 'TCP'
    if (!p.targetPort) p.targetPort = p.port ?? 0
  }
  if (externallyAccessible(service) && !spec.externalTrafficPolicy) spec.externalTrafficPolicy = 'Cluster'
  if (spec.internalTrafficPolicy === undefined && (usesNodePorts(service) || spec.type === 'ClusterIP'))
    spec.internalTrafficPolicy = 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
  // status and its loadBalancer are structs in Go, printed even when empty.
  const balancer = ((service.status ??= {}).loadBalancer ??= {})
  if (spec.type === 'LoadBalancer') for (const i of balancer.ingress ?? []) if (i.ip) i.ipMode ??= 'VIP'
}

export function validateService(service: Service, old?: Service): FieldError[] {
  const errors: FieldError[] = []
  checkTopology(errors, service)
  checkByType(errors, service)
  const { spec } = service
  const names = new Set<string>()
  const ports = spec.ports ?? []
  ports.forEach((p, i) => checkServicePort(errors, p, ports.length > 1, names, `spec.ports[${i}]`))
  if (spec.selector) validateLabels(errors, spec.selector, 'spec.selector')
  checkAffinity(errors, service)
  validateServiceAddresses(errors, service, old)
  const keptIps = new Set(old?.spec.externalIPs)
  spec.externalIPs?.forEach((ip, i) => {
    const before = errors.length
    const at = `spec.externalIPs[${i}]`
    checkAddress(errors, at, ip, keptIps)
    if (errors.length === before) checkEndpointIp(errors, ip, at)
  })
  if (!spec.type) errors.push(required('spec.type'))
  else if (!TYPES.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, TYPES))
  checkNodePorts(errors, service)
  checkSourceRanges(errors, service, old)
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER))
  }
  checkLoadBalancerClass(errors, service)
  checkTrafficPolicies(errors, service)
  return errors
}

function checkTopology(errors: FieldError[], { metadata }: Service): void {
  const mode = metadata.annotations?.[TOPOLOGY_MODE]
  const hints = metadata.annotations?.[TOPOLOGY_HINTS]
  if (mode === undefined || hints === undefined || mode === hints) return
  errors.push(invalid(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`))
}

function checkByType(errors: FieldError[], service: Service): void {
  const { type, ports, clusterIPs, ipFamilies, ipFamilyPolicy, externalName = '' } = service.spec
  if (!ports?.length && !isHeadless(service) && type !== 'ExternalName') errors.push(required('spec.ports'))
  if (usesNodePorts(service) && isHeadless(service)) {
    errors.push(invalid('spec.clusterIPs[0]', clusterIPs![0], `may not be set to 'None' for ${type} services`))
  }
  if (type !== 'ExternalName') return
  const text = 'may not be set for ExternalName services'
  if (clusterIPs?.length) errors.push(forbiddenField('spec.clusterIPs', text))
  if (ipFamilies?.length) errors.push(forbiddenField('spec.ipFamilies', text))
  if (ipFamilyPolicy !== undefined) errors.push(forbiddenField('spec.ipFamilyPolicy', text))
  const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName
  if (name === '') errors.push(required('spec.externalName'))
  else checkSubdomain(errors, name, 'spec.externalName')
}

function checkServicePort(errors: FieldError[], p: ServicePort, needsName: boolean, names: Set<string>, path: string): void {
  const { name = '', port = 0 } = p
  if (name !== '') {
    checkLabel(errors, name, `${path}.name`)
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  } else if (needsName) errors.push(required(`${path}.name`))
  invalidTexts(errors, `${path}.port`, port, portNumberErrors(port))
  if (!p.protocol) errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(p.protocol)) errors.push(notSupported(`${path}.protocol`, p.protocol, PROTOCOLS))
  checkPort(errors, p.targetPort, `${path}.targetPort`)
  if (p.appProtocol !== undefined) checkQualifiedName(errors, p.appProtocol, `${path}.appProtocol`)
}

function checkAffinity(errors: FieldError[], { spec }: Service): void {
  const { sessionAffinity, sessionAffinityConfig } = spec
  const path = 'spec.sessionAffinityConfig'
  if (!sessionAffinity) errors.push(required('spec.sessionAffinity'))
  else if (!AFFINITIES.includes(sessionAffinity)) errors.push(notSupported('spec.sessionAffinity', sessionAffinity, AFFINITIES))
  if (sessionAffinity === 'ClientIP') {
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0
    if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
      errors.push(invalid(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`))
    }
  } else if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) {
    errors.push(forbiddenField(path, 'must not be set when session affinity is None'))
  }
}

/** A port as the internal type prints in the text about duplicates, which looks at protocol and port alone. */
const portValue = (p: ServicePort): unknown => ({
  Name: '',
  Protocol: p.protocol,
  AppProtocol: null,
  Port: p.port ?? 0,
  TargetPort: 0,
  NodePort: 0,
})

function checkNodePorts(errors: FieldError[], { spec }: Service): void {
  const ports = spec.ports ?? []
  if (spec.type === 'ClusterIP') {
    ports.forEach((p, i) => {
      if (p.nodePort) errors.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
    })
  }
  const nodePorts = new Set<string>()
  ports.forEach((p, i) => {
    if (!p.nodePort) return
    const key = `${p.protocol}/${p.nodePort}`
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, p.nodePort))
    nodePorts.add(key)
  })
  const seen = new Set<string>()
  ports.forEach((p, i) => {
    const key = `${p.protocol}/${p.port}`
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${i}]`, portValue(p)))
    seen.add(key)
  })
}

function checkSourceRanges(errors: FieldError[], service: Service, old: Service | undefined): void {
  const { spec, metadata } = service
  const balanced = spec.type === 'LoadBalancer'
  if (spec.loadBalancerSourceRanges?.length) {
    const path = 'spec.LoadBalancerSourceRanges'
    if (!balanced) errors.push(forbiddenField(path, ONLY_LOAD_BALANCER))
    const kept = new Set(old?.spec.loadBalancerSourceRanges?.map((r) => trimSpace(r)))
    spec.loadBalancerSourceRanges.forEach((range, i) => checkCidr(errors, `${path}[${i}]`, trimSpace(range), kept))
    return
  }
  const text = metadata.annotations?.[SOURCE_RANGES]
  if (text === undefined) return
  const path = `metadata.annotations[${SOURCE_RANGES}]`
  if (!balanced) errors.push(forbiddenField(path, ONLY_LOAD_BALANCER))
  if (old?.metadata.annotations?.[SOURCE_RANGES] === text || trimSpace(text) === '') return
  for (const range of trimSpace(text).split(',')) checkCidr(errors, path, trimSpace(range))
}

export function checkLoadBalancerClass(errors: FieldError[], service: Service): void {
  const { type, loadBalancerClass } = service.spec
  if (loadBalancerClass === undefined) return
  if (type === 'LoadBalancer') checkQualifiedName(errors, loadBalancerClass, 'spec.loadBalancerClass')
  else errors.push(forbiddenField('spec.loadBalancerClass', ONLY_LOAD_BALANCER))
}

function checkTrafficPolicies(errors: FieldError[], service: Service): void {
  const { type, externalTrafficPolicy = '', healthCheckNodePort = 0, internalTrafficPolicy, trafficDistribution } = service.spec
  const external = 'spec.externalTrafficPolicy'
  if (!externallyAccessible(service)) {
    if (externalTrafficPolicy !== '')
      errors.push(invalid(external, externalTrafficPolicy, 'may only be set for externally-accessible services'))
  } else if (externalTrafficPolicy === '') errors.push(required(external))
  else if (!TRAFFIC_POLICIES.includes(externalTrafficPolicy)) errors.push(notSupported(external, externalTrafficPolicy, TRAFFIC_POLICIES))
  const check = 'spec.healthCheckNodePort'
  if (!needsHealthCheckPort(service)) {
    const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    if (healthCheckNodePort !== 0) errors.push(invalid(check, healthCheckNodePort, text))
  } else if (healthCheckNodePort === 0) errors.push(required(check))
  else invalidTexts(errors, check, healthCheckNodePort, portNumberErrors(healthCheckNodePort))
  const internal = 'spec.internalTrafficPolicy'
  if (internalTrafficPolicy === undefined) {
    if (usesNodePorts(service) || type === 'ClusterIP') errors.push(required(internal))
  } else if (!TRAFFIC_POLICIES.includes(internalTrafficPolicy)) errors.push(notSupported(internal, internalTrafficPolicy, TRAFFIC_POLICIES))
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS))
  }
}

const IP_MODES = ['Proxy', 'VIP']

/** Addresses that a load balancer was given (ValidateLoadBalancerStatus). */
export function validateServiceStatus(service: Service, old: Service): FieldError[] {
  const errors: FieldError[] = []
  const ingress = service.status?.loadBalancer?.ingress ?? []
  const path = 'status.loadBalancer.ingress'
  if (service.spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  const kept = new Set(old.status?.loadBalancer?.ingress?.flatMap((i) => i.ip ?? []))
  ingress.forEach(({ ip = '', ipMode, hostname = '' }, i) => {
    const at = `${path}[${i}]`
    if (ip !== '') checkAddress(errors, `${at}.ip`, ip, kept)
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'))
    } else if (ip === '') errors.push(forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set'))
    else if (!IP_MODES.includes(ipMode)) errors.push(notSupported(`${at}.ipMode`, ipMode, IP_MODES))
    if (hostname === '') return
    invalidTexts(errors, `${at}.hostname`, hostname, dns1123SubdomainErrors(hostname))
    const before: FieldError[] = []
    checkAddress(before, at, hostname)
    if (before.length === 0) errors.push(invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'))
  })
  return errors
}

import type { Json, ObjectCase } from './case.ts'

const port = { port: 80 }
const service = (name: string, spec: Json, more: Partial<ObjectCase> & { metadata?: Json } = {}): ObjectCase => {
  const { metadata, ...rest } = more
  return {
    name,
    apiVersion: 'v1',
    kind: 'Service',
    resource: 'services',
    object: { ...(metadata === undefined ? {} : { metadata }), spec: { ports: [port], ...spec } },
    ...rest,
  }
}
const change = (name: string, spec: Json, ...patches: Json[]): ObjectCase =>
  service(name, spec, { patches: patches.map((p) => ({ patch: { spec: p } })) })
const status = (name: string, spec: Json, patch: Json): ObjectCase =>
  service(name, spec, { patches: [{ subresource: 'status', patch: { status: patch } }] })

export const serviceCases: readonly ObjectCase[] = [
  service('plain', {}),
  service('two ports and a selector', {
    selector: { b: '2', a: '1' },
    ports: [
      { name: 'a', port: 80, targetPort: 'web' },
      { name: 'b', port: 53, protocol: 'UDP' },
    ],
  }),
  service('node port', { type: 'NodePort' }),
  service('node port asked for', { type: 'NodePort', ports: [{ port: 80, nodePort: 30999 }] }),
  service('node ports shared', {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 53 },
      { name: 'b', port: 53, protocol: 'UDP' },
    ],
  }),
  service('balancer', { type: 'LoadBalancer', loadBalancerClass: 'a.b/c', loadBalancerSourceRanges: ['10.0.0.0/8 '] }),
  service('balancer local', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
  service('balancer without node ports', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
  service('external name', { type: 'ExternalName', externalName: 'a.b.', ports: undefined }),
  service('headless', { clusterIP: 'None', selector: { a: 'b' } }),
  service('headless without selector', { clusterIP: 'None' }),
  service('headless without ports', { clusterIP: 'None', ports: undefined, selector: { a: 'b' } }),
  service('address asked for', { clusterIP: '10.0.0.77' }),
  service('client affinity', { sessionAffinity: 'ClientIP' }),
  service('client affinity time', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } }),
  service('external ips', { externalIPs: ['1.2.3.4', '2001:db8::1'] }),
  service('prefer dual', { ipFamilyPolicy: 'PreferDualStack' }),
  service('distribution', { trafficDistribution: 'PreferSameNode', internalTrafficPolicy: 'Local' }),
  service('publish not ready', { publishNotReadyAddresses: true, ports: [{ port: 80, appProtocol: 'http' }] }),
  // Refused.
  service('no ports', { ports: [] }),
  service('bad name', {}, { metadata: { name: 'a.b' } }),
  service('bad type', { type: 'x' }),
  service('port numbers', {
    ports: [
      { name: 'a', port: 0, targetPort: 70000 },
      { name: 'a', port: 70000, targetPort: 'A' },
    ],
  }),
  service('port names', { ports: [{ port: 1 }, { name: 'A.b', port: 2, appProtocol: 'a b' }] }),
  service('port protocol', { ports: [{ port: 1, protocol: 'tcp' }] }),
  service('port twice', {
    ports: [
      { name: 'a', port: 1 },
      { name: 'b', port: 1 },
    ],
  }),
  service('node port twice', {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 1, nodePort: 30990 },
      { name: 'b', port: 2, nodePort: 30990 },
    ],
  }),
  service('node port of a cluster ip', { ports: [{ port: 1, nodePort: 30991 }] }),
  service('node port out of range', { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] }),
  service('health port out of range', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 80 }),
  service('address taken', { clusterIP: '10.0.0.1' }),
  service('address out of range', { clusterIP: '192.168.0.1' }),
  service('network address', { clusterIP: '10.0.0.0' }),
  service('broadcast address', { clusterIP: '10.0.0.255' }),
  service('address that is none', { clusterIP: 'x' }),
  service('address with zeros', { clusterIP: '010.0.0.9' }),
  service('address of another family', { clusterIP: '2001:db8::1' }),
  service('addresses that differ', { clusterIP: '10.0.0.78', clusterIPs: ['10.0.0.79'] }),
  service('addresses without the first', { clusterIPs: ['10.0.0.79'] }),
  service('two of one family', { clusterIP: '10.0.0.78', clusterIPs: ['10.0.0.78', '10.0.0.79'], ipFamilyPolicy: 'PreferDualStack' }),
  service('three addresses', { clusterIP: '10.0.0.78', clusterIPs: ['10.0.0.78', '10.0.0.79', 'fd00::1'] }),
  service('none and more', { clusterIP: 'None', clusterIPs: ['None', '10.0.0.79'] }),
  service('require dual', { ipFamilyPolicy: 'RequireDualStack' }),
  service('family not there', { ipFamilies: ['IPv6'] }),
  service('family unknown', { ipFamilies: ['x', 'x'] }),
  service('families with single stack', { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'SingleStack' }),
  service('policy unknown', { ipFamilyPolicy: 'x' }),
  service('family and address differ', { clusterIP: '10.0.0.78', ipFamilies: ['IPv6'] }),
  service('headless node port', { type: 'NodePort', clusterIP: 'None' }),
  service('headless balancer', { type: 'LoadBalancer', clusterIP: 'None' }),
  service('external name missing', { type: 'ExternalName' }),
  service('external name bad', {
    type: 'ExternalName',
    externalName: 'a_b',
    clusterIP: '10.0.0.80',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  }),
  service('affinity unknown', { sessionAffinity: 'x' }),
  service('affinity time', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90000 } } }),
  service('selector', { selector: { 'a b': 'c', d: 'e f' } }),
  service('external ip special', { externalIPs: ['127.0.0.1', '0.0.0.0', '169.254.1.1', '224.0.0.1', 'x', 'fe80::1', '::1', '010.1.1.1'] }),
  service('source ranges', { loadBalancerSourceRanges: ['10.0.0.0/8', 'x'] }),
  service('source ranges bad', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8', 'x'] }),
  service(
    'source range annotation',
    {},
    { metadata: { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8, x' } } },
  ),
  service('only for balancers', {
    allocateLoadBalancerNodePorts: true,
    loadBalancerClass: 'a/b',
    healthCheckNodePort: 30995,
    externalTrafficPolicy: 'Local',
  }),
  service('class bad', { type: 'LoadBalancer', loadBalancerClass: 'a b' }),
  service('policies unknown', { type: 'NodePort', externalTrafficPolicy: 'x', internalTrafficPolicy: 'y', trafficDistribution: 'z' }),
  service(
    'topology annotations',
    {},
    { metadata: { annotations: { 'service.kubernetes.io/topology-mode': 'a', 'service.kubernetes.io/topology-aware-hints': 'b' } } },
  ),
  // Changed.
  change('to node port', {}, { type: 'NodePort' }),
  change('to cluster ip', { type: 'NodePort' }, { type: 'ClusterIP' }),
  change('to external name', { type: 'NodePort' }, { type: 'ExternalName', externalName: 'x.y' }),
  change('from external name', { type: 'ExternalName', externalName: 'x.y' }, { type: 'ClusterIP', externalName: null }),
  change(
    'balancer to cluster ip',
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', loadBalancerClass: 'a/b' },
    { type: 'ClusterIP' },
  ),
  change('local to cluster', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, { externalTrafficPolicy: 'Cluster' }),
  change('address changed', { clusterIP: '10.0.0.81' }, { clusterIP: '10.0.0.82' }),
  change('addresses changed', { clusterIP: '10.0.0.81' }, { clusterIP: '10.0.0.82', clusterIPs: ['10.0.0.82'] }),
  change('address removed', { clusterIP: '10.0.0.81' }, { clusterIP: null }),
  change('address to none', { clusterIP: '10.0.0.81' }, { clusterIP: 'None', clusterIPs: ['None'] }),
  change('none to address', { clusterIP: 'None' }, { clusterIP: '10.0.0.81', clusterIPs: ['10.0.0.81'] }),
  change('second address wanted', { clusterIP: '10.0.0.81' }, { ipFamilyPolicy: 'RequireDualStack' }),
  change('family changed', { clusterIP: '10.0.0.84' }, { ipFamilies: ['IPv6'] }),
  change('class changed', { type: 'LoadBalancer', loadBalancerClass: 'a/b' }, { loadBalancerClass: 'a/c' }),
  change('class set later', { type: 'LoadBalancer' }, { loadBalancerClass: 'a/c' }),
  change(
    'health port changed',
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30996 },
    { healthCheckNodePort: 30997 },
  ),
  change('node port changed', { type: 'NodePort', ports: [{ port: 80, nodePort: 30998 }] }, { ports: [{ port: 80, nodePort: 30997 }] }),
  change('node port left out', { type: 'NodePort', ports: [{ port: 80, nodePort: 30998 }] }, { ports: [{ port: 80, targetPort: 81 }] }),
  change('node port out of range later', {}, { type: 'NodePort', ports: [{ port: 80, nodePort: 1 }] }),
  change('external name with address', { clusterIP: '10.0.0.85' }, { type: 'ExternalName', externalName: 'x.y', clusterIP: '10.0.0.83' }),
  service('label', {}, { patches: [{ patch: { metadata: { labels: { 'a b': 'c' } } } }] }),
  status('ingress of no balancer', {}, { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }),
  status('ingress', { type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'a.b' }] } }),
  status(
    'ingress bad',
    { type: 'LoadBalancer' },
    { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.2.3.4', ipMode: 'VIP' }, { ip: '1.2.3.4', ipMode: 'z', hostname: 'A' }] } },
  ),
]

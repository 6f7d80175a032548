import type { Json, ObjectCase } from './case.ts'

const kind =
  (apiVersion: string, name: string, resource: string) =>
  (caseName: string, object: Json, ...patches: Json[]): ObjectCase => ({
    name: caseName,
    apiVersion,
    kind: name,
    resource,
    object,
    ...(patches.length === 0 ? {} : { patches: patches.map((patch) => ({ patch })) }),
  })

const configMap = kind('v1', 'ConfigMap', 'configmaps')
const secret = kind('v1', 'Secret', 'secrets')
const account = kind('v1', 'ServiceAccount', 'serviceaccounts')
const endpoints = kind('v1', 'Endpoints', 'endpoints')
const slice = kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices')
const event = kind('v1', 'Event', 'events')
const newEvent = kind('events.k8s.io/v1', 'Event', 'events')
const lease = kind('coordination.k8s.io/v1', 'Lease', 'leases')

const about = { involvedObject: { kind: 'Pod', namespace: 'facts-b', name: 'p' } }
const strict = {
  eventTime: '2026-01-01T00:00:00.123456Z',
  type: 'Normal',
  reason: 'Done',
  action: 'Do',
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  note: 'text',
  regarding: { kind: 'Pod', namespace: 'facts-b', name: 'p' },
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')

export const configCases: readonly ObjectCase[] = [
  configMap('empty', {}),
  configMap('both', { data: { a: 'b' }, binaryData: { c: 'AAEC' } }),
  configMap('immutable', { data: { a: 'b' }, immutable: true }),
  configMap('bad keys', { data: { 'a b': '1', '..': '2', '..x': '3' }, binaryData: { '': 'AA==' } }),
  configMap('same key', { data: { a: 'b' }, binaryData: { a: 'AA==' } }),
  configMap('too large', { data: { a: 'x'.repeat(1024 * 1024), b: 'y' } }),
  configMap('bad name', { metadata: { name: 'A' } }),
  configMap('immutable data', { data: { a: 'b' }, immutable: true }, { data: { a: 'c' } }),
  configMap('immutable binary', { binaryData: { a: 'AA==' }, immutable: true }, { binaryData: { a: 'AQ==' } }),
  configMap('immutable no more', { data: { a: 'b' }, immutable: true }, { immutable: false }),
  configMap('immutable labels', { data: { a: 'b' }, immutable: true }, { metadata: { labels: { x: 'y' } } }),
  configMap('key added', { data: { a: 'b' } }, { data: { c: 'd' } }),
  secret('empty', {}),
  secret('string data', { data: { a: 'AA==', b: 'AQ==' }, stringData: { b: 'text', c: 'más' } }),
  secret('own type', { type: 'x.y/z', data: { a: 'AA==' } }),
  secret('token', { type: 'kubernetes.io/service-account-token' }),
  secret('dockercfg missing', { type: 'kubernetes.io/dockercfg' }),
  secret('dockercfg bad', { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': base64('{x') } }),
  secret('dockercfg list', { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': base64('[]') } }),
  secret('docker config missing', { type: 'kubernetes.io/dockerconfigjson', data: { x: 'AA==' } }),
  secret('docker config cut', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{"a":' } }),
  secret('docker config', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{"a":1}' } }),
  secret('basic missing', { type: 'kubernetes.io/basic-auth' }),
  secret('basic', { type: 'kubernetes.io/basic-auth', stringData: { username: 'x' } }),
  secret('ssh missing', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } }),
  secret('tls missing', { type: 'kubernetes.io/tls' }),
  secret('bad key', { data: { 'a/b': 'AA==' } }),
  secret('too large', { stringData: { a: 'x'.repeat(1024 * 1024 + 1) } }),
  secret('type changed', {}, { type: 'x' }),
  secret('type left out', { type: 'x' }, { type: null }),
  secret('immutable data', { data: { a: 'AA==' }, immutable: true }, { stringData: { a: 'x' }, immutable: null }),
  secret('string data later', { data: { a: 'AA==' } }, { stringData: { a: 'x' } }),
  account('plain', {}),
  account('full', {
    secrets: [{ name: 'x', namespace: 'y', kind: 'z' }],
    imagePullSecrets: [{ name: 'p' }],
    automountServiceAccountToken: false,
  }),
  account('bad name', { metadata: { name: 'a_b' } }),
  account('label', {}, { metadata: { labels: { 'a b': 'c' } } }),
  endpoints('empty', {}),
  endpoints('plain', {
    subsets: [
      { addresses: [{ ip: '1.2.3.4', hostname: 'h', nodeName: 'n' }], notReadyAddresses: [{ ip: '1.2.3.5' }], ports: [{ port: 80 }] },
    ],
  }),
  endpoints('many', {
    subsets: [
      {
        addresses: ['1', '2', '3', '4'].map((n) => ({ ip: `1.2.3.${n}` })),
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81, protocol: 'UDP' },
        ],
      },
    ],
  }),
  endpoints('no ports', { subsets: [{ addresses: [{ ip: '2001:db8::1' }] }] }),
  endpoints('ports of ipv6', { subsets: [{ addresses: [{ ip: '2001:db8::1' }], ports: [{ port: 1 }] }] }),
  endpoints('no addresses', { subsets: [{ ports: [{ port: 80 }] }] }),
  endpoints('bad addresses', {
    subsets: [{ addresses: [{ ip: 'x' }, { ip: '127.0.0.1' }, { ip: '0.0.0.0', hostname: 'A', nodeName: 'B' }] }],
  }),
  endpoints('bad ports', {
    subsets: [{ addresses: [{ ip: '1.2.3.4' }], ports: [{ port: 0 }, { name: 'A', port: 70000, protocol: 'x', appProtocol: 'a b' }] }],
  }),
  endpoints('change', { subsets: [{ addresses: [{ ip: '1.2.3.4' }] }] }, { subsets: [{}] }),
  slice('plain', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['1.2.3.4'], conditions: { ready: true }, hints: { forZones: [{ name: 'z' }] } }],
    ports: [{ port: 80 }],
  }),
  slice('nothing', { addressType: 'IPv6' }),
  slice('names', { addressType: 'FQDN', endpoints: [{ addresses: ['a.b'] }], ports: [{ name: 'x' }] }),
  slice('no type', { endpoints: [] }),
  slice('bad type', { addressType: 'x', endpoints: [{ addresses: ['any'] }] }),
  slice('bad addresses', {
    addressType: 'IPv4',
    endpoints: [{ addresses: [] }, { addresses: ['x', '::1', '127.0.0.1', '010.1.1.1'], nodeName: 'A', hostname: 'B' }],
  }),
  slice('bad ipv6', { addressType: 'IPv6', endpoints: [{ addresses: ['1.2.3.4', '2001:DB8::1', 'fe80::1'] }] }),
  slice('bad names', { addressType: 'FQDN', endpoints: [{ addresses: ['', 'a', 'A.b', `${'x'.repeat(64)}.y`] }] }),
  slice('bad ports', { addressType: 'IPv4', ports: [{ name: 'A' }, { name: 'b', protocol: 'x' }, { name: 'b', appProtocol: 'a b' }] }),
  slice('bad hints', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['1.2.3.4'], hints: { forZones: [{ name: 'a b' }, { name: 'a b' }], forNodes: [{ name: 'A' }] } }],
  }),
  slice('too many addresses', { addressType: 'IPv4', endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `1.2.3.${i}`) }] }),
  slice('topology dropped', { addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'], deprecatedTopology: { a: 'b' } }] }),
  slice('type changed', { addressType: 'IPv4' }, { addressType: 'IPv6' }),
  slice('generation', { addressType: 'IPv4' }, { metadata: { labels: { a: 'b' } } }),
  event('core', {
    ...about,
    reason: 'R',
    message: ' m ',
    type: 'Normal',
    count: 3,
    firstTimestamp: '2026-01-01T00:00:00Z',
    source: { component: 'c', host: 'h' },
  }),
  event('core name', { ...about, metadata: { name: 'A_b' } }),
  event('core empty', { metadata: { name: 'e' } }),
  event('core other namespace', { involvedObject: { namespace: 'x' } }),
  event('core new style', { ...about, eventTime: '2026-01-01T00:00:00.000000Z' }),
  event('core long', {
    ...about,
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingComponent: 'a b',
    reportingInstance: 'x'.repeat(129),
    action: 'x'.repeat(129),
    reason: 'x'.repeat(129),
    message: 'x'.repeat(1025),
  }),
  event('core change', { ...about, reason: 'R' }, { reason: 'S', count: 2 }),
  newEvent('new', strict),
  newEvent('new series', { ...strict, series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }),
  newEvent('new bad', {
    metadata: { name: 'A_b' },
    type: 'x',
    deprecatedCount: 1,
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
    deprecatedSource: { component: 'c' },
    series: { count: 1 },
  }),
  newEvent('new change', strict, {
    reason: 'S',
    note: 'other',
    regarding: { name: 'q' },
    related: { kind: 'X' },
    reportingController: 'd',
    type: 'Warning',
    action: 'x',
  }),
  newEvent('new change time', strict, {
    eventTime: '2026-01-02T00:00:00.000000Z',
    series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' },
  }),
  lease('plain', {
    spec: {
      holderIdentity: 'h',
      leaseDurationSeconds: 40,
      renewTime: '2026-01-01T00:00:00.000000Z',
      acquireTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    },
  }),
  lease('empty', {}),
  lease('bad', { spec: { leaseDurationSeconds: 0, leaseTransitions: -1, preferredHolder: 'x' } }),
  lease('bad strategy', { spec: { strategy: 'x' } }),
  lease('own strategy', { spec: { strategy: 'a b/c' } }),
  lease('change', { spec: { holderIdentity: 'h' } }, { spec: { leaseDurationSeconds: -1 } }),
]

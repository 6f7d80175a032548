import { expect, test } from 'vitest'
import { directionsOf, type Peer, peerOf, portText } from './peers.ts'

const web = { matchLabels: { app: 'web' } }

test.each<[Peer, string, object]>([
  [{ podSelector: web }, 'pods', { pods: 'app=web' }],
  [{ podSelector: {} }, 'allPods', {}],
  [{ namespaceSelector: { matchLabels: { team: 'a' } } }, 'namespaces', { namespaces: 'team=a' }],
  [{ namespaceSelector: {} }, 'everywhere', {}],
  [{ namespaceSelector: {}, podSelector: web }, 'both', { pods: 'app=web', namespaces: '*' }],
  [{ namespaceSelector: {}, podSelector: {} }, 'everywhere', {}],
  [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }, 'block', { block: '10.0.0.0/8 − 10.1.0.0/16' }],
])('%j', (peer, word, values) => expect(peerOf(peer)).toEqual({ word, values }))

test('ports and directions as the API takes them', () => {
  expect([{}, { port: 80 }, { protocol: 'UDP', port: 'dns' }, { port: 80, endPort: 90 }].map(portText)).toEqual([
    'TCP *',
    'TCP 80',
    'UDP dns',
    'TCP 80-90',
  ])
  expect(directionsOf({})).toEqual(['Ingress'])
  expect(directionsOf({ egress: [{}] })).toEqual(['Ingress', 'Egress'])
  expect(directionsOf({ policyTypes: ['Egress'] })).toEqual(['Egress'])
})

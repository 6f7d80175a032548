import { describe, expect, test } from 'vitest'
import { directionsOf, type Peer, peerOf, podsOf, portText } from './peers.ts'

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

describe('where the pods of a peer are', () => {
  const namespaces = [{ name: 'shop', labels: { team: 'a' } }, { name: 'harbour', labels: { team: 'b' } }, { name: 'bare' }]
  const team = (...values: string[]) => ({ matchExpressions: [{ key: 'team', operator: 'In', values }] })
  test.each<[string, Peer, { namespace: string; filter: string } | undefined]>([
    ['here', { podSelector: web }, { namespace: 'shop', filter: 'label="app=web"' }],
    ['all here', { podSelector: {} }, { namespace: 'shop', filter: '' }],
    ['in every namespace', { namespaceSelector: {}, podSelector: web }, { namespace: '', filter: 'label="app=web"' }],
    ['in those that are selected', { namespaceSelector: team('a', 'b') }, { namespace: 'shop,harbour', filter: '' }],
    ['in a namespace that is not there', { namespaceSelector: team('c'), podSelector: web }, undefined],
    ['addresses', { ipBlock: { cidr: '10.0.0.0/8' } }, undefined],
  ])('%s', (_, peer, place) => expect(podsOf(peer, 'shop', namespaces)).toEqual(place))
})

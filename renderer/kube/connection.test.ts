import { expect, test } from 'vitest'
import type { ClusterState } from './cluster-state.ts'
import { connectionOf, isStale } from './connection.ts'

const open = { phase: 'open' } as const
const cluster = (phase: ClusterState['phase'], more: Partial<ClusterState> = {}): ClusterState => ({
  context: 'c',
  phase,
  since: 0,
  ...more,
})
const of = (over: Partial<Parameters<typeof connectionOf>[0]>) =>
  connectionOf({ socket: open, cluster: undefined, troubled: 0, local: undefined, ...over })

test.each<[string, Partial<Parameters<typeof connectionOf>[0]>, string, boolean]>([
  ['the gateway is gone, whatever it said before', { socket: { phase: 'lost' }, cluster: cluster('live') }, 'lost', true],
  ['nothing was ever opened', { socket: { phase: 'idle' } }, 'idle', false],
  ['an open socket is no sign of the cluster', {}, 'connecting', false],
  ['the cluster answers', { cluster: cluster('live') }, 'live', false],
  ['some watches fail while it answers', { cluster: cluster('live'), troubled: 2 }, 'partial', false],
  ['every watch fails because it is away: that is not degraded', { cluster: cluster('unreachable'), troubled: 9 }, 'unreachable', true],
  ['quiet is not stale', { cluster: cluster('quiet') }, 'quiet', false],
  ['signed out', { cluster: cluster('signedOut'), troubled: 3 }, 'signedOut', false],
  [
    'its entry in the kubeconfig leads nowhere, which nobody has asked',
    { socket: { phase: 'idle' }, broken: 'no server' },
    'unusable',
    true,
  ],
  ['there is no such context', { broken: '' }, 'unknown', true],
  ['the gateway is gone, and the entry is broken', { socket: { phase: 'lost' }, broken: 'no server' }, 'lost', true],
  ['our own needs no entry', { local: 'running', broken: '' }, 'live', false],
  ['our own runs', { local: 'running' }, 'live', false],
  ['our own starts', { local: 'starting' }, 'connecting', false],
  ['our own is stopped', { local: 'stopped', troubled: 4 }, 'stopped', true],
  ['our own has failed', { local: 'failed' }, 'failed', true],
])('%s', (_, init, word, old) => {
  const connection = of(init)
  expect(connection.word).toBe(word)
  expect(isStale(connection)).toBe(old)
})

test('since when, which plugin and why are told as long as somebody is there to tell it', () => {
  const state = cluster('plugin', { since: 5, plugin: 'aws', message: 'm' })
  expect(of({ cluster: state })).toMatchObject({ since: 5, plugin: 'aws', message: 'm' })
  expect(of({ cluster: state, socket: { phase: 'lost' } })).toMatchObject({ since: 0, plugin: '', message: '' })
  expect(of({ broken: 'no server' })).toMatchObject({ message: 'no server' })
})

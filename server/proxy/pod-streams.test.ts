import { expect, test } from 'vitest'
import type { RequestContext } from '../request/context.ts'
import { parseQuery } from '../machinery/query.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ForwardRequest } from './forward.ts'
import { podConnections, type PodStreamOptions } from './pod-streams.ts'
import { StreamMetrics } from './streams/metrics.ts'

const objects: Record<string, KubeObject> = {
  'pods web': { metadata: { name: 'web', namespace: 'shop' }, spec: { nodeName: 'n', containers: [{ name: 'c' }] } },
  'nodes n': { metadata: { name: 'n' }, status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } },
}
let forwarded: ForwardRequest | undefined
const connections = podConnections({
  kubelet: {},
  store: (resource: string) => {
    const entry = (name: string): object => ({ object: () => objects[`${resource} ${name}`] })
    return {
      get: (_: string, name: string) => Promise.resolve(entry(name)),
      find: (_: string, name: string) => Promise.resolve(entry(name)),
    }
  },
  forwarder: {
    resolve: (target: object) => Promise.resolve([target]),
    forward: (_: unknown, request: ForwardRequest) => {
      forwarded = request
      return Promise.resolve()
    },
  },
  streams: new StreamMetrics(),
} as unknown as PodStreamOptions)

async function connected(subresource: string, search: string): Promise<ForwardRequest> {
  const sub = connections[subresource]!
  if (sub.form !== 'connect') throw new Error('it is asked to connect')
  const exchange = { method: 'GET', headers: {}, upgrade: () => undefined }
  const ctx = { exchange, requestInfo: { verb: 'get' } } as unknown as RequestContext
  await sub.connect({ ctx, served: undefined!, namespace: 'shop', name: 'web', query: parseQuery(search), path: '' })
  return forwarded!
}

test.each([
  ['exec', 'command=ls&command=-l a&stdin=true&tty=1&stderr=false', '/exec/shop/web/c?command=ls&command=-l+a&input=1&tty=1'],
  ['exec', 'container=c&stdout=yes&stderr=true', '/exec/shop/web/c?error=1&output=1'],
  ['attach', 'command=ls&stdout=true', '/attach/shop/web/c?output=1'],
  ['portforward', 'ports=80,90&ports=7', '/portForward/shop/web?port=80&port=90&port=7'],
  ['portforward', '', '/portForward/shop/web'],
])('%s?%s is for the pod’s kubelet, in its words', async (subresource, search, path) => {
  expect(await connected(subresource, search)).toMatchObject({
    path,
    prefix: '',
    target: { protocol: 'https:', host: '192.0.2.1', port: 10250, asKubeletClient: true },
    // The path is ours: the address may be a local one.
    addresses: [{ anyAddress: true }],
  })
})

test.each([
  ['exec', 'command=ls&stdin=true&container=c', { kind: 'PodExecOptions', command: ['ls'], stdin: true, container: 'c' }],
  ['attach', 'tty=true', { kind: 'PodAttachOptions', tty: true }],
  ['portforward', 'ports=80', { kind: 'PodPortForwardOptions', ports: [80] }],
  ['portforward', '', { kind: 'PodPortForwardOptions' }],
])('who admits connections is shown the options of %s?%s', (subresource, search, options) => {
  const sub = connections[subresource]!
  expect(sub.form === 'connect' && sub.options!(parseQuery(search), '')).toEqual({ apiVersion: 'v1', ...options })
})

import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from '../fixtures/server.ts'
import { Setting } from '../fixtures/setting.ts'

/** Watches over WebSockets, one message an event, as kube-apiserver answers them. */
describe('a watch over a WebSocket', () => {
  let server: Awaited<ReturnType<typeof startServer>>
  const setting = new Setting()
  beforeAll(async () => {
    server = await startServer({ flags: [setting.tokens()] })
    await server.api.create('/api/v1/namespaces', { metadata: { name: 'sockets' } })
    await server.api.create('/api/v1/namespaces/sockets/configmaps', { metadata: { name: 'first' } })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    setting[Symbol.dispose]()
  })

  interface Told {
    messages: { binary: boolean; data: Buffer }[]
    protocol: string
    code: number
  }

  /** Resolves when the server ends the socket, or with the status of a refusal. */
  function watch(
    more: string,
    headers: Record<string, string>,
    protocols: string[] = [],
    onMessage?: (n: number) => void,
  ): Promise<Told | number> {
    const { url } = server
    const path = `/api/v1/namespaces/sockets/configmaps?watch=true&fieldSelector=metadata.name!%3Dkube-root-ca.crt${more}`
    const socket = new WebSocket(`${url.replace('https', 'wss')}${path}`, protocols, {
      headers: { authorization: `Bearer ${setting.token}`, ...headers },
      rejectUnauthorized: false,
    })
    return new Promise((resolve, reject) => {
      const messages: Told['messages'] = []
      socket.on('message', (data: Buffer, binary) => {
        const n = messages.push({ binary, data })
        onMessage?.(n)
      })
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      socket.on('close', (code) => resolve({ messages, protocol: socket.protocol, code }))
      socket.on('error', reject)
    })
  }

  const origin = { origin: 'http://localhost' }
  const namesOf = (told: Told | number): string[] =>
    (told as Told).messages.map(({ data }) => {
      const { type, object } = JSON.parse(data.toString()) as { type: string; object: { metadata: { name: string } } }
      return `${type} ${object.metadata.name}`
    })

  test('has a text for each event, and ends when its time is up', async () => {
    let made: Promise<unknown> | undefined
    const told = await watch('&timeoutSeconds=2', origin, [], (n) => {
      if (n === 1) made = server.api.create('/api/v1/namespaces/sockets/configmaps', { metadata: { name: 'second' } })
    })
    await made
    expect(namesOf(told)).toEqual(['ADDED first', 'ADDED second'])
    expect(told).toMatchObject({ code: 1000, protocol: '' })
    expect((told as Told).messages.map((m) => m.binary)).toEqual([false, false])
  })

  test('is binary in protobuf, without the lengths that frames of a stream begin with', async () => {
    const told = await watch('&timeoutSeconds=1', { ...origin, accept: 'application/vnd.kubernetes.protobuf' }, ['base64.binary.k8s.io'])
    expect(told).toMatchObject({ code: 1000, protocol: 'base64.binary.k8s.io' })
    const [first] = (told as Told).messages
    expect([first!.binary, first!.data.subarray(0, 7).toString('hex')]).toEqual([true, Buffer.from('\n\x05ADDED').toString('hex')])
  })

  test.each([
    ['without an origin', {}, [], 403],
    ['with several protocols', origin, ['a', 'b'], 400],
    ['in YAML', { ...origin, accept: 'application/yaml' }, [], 406],
  ])('%s is refused', async (_, headers, protocols, status) => {
    expect(await watch('&timeoutSeconds=1', headers as Record<string, string>, protocols)).toBe(status)
  })

  test('ends when its object can no longer be told of, after an event that says so', async () => {
    // Only a watch that begins with a list is told that its version is not there yet; others wait for it.
    const listed = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
    const told = await watch(`${listed}&resourceVersion=999999999&timeoutSeconds=10`, origin)
    expect(JSON.parse((told as Told).messages[0]!.data.toString())).toMatchObject({ type: 'ERROR', object: { code: 504 } })
  })

  test('of a version that is not there yet is silent until its time is up', async () => {
    expect(await watch('&resourceVersion=999999999&timeoutSeconds=1', origin)).toMatchObject({ messages: [], code: 1000 })
  })
})

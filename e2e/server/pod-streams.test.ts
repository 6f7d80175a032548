import { createServer, type IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { readKubeconfig } from '../fixtures/api.ts'
import { processKubelet, type ProcessKubelet } from '../fixtures/process-kubelet.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer, type Server } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** Streams into containers, with a kubelet that speaks only SPDY: clients that do too, and those that speak WebSocket (KEP 4006). */
let server: Server
let kubelet: ProcessKubelet
const files = scratch()
const PODS = '/api/v1/namespaces/default/pods'

async function nodeWithPod(name: string, port: number, declaredFeatures?: string[]): Promise<void> {
  await server.api.create('/api/v1/nodes', {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      declaredFeatures,
    },
  })
  const spec = { nodeName: name, containers: [{ name: 'c', image: 'registry.example/c:1' }] }
  await server.api.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec })
  await server.api.send('PATCH', `${PODS}/${name}/status`, { type: 'application/merge-patch+json', body: { status: { phase: 'Running' } } })
}

beforeAll(async () => {
  ;[server, kubelet] = await Promise.all([startServer({ flags: ['--disable-admission-plugins=ServiceAccount'] }), processKubelet()])
  await nodeWithPod('spdy', kubelet.port)
  await nodeWithPod('newer', kubelet.port, ['ExtendWebSocketsToKubelet'])
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await kubelet[Symbol.asyncDispose]()
  files[Symbol.dispose]()
})

const commands = (...words: string[]): string => words.map((word) => `&command=${encodeURIComponent(word)}`).join('')
const shell = (script: string): string => commands('sh', '-c', script)

/** What a client of v5 hears: text by channel, each message's channel in turn, and how the connection ended. */
interface Heard {
  readonly text: Record<number, string>
  readonly channels: number[]
  readonly closed: Promise<number>
  readonly socket: WebSocket
}

async function streaming(path: string): Promise<Heard> {
  const { ca, cert, key, token } = readKubeconfig(server.kubeconfig)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { ca, headers, ...(cert === undefined ? {} : { cert, key }) }
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}${path}`, ['v5.channel.k8s.io'], options)
  const [text, channels]: [Record<number, string>, number[]] = [{}, []]
  socket.on('message', (message: Buffer) => {
    const channel = message[0]!
    channels.push(channel)
    text[channel] = (text[channel] ?? '') + message.toString('latin1', 1)
  })
  const closed = new Promise<number>((done) => socket.once('close', done))
  await new Promise((done, failed) => socket.once('open', done).once('error', failed))
  return { text, channels, closed, socket }
}
const say = ({ socket }: Heard, channel: number, data: string): void => socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(data)]))

// Newer ones speak WebSocket unless they are told not to; older ones know nothing else than SPDY.
test.each(['true', 'false'])('kubectl exec, by WebSocket if it can: %s: both outputs, its input, and the exit code', async (can) => {
  vi.stubEnv('KUBECTL_REMOTE_COMMAND_WEBSOCKETS', can)
  const ran = await server.kubectl.run(['exec', '-i', 'spdy', '--', 'sh', '-c', 'cat; echo faults >&2; exit 3'], 'from the client\n')
  expect(ran).toMatchObject({ code: 3, stdout: 'from the client\n' })
  expect(ran.stderr).toContain('faults\n')
})

test('kubectl cp there and back', async () => {
  const [here, there, back] = ['here', 'there', 'back'].map((name) => join(files.path, name)) as [string, string, string]
  writeFileSync(here, 'x'.repeat(300_000))
  await server.kubectl('cp', here, `spdy:${there}`)
  await server.kubectl('cp', `spdy:${there}`, back)
  expect(readFileSync(back, 'utf8')).toBe('x'.repeat(300_000))
})

test.each(['true', 'false'])('kubectl port-forward, by WebSocket if it can: %s', async (can) => {
  vi.stubEnv('KUBECTL_PORT_FORWARD_WEBSOCKETS', can)
  const web = createServer((req, res) => res.end(`you asked for ${req.url}`)).listen(0, '127.0.0.1')
  await new Promise((done) => web.once('listening', done))
  const { port } = web.address() as AddressInfo
  using forward = server.kubectl.follow('port-forward', 'pod/spdy', `:${port}`)
  const [, local] = /127\.0\.0\.1:(\d+)/.exec(await forward.until(`-> ${port}`))!
  expect(await (await fetch(`http://127.0.0.1:${local}/harbour`)).text()).toBe('you asked for /harbour')
  web.close()
})

test('v5 over WebSocket becomes SPDY: standard input ends by itself, outputs and the exit code come back', async () => {
  const heard = await streaming(`${PODS}/spdy/exec?stdin=true&stdout=true&stderr=true${shell('cat; echo faults >&2; exit 7')}`)
  say(heard, 0, 'one ')
  say(heard, 0, 'two')
  heard.socket.send(Buffer.of(255, 0))
  expect(await heard.closed).toBe(1000)
  expect(heard.text).toMatchObject({ 1: 'one two', 2: 'faults\n' })
  expect(JSON.parse(heard.text[3]!)).toEqual({
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: command terminated with exit code 7',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  })
  // An empty message tells that there is a connection.
  expect(heard.channels[0]).toBe(1)
  const { method, url, headers } = kubelet.asked.at(-1)!
  expect([method, url.split('?')[0], headers.upgrade, headers.authorization]).toEqual([
    'POST',
    '/exec/default/spdy/c',
    'SPDY/3.1',
    undefined,
  ])
  expect(headers['x-stream-protocol-version']).toBe(
    'v5.channel.k8s.io, v4.channel.k8s.io, v3.channel.k8s.io, v2.channel.k8s.io, channel.k8s.io',
  )
})

test('much output comes whole, and success is told', async () => {
  const heard = await streaming(`${PODS}/spdy/exec?stdout=true${shell('head -c 20000000 /dev/zero | tr "\\\\0" x')}`)
  // A client that reads nothing for a while.
  heard.socket.pause()
  await until('the command to be asked for', () => kubelet.asked.at(-1)!.url.includes('20000000'))
  heard.socket.resume()
  await heard.closed
  expect(heard.text[1]!.length).toBe(20_000_000)
  expect(heard.text[1]!.replaceAll('x', '')).toBe('')
  expect(heard.text[3]).toBe('{"metadata":{},"status":"Success"}')
})

test('sizes of a terminal go to the kubelet, whose only output is the standard one', async () => {
  const heard = await streaming(`${PODS}/spdy/exec?stdin=true&stdout=true&stderr=true&tty=true${shell('cat')}`)
  say(heard, 4, '{"Width":120,"Height":40}{"width":80,')
  say(heard, 4, '"height":25}')
  await until('both sizes', () => kubelet.sizes.length === 2)
  expect(kubelet.sizes).toEqual(['{"Width":120,"Height":40}\n', '{"Width":80,"Height":25}\n'])
  heard.socket.send(Buffer.of(255, 0))
  await heard.closed
  expect(JSON.parse(heard.text[3]!)).toMatchObject({ status: 'Success' })
})

test('what a client has sent before it went is heard to its end', async () => {
  const file = join(files.path, 'heard')
  const heard = await streaming(`${PODS}/spdy/exec?stdin=true&stdout=true${shell(`cat > ${file}; echo whole > ${file}.done`)}`)
  say(heard, 0, 'last words')
  heard.socket.close()
  await until('the command to end', () => {
    try {
      return readFileSync(`${file}.done`, 'utf8') === 'whole\n'
    } catch {
      return false
    }
  })
  expect(readFileSync(file, 'utf8')).toBe('last words')
})

const internalError = (why: string): object => ({
  ...{ metadata: {}, status: 'Failure', message: `Internal error occurred: ${why}`, reason: 'InternalError' },
  ...{ details: { causes: [{ message: why }] }, code: 500 },
})

test.each([
  ['in words', 'no such container\n', 'no such container'],
  ['by a Status', '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"it is gone"}', 'it is gone'],
])('a kubelet that refuses %s is heard on the error channel', async (_, body, words) => {
  kubelet.refusing = { status: 404, body }
  const heard = await streaming(`${PODS}/spdy/exec?stdout=true${shell('true')}`)
  expect(await heard.closed).toBe(1000)
  delete kubelet.refusing
  expect(JSON.parse(heard.text[3]!)).toEqual(internalError(`unable to upgrade connection: ${words}`))
})

test('a kubelet that goes away in the middle has not succeeded', async () => {
  const heard = await streaming(`${PODS}/spdy/exec?stdin=true&stdout=true${shell('echo begun; cat')}`)
  await until('output', () => heard.text[1]?.includes('begun'))
  kubelet.drop()
  await heard.closed
  expect(JSON.parse(heard.text[3]!)).toEqual(internalError('error reading from error stream: unexpected EOF'))
})

test('a kubelet that nobody reaches is told of in Go’s words', async () => {
  const gone = await processKubelet()
  await gone[Symbol.asyncDispose]()
  await nodeWithPod('gone', gone.port)
  const heard = await streaming(`${PODS}/gone/exec?stdout=true${commands('ls')}`)
  await heard.closed
  const url = `https://127.0.0.1:${gone.port}/exec/default/gone/c?command=ls&output=1`
  const dial = `dial tcp 127.0.0.1:${gone.port}: connect: connection refused`
  expect(JSON.parse(heard.text[3]!)).toEqual(internalError(`error sending request: Post "${url}": ${dial}`))
})

/** Asks for a WebSocket by hand: its subprotocol has a slash, which clients in JavaScript refuse. */
function upgraded(path: string, protocol: string): Promise<{ answer: IncomingMessage; socket?: Duplex; head?: Buffer }> {
  const { ca, cert, key, token } = readKubeconfig(server.kubeconfig)
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    ...{ 'sec-websocket-protocol': protocol, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  }
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port: server.port, path, ca, cert, key, headers })
    req.once('upgrade', (answer, socket, head) => resolve({ answer, socket, head }))
    req.once('response', (answer) => resolve({ answer }))
    req.once('error', reject)
    req.end()
  })
}

/** A stream of SPDY, opened: its header block is stored, the first has zlib's head. */
function synStream(id: number, headers: Record<string, string>): Buffer {
  const sized = (text: string): Buffer[] => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(text.length)
    return [size, Buffer.from(text)]
  }
  const block = Buffer.concat([Buffer.from([0, 0, 0, Object.keys(headers).length]), ...Object.entries(headers).flat().flatMap(sized)])
  const deflated = Buffer.concat([Buffer.from([...(id === 1 ? [0x78, 0x01] : []), 0, block.length, 0, ~block.length & 0xff, 0xff]), block])
  const head = Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 10 + deflated.length, 0, 0, 0, id, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, deflated])
}

test('ports: SPDY inside of a WebSocket is taken out for a kubelet that speaks it plainly', async () => {
  const web = createServer((req, res) => res.end(`you asked for ${req.url}`)).listen(0, '127.0.0.1')
  await new Promise((done) => web.once('listening', done))
  const port = String((web.address() as AddressInfo).port)
  const { answer, socket, head } = await upgraded(`${PODS}/spdy/portforward?ports=${port}`, 'SPDY/3.1+portforward.k8s.io')
  expect([answer.statusCode, answer.headers['sec-websocket-protocol']]).toEqual([101, 'SPDY/3.1+portforward.k8s.io'])
  expect(kubelet.asked.at(-1)).toMatchObject({
    method: 'POST',
    headers: { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' },
  })
  expect(kubelet.asked.at(-1)!.headers['sec-websocket-key']).toBeUndefined()
  let told = ''
  const ended = messagesIn(socket!, head!, (message) => (told += message.toString('latin1')))
  const send = (data: Buffer): void => void socket!.write(masked(data))
  send(synStream(1, { streamtype: 'error', port, requestid: '0' }))
  // Messages end anywhere.
  const rest = Buffer.concat([synStream(3, { streamtype: 'data', port, requestid: '0' }), spdyData(3, 'GET /quay HTTP/1.0\r\n\r\n')])
  send(rest.subarray(0, 21))
  send(rest.subarray(21))
  await until('the page', () => told.includes('you asked for /quay'))
  kubelet.drop()
  expect(await ended).toBe(1000)
  web.close()
})

/** A binary message of a client's; the mask of zeros changes nothing. */
function masked(data: Buffer): Buffer {
  const size = Buffer.alloc(2)
  size.writeUInt16BE(data.length)
  return Buffer.concat([Buffer.of(0x82, 0x80 | 126), size, Buffer.alloc(4), data])
}

/** Reads messages of a server's until it closes the WebSocket; resolves with the code. */
function messagesIn(socket: Duplex, head: Buffer, onMessage: (data: Buffer) => void): Promise<number> {
  return new Promise((resolve) => {
    let rest = head
    const take = (chunk: Buffer): void => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4) {
        const isLong = (rest[1]! & 0x7f) === 126
        const [at, size] = isLong ? [4, rest.readUInt16BE(2)] : [2, rest[1]!]
        if (rest.length < at + size) return
        const data = rest.subarray(at, at + size)
        if ((rest[0]! & 0xf) === 8) resolve(data.readUInt16BE(0))
        else onMessage(data)
        rest = rest.subarray(at + size)
      }
    }
    socket.on('data', take)
    take(Buffer.alloc(0))
  })
}

function spdyData(id: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, id, 0, 0, 0, text.length]), Buffer.from(text)])
}

test('a kubelet that reads these protocols itself gets the client’s request as it came', async () => {
  for (const [path, protocol] of [
    [`${PODS}/newer/exec?stdout=true&command=ls`, 'v5.channel.k8s.io'],
    [`${PODS}/newer/portforward?ports=80`, 'SPDY/3.1+portforward.k8s.io'],
  ] as const) {
    const { answer } = await upgraded(path, protocol)
    expect(answer.statusCode).toBe(400)
    answer.resume()
    expect(kubelet.asked.at(-1)).toMatchObject({ method: 'GET', headers: { upgrade: 'websocket', 'sec-websocket-protocol': protocol } })
  }
})

test('what went which way is counted', async () => {
  const read = async (): Promise<string> => (await server.api.send('GET', '/metrics', { accept: '*/*' })).text
  const before = await read()
  await (await streaming(`${PODS}/spdy/exec?stdout=true${shell('exit 1')}`)).closed
  await (await streaming(`${PODS}/gone/attach?stdout=true`)).closed
  const text = await read()
  const value = (of: string, name: string): number =>
    Number(
      of
        .split('\n')
        .find((line) => line.startsWith(`apiserver_${name} `))
        ?.split(' ')
        .at(-1) ?? 0,
    )
  const more = (name: string): number => value(text, name) - value(before, name)
  // An exit code is the command's business, a kubelet that is not reached is not.
  expect(more('stream_translator_requests_total{code="200"}')).toBe(1)
  expect(more('stream_translator_requests_total{code="500"}')).toBe(1)
  expect(more('websocket_streaming_requests_total{subresource="exec",proxy_type="translated_at_apiserver"}')).toBe(1)
  expect(more('websocket_streaming_requests_total{subresource="attach",proxy_type="translated_at_apiserver"}')).toBe(1)
  expect(value(text, 'websocket_streaming_requests_total{subresource="exec",proxy_type="proxied_to_kubelet"}')).toBe(1)
  expect(value(text, 'stream_tunnel_requests_total{code="101"}')).toBeGreaterThan(0)
})

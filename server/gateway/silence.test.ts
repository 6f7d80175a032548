import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ConnectionTimes } from './connection-times.ts'
import { defaultTimes, timesFrom } from './connection-times.ts'
import { beginWatch, fakeCluster, Frames, type Harness, harness, opened } from './testing/harness.ts'

/** Real sockets: what is tested is which of them are given up, so the waits are short, and no test measures them. */
const quick: ConnectionTimes = { ...timesFrom({ BINNACLE_CONNECTION_PACE: '20' }), interest: 60_000 }

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

/** Takes every connection and, while `frozen`, reads and answers nothing: as a stopped process or a cut line looks from here. */
async function freezable(port: number): Promise<{ url: string; freeze(yes: boolean): void }> {
  const sockets = new Set<Socket>()
  let frozen = false
  const server: Server = createServer((from) => {
    sockets.add(from)
    from.on('error', () => undefined)
    const to = new (from.constructor as typeof Socket)().connect(port, '127.0.0.1')
    sockets.add(to)
    to.on('error', () => undefined)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on('data', (chunk) => void other.write(chunk))
      one.on('close', () => other.destroy())
    }
    if (frozen) for (const socket of [from, to]) socket.pause()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  cleanup.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze(yes) {
      frozen = yes
      for (const socket of sockets) yes ? socket.pause() : socket.resume()
    },
  }
}

async function window(
  contexts: Parameters<typeof harness>[0],
  times = quick,
): Promise<{ h: Harness; frames: Frames; open(id: number, path: string): void }> {
  const h = await harness(contexts, { times })
  cleanup.push(h.close)
  const ws = h.connect()
  const frames = new Frames(ws)
  await opened(ws)
  return { h, frames, open: (id, path) => ws.send(JSON.stringify({ op: 'open', id, context: 'a', path })) }
}

test('a cluster that freezes: its watches end with the reason, requests fail, and all is well when it thaws', async () => {
  const cluster = await fakeCluster((req, res) => {
    if (req.url === '/version') return void res.end('{}')
    beginWatch(res)
    res.write('{"type":"ADDED"}\n')
  })
  cleanup.push(cluster.close)
  const line = await freezable(Number(new URL(cluster.url).port))
  const { h, frames, open } = await window({ a: { server: line.url } })
  open(1, '/api/v1/pods?watch=1')
  await frames.until((all) => all.some((m) => m.t === 'data'))
  line.freeze(true)
  await frames.until((all) => all.some((m) => m.id === 1 && m.t === 'error'))
  expect(frames.all.at(-1)).toMatchObject({ status: 504, body: { reason: 'Timeout', details: { causes: [{ reason: 'NoAnswer' }] } } })
  expect(frames.phases('a').slice(-2)).toEqual(['quiet', 'unreachable'])
  const waiting = await h.get('/clusters/a/api/v1/nodes')
  expect([waiting.status, waiting.headers.get('x-binnacle-fault')]).toEqual([504, 'NoAnswer'])
  line.freeze(false)
  await frames.untilNotice(() => frames.phases('a').at(-1) === 'live')
  open(2, '/api/v1/pods?watch=1')
  await frames.until(() => frames.lines(2).length === 1)
})

test('an address that takes connections and never answers', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  cleanup.push(async () => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { frames, open } = await window({ a: { server: url } })
  open(1, '/api/v1/pods?watch=1')
  await frames.until((all) => all.some((m) => m.t === 'error'))
  expect(frames.all).toMatchObject([{ id: 1, status: 504, body: { message: `${url} did not answer within 1 s` } }])
  expect(frames.phases('a').slice(0, 2)).toEqual(['connecting', 'unreachable'])
})

test('a plugin that hangs is named while it runs, without its arguments', async () => {
  const { h, frames, open } = await window({
    a: {
      server: 'https://127.0.0.1:1',
      user: { exec: { command: './aws', args: ['secret'], apiVersion: 'client.authentication.k8s.io/v1' } },
    },
  })
  await writeFile(join(h.dir, 'aws'), '#!/bin/sh\nread -r line < "$0.wait"\necho "sign in first" >&2\nexit 1\n')
  await chmod(join(h.dir, 'aws'), 0o755)
  await import('node:child_process').then(({ execFileSync }) => execFileSync('mkfifo', [join(h.dir, 'aws.wait')]))
  open(1, '/api/v1/pods?watch=1')
  await frames.untilNotice(() => frames.phases('a').includes('plugin'))
  expect(frames.notices.at(-1)).toMatchObject({ state: { phase: 'plugin', plugin: 'aws' } })
  await writeFile(join(h.dir, 'aws.wait'), 'go\n')
  await frames.untilNotice(() => frames.phases('a').at(-1) === 'signedOut')
  expect(frames.notices.at(-1)).toMatchObject({ state: { message: 'no credentials for context "a": sign in first' } })
})

test('one watch whose line is cut while others work ends, so that the window resumes it; a log is left alone', async () => {
  const cluster = await fakeCluster((req, res) => {
    if (req.url?.includes('log') === true) {
      res.writeHead(200, { 'content-type': 'text/plain' }).write('one\n')
    } else beginWatch(res)
    if (req.url?.includes('busy') === true) {
      const timer = setInterval(() => res.write('{"type":"BOOKMARK"}\n'), 5)
      res.once('close', () => clearInterval(timer))
    }
  })
  cleanup.push(cluster.close)
  const { frames, open } = await window({ a: { server: cluster.url } }, { ...defaultTimes, watchSilence: 1_000 })
  open(1, '/api/v1/pods?watch=1&allowWatchBookmarks=true')
  open(2, '/api/v1/busy?watch=1&allowWatchBookmarks=true')
  open(3, '/api/v1/namespaces/a/pods/b/log?follow=true')
  open(4, '/api/v1/old?watch=1')
  await frames.until((all) => all.some((m) => m.t === 'end'))
  await frames.until(() => frames.lines(2).length > 40)
  expect(frames.all.filter((m) => m.t === 'end' || m.t === 'error')).toEqual([{ id: 1, t: 'end', silent: true }])
  expect(frames.phases('a')).toContain('live')
})

test('a window that comes later is told how the clusters are', async () => {
  const cluster = await fakeCluster((_, res) => beginWatch(res))
  cleanup.push(cluster.close)
  const { h, frames, open } = await window({ a: { server: cluster.url } }, defaultTimes)
  open(1, '/api/v1/pods?watch=1')
  await frames.untilNotice(() => frames.phases('a').at(-1) === 'live')
  const second = h.connect()
  const later = new Frames(second)
  await opened(second)
  await later.untilNotice(() => later.phases('a').length > 0)
  expect(later.phases('a')).toEqual(['live'])
})

test('a request that is not answered by a cluster that lives fails alone; streams and profiles may take their time', async () => {
  const waiting: (() => void)[] = []
  const cluster = await fakeCluster((req, res) => {
    if (req.url === '/version') return void res.end('{}')
    waiting.push(() => res.end('{}'))
  })
  cleanup.push(cluster.close)
  const { h, frames } = await window({ a: { server: cluster.url } }, { ...defaultTimes, headers: 100 })
  const stream = h.get('/clusters/a/api/v1/namespaces/n/pods/p/log?follow=true')
  const profile = h.get('/clusters/a/api/v1/nodes/n/proxy/debug/pprof/profile?seconds=30')
  const list = await h.get('/clusters/a/api/v1/pods')
  expect([list.status, list.headers.get('x-binnacle-fault')]).toEqual([504, 'NoAnswer'])
  await frames.untilNotice(() => frames.phases('a').at(-1) === 'live')
  expect(frames.phases('a')).not.toContain('unreachable')
  for (const answer of waiting.splice(0)) answer()
  expect([(await stream).status, (await profile).status]).toEqual([200, 200])
})

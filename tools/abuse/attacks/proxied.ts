import { createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { gzipSync } from 'node:zlib'
import type { Arena, Attack } from '../attack.ts'
import { Client, inNamespace, many, pause } from '../client.ts'
import { Tally } from '../tally.ts'

/** An address of this machine that a proxy may lead to: no loopback. */
function address(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((a) => a?.family === 'IPv4' && !a.internal)
  if (found === undefined) throw new Error('this machine has no address besides the loopback, which proxies do not lead to')
  return found.address
}

type Serve = (socket: Socket) => void | Promise<void>

const NAME = 'proxied'

/** A pod that is nowhere, with our address in its status. */
async function makePod(arena: Arena, ip: string): Promise<void> {
  const client = new Client(arena)
  const metadata = { name: NAME }
  const spec = { automountServiceAccountToken: false, schedulerName: 'nobody', containers: [{ name: 'c', image: 'i' }] }
  await client.must({ method: 'POST', path: inNamespace(arena, 'pods'), body: { apiVersion: 'v1', kind: 'Pod', metadata, spec } })
  const contentType = 'application/merge-patch+json'
  const body = { status: { podIP: ip, podIPs: [{ ip }] } }
  await client.must({ method: 'PATCH', path: inNamespace(arena, `pods/${NAME}/status`), contentType, body })
  client.close()
}

/** A page behind the pod proxy; some requests at once ask for it, and read what comes for as long as it comes, at most eight seconds. */
function page(name: string, serve: Serve, parallel = 5): Attack {
  return {
    name: `proxied/${name}`,
    async prepare(arena) {
      const ip = address()
      await makePod(arena, ip)
      const server: Server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => void serve(socket))
      })
      await new Promise<void>((resolve) => server.listen(0, ip, resolve))
      const { port } = server.address() as { port: number }
      return async () => {
        const tally = new Tally()
        await many(arena, parallel, parallel, async () => {
          const client = new Client(arena)
          const path = inNamespace(arena, `pods/http:${NAME}:${port}/proxy/`)
          const asked = client.ask({ path, token: arena.target.token }).then(({ status }) => status)
          tally.add(await Promise.race([asked, pause(arena.holdMs(8000)).then(() => 'goes on')]))
          client.close()
        })
        server.close()
        return tally
      }
    },
    async cleanUp(arena) {
      const client = new Client(arena)
      await client.ask({
        method: 'DELETE',
        path: inNamespace(arena, `pods/${NAME}`),
        token: arena.target.token,
        body: { gracePeriodSeconds: 0 },
      })
      client.close()
    },
  }
}

const head = (...more: string[]): string =>
  ['HTTP/1.1 200 OK', 'Content-Type: text/html', 'Connection: close', ...more, '\r\n'].join('\r\n')
const MB = 1 << 20

/** Writes a piece over and over, as fast as it is taken. */
const over = async (socket: Socket, first: string, piece: Buffer, times: number): Promise<void> => {
  const gone = new Promise((resolve) => socket.once('close', resolve))
  socket.write(first)
  for (let i = 0; i < times && !socket.destroyed; i++) {
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), gone])
  }
  socket.end()
}

const whole = (headers: string[], body: Buffer): Serve => {
  return (socket) => void socket.end(Buffer.concat([Buffer.from(head(...headers, `Content-Length: ${body.length}`)), body]))
}

export const proxied: readonly Attack[] = [
  page('a tag without end', whole([], Buffer.from(`<a${' '.repeat(8 * MB)}`))),
  page('attributes without end', whole([], Buffer.from(`<a ${'href="/x" '.repeat(800_000)}`))),
  page('a quote without end', whole([], Buffer.from(`<a href="${'/'.repeat(8 * MB)}`))),
  page('many <', whole([], Buffer.alloc(8 * MB, '<'))),
  page('many tags', whole([], Buffer.alloc(8 * MB, '<a href="/x">')), 2),
  page('a page without end', (s) => over(s, head(), Buffer.alloc(MB, '<p>text</p>\n'), 300)),
  page('text without tags', (s) => over(s, head(), Buffer.alloc(MB, 'a'), 300)),
  page(
    'gzip, 600 MB in 0.6',
    (() => {
      let bomb: Buffer | undefined
      return (socket: Socket) => whole(['Content-Encoding: gzip'], (bomb ??= gzipSync(Buffer.alloc(600 * MB, 'a'))))(socket)
    })(),
  ),
  page('broken gzip', whole(['Content-Encoding: gzip'], Buffer.alloc(MB, 'x'))),
  page('101', (s) => void s.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nbytes')),
  page('103 without end', (s) => over(s, '', Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(1000)), 1000)),
  page('headers without end', (s) => over(s, 'HTTP/1.1 200 OK\r\n', Buffer.from('x-a: b\r\n'.repeat(2000)), 1000)),
  page('a status line without end', (s) => over(s, 'HTTP/1.1 200 ', Buffer.alloc(MB, 'a'), 50)),
  page('chunks of one byte', (s) => over(s, head('Transfer-Encoding: chunked'), Buffer.from('1\r\na\r\n'.repeat(20_000)), 100)),
  page('cut off', (s) => void s.end(`${head('Content-Length: 1000000')}<a`)),
]

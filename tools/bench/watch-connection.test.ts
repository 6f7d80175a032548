import { afterEach, expect, test } from 'vitest'
import { startTlsServer, type TestAnswer, type TestRequest, type TestServer } from '../../server/client/testing/tls-server.ts'
import { WatchConnection } from './watch-connection.ts'

let server: TestServer
let connection: WatchConnection
afterEach(async () => {
  connection.close()
  await server.close()
})

/** Everything that one watch is told, until its stream ends. */
async function watched(handler: (req: TestRequest) => TestAnswer, path = '/watch?a=b'): Promise<string[]> {
  server = await startTlsServer(handler)
  const told: string[] = []
  await new Promise<void>((done) => {
    connection = new WatchConnection(server.url, 'secret', {
      opened: (stream) => told.push(`opened ${stream}`),
      line: (stream, bytes, start, end) => told.push(`${stream} ${bytes.toString('utf8', start, end)}`),
      closed: (stream) => {
        told.push(`closed ${stream}`)
        done()
      },
    })
    connection.watch(path)
  })
  return told
}

test('says where it goes and who asks, and tells each line once, however long', async () => {
  const frames = Array.from({ length: 400 }, (_, i) => ({ i, pad: 'x'.repeat((i * 97) % 40_000) }))
  const told = await watched(() => ({
    stream: (write, end) => {
      for (const frame of frames) write(frame)
      end()
    },
  }))
  expect(server.requests.map(({ method, path, query, headers }) => [method, path, query.get('a'), headers['authorization']])).toEqual([
    ['GET', '/watch', 'b', 'Bearer secret'],
  ])
  expect(told[0]).toBe('opened 1')
  expect(told.slice(1, -1).map((line) => JSON.parse(line.slice(2)) as unknown)).toEqual(frames)
  expect(told.at(-1)).toBe('closed 1')
})

test('a path that is longer than a byte can say is sent whole', async () => {
  const path = `/${'long'.repeat(2000)}`
  await watched(() => ({ stream: (_write, end) => end() }), path)
  expect(server.requests[0]!.path).toBe(path)
})

test('a connection that breaks ends its watches', async () => {
  const told = await watched(() => ({
    stream: (write) => {
      write('first')
      setImmediate(() => server.drop())
    },
  }))
  expect(told.at(-1)).toBe('closed 1')
})

import { describe, expect, test } from 'vitest'
import { localUser, type UserInfo } from '../authn/contract.ts'
import type { ExchangeHandler, ResponseStream } from '../serving/exchange.ts'
import { localTransport } from './local-transport.ts'

const user: UserInfo = { name: 'controller', groups: ['system:masters'] }
const transport = (handler: ExchangeHandler) => localTransport(handler, user)

describe('localTransport', () => {
  test('hands on the request and the user, and gives back status, headers and body', async () => {
    const t = transport(async (x) => {
      const body = await x.readBody(100)
      x.setHeader('audit-id', 'a')
      x.setHeader('warning', [])
      x.respond(201, { 'content-type': 'text/plain' }, [Buffer.from(`${x.method} ${x.path} ${x.search} ${x.headers['accept']} `), body])
      expect(x.connection.memo.get(localUser)).toBe(user)
    })
    const res = await t.request({ method: 'POST', path: '/a/b?c=d', headers: { Accept: 'x/y' }, body: Buffer.from('hi') })
    expect(res.status).toBe(201)
    expect(res.body.toString()).toBe('POST /a/b c=d x/y hi')
    expect(res.headers).toEqual({ 'audit-id': 'a', 'content-type': 'text/plain', 'content-length': '20' })
  })

  test('refuses a body above the limit with 413', async () => {
    const t = transport(async (x) => {
      await expect(x.readBody(1)).rejects.toMatchObject({ code: 413 })
      x.respond(413, {})
    })
    expect((await t.request({ method: 'POST', path: '/', body: Buffer.from('hi') })).status).toBe(413)
  })

  test('rejects when the handler fails before it answers', async () => {
    await expect(transport(() => Promise.reject(new Error('boom'))).request({ method: 'GET', path: '/' })).rejects.toThrow('boom')
    const sync: ExchangeHandler = () => {
      throw new Error('bang')
    }
    await expect(transport(sync).request({ method: 'GET', path: '/' })).rejects.toThrow('bang')
  })

  test('streams with backpressure: a writer waits for its reader', async () => {
    let stream: ResponseStream | undefined
    const t = transport((x) => void (stream = x.stream(200, {})))
    const res = await t.stream({ method: 'GET', path: '/' })
    expect(stream!.write(Buffer.alloc(40_000, 1))).toBe(true)
    expect(stream!.write(Buffer.alloc(40_000, 2))).toBe(false)
    let drained = 0
    stream!.onDrain(() => drained++)
    const reader = res.body[Symbol.asyncIterator]()
    expect((await reader.next()).value?.[0]).toBe(1)
    expect(drained).toBe(1)
    expect((await reader.next()).value?.[0]).toBe(2)
    const next = reader.next()
    stream!.write(Buffer.from('late'))
    expect((await next).value?.toString()).toBe('late')
    stream!.end()
    expect((await reader.next()).done).toBe(true)
  })

  test('a broken stream throws, an aborted one ends and the handler hears of both', async () => {
    const seen: string[] = []
    let open: ResponseStream | undefined
    const t = transport((x) => {
      x.onClose(() => seen.push(x.path))
      open = x.stream(200, {})
      open.write(Buffer.from('1'))
    })
    const collect = async (path: string, signal?: AbortSignal, act?: () => void): Promise<string> => {
      let text = ''
      for await (const chunk of (await t.stream({ method: 'GET', path, signal })).body) {
        text += chunk.toString()
        act?.()
      }
      return text
    }
    const abort = new AbortController()
    expect(await collect('/aborted', abort.signal, () => abort.abort())).toBe('1')
    await expect(collect('/broken', undefined, () => open!.destroy())).rejects.toThrow()
    expect(seen).toEqual(['/aborted', '/broken'])
  })

  test('a reader that stops early is a client that has gone', async () => {
    let closed = 0
    const t = transport((x) => {
      x.onClose(() => closed++)
      x.stream(200, {}).write(Buffer.from('1'))
    })
    const { body } = await t.stream({ method: 'GET', path: '/' })
    for await (const chunk of body) {
      expect(chunk.toString()).toBe('1')
      break
    }
    expect(closed).toBe(1)
  })

  test('close ends what is open and refuses more', async () => {
    const t = transport((x) => void x.stream(200, {}))
    const { body } = await t.stream({ method: 'GET', path: '/' })
    await t.close()
    expect((await body[Symbol.asyncIterator]().next()).done).toBe(true)
    await expect(t.request({ method: 'GET', path: '/' })).rejects.toThrow('closed')
  })
})

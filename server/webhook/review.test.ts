import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { scheme } from '../scheme/index.ts'
import type { KubeconfigContext } from './kubeconfig-context.ts'
import { reviewWebhook } from './review.ts'
import { HookServer, type HookReply } from './testing/hook-server.ts'

const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' }
let hooks: HookServer
beforeAll(async () => void (hooks = await HookServer.open(['hook.here.svc'])))
afterAll(() => hooks[Symbol.asyncDispose]())

const to = (path: string, more: Partial<KubeconfigContext> = {}): KubeconfigContext => ({
  ...{ clusterName: 'hook', server: `${hooks.url}${path}`, ca: Buffer.from(hooks.caBundle, 'base64').toString() },
  ...more,
})

/** What comes of replies in turn, with how long was waited between them: time passes whenever somebody waits for it. */
async function tried(replies: readonly HookReply[], deadlineMs = 30_000): Promise<{ result: unknown; waits: number[] }> {
  const clock = new FakeClock()
  const waits: number[] = []
  const passing = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setInterval: clock.setInterval.bind(clock),
    setTimeout(fn: () => void, ms: number) {
      waits.push(Math.round(ms))
      clock.jump(ms)
      queueMicrotask(fn)
      return { cancel: () => undefined }
    },
  }
  const left = [...replies]
  hooks.on('/turns', () => left.shift() ?? { status: 404 })
  const ask = reviewWebhook(to('/turns'), { clock: passing, timeoutMs: 10_000, types: scheme, random: () => 0 })
  const result = await ask(REVIEW, deadlineMs, (o) => o.status).catch((e: unknown) => (e as Error).message)
  return { result, waits }
}

const status = (code: number, headers: Record<string, string> = {}): HookReply => ({ status: code, headers })
const good: HookReply = { ...REVIEW, status: 'good' }

describe('what may pass is tried again', () => {
  test('five times, at growing distances', async () => {
    expect(await tried([500, 504, 429, 502].map((c) => status(c)).concat(good))).toEqual({ result: 'good', waits: [500, 750, 1125, 1688] })
    const { result, waits } = await tried([500, 500, 500, 500, 500, 500].map((c) => status(c)))
    expect(result).toBe('an error on the server ("") has prevented the request from succeeding')
    expect(waits).toHaveLength(4)
  })

  test.each([400, 401, 403, 404, 418, 503])('not a %i', async (code) => {
    expect((await tried([status(code), good])).waits).toEqual([])
  })

  test('when the webhook says when, then', async () => {
    expect(await tried([status(503, { 'retry-after': '3' }), status(429, { 'retry-after': '2' }), good])).toEqual({
      ...{ result: 'good', waits: [3000, 2000] },
    })
  })

  test('but not later than anybody waits', async () => {
    // Then as without its saying so.
    expect((await tried([status(503, { 'retry-after': '31' }), good])).waits).toEqual([500])
    expect((await tried([status(500), status(500), good], 1000)).waits).toEqual([500])
  })
})

test('every try is told of, with what came of it', async () => {
  const clock = new FakeClock()
  const passing = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setInterval: clock.setInterval.bind(clock),
    setTimeout(fn: () => void) {
      queueMicrotask(fn)
      return { cancel: () => undefined }
    },
  }
  const seen: string[] = []
  const left: HookReply[] = [status(500), status(504), good]
  hooks.on('/told', () => left.shift()!)
  const ask = reviewWebhook(to('/told'), { clock: passing, timeoutMs: 10_000, types: scheme, random: () => 0 })
  expect(
    await ask(
      REVIEW,
      30_000,
      (o) => o.status,
      (result) => void seen.push(result),
    ),
  ).toBe('good')
  expect(seen).toEqual(['error', 'timeout', 'success'])
  hooks.on('/never', () => 'hang')
  const slow = reviewWebhook(to('/never'), { clock: passing, timeoutMs: 1, types: scheme })
  await expect(
    slow(
      REVIEW,
      0,
      () => 0,
      (result) => void seen.push(result),
    ),
  ).rejects.toThrow('context deadline exceeded')
  expect(seen.at(-1)).toBe('timeout')
})

describe('a call', () => {
  const ask = (context: KubeconfigContext, timeoutMs = 10_000): Promise<unknown> =>
    reviewWebhook(context, { clock: new FakeClock(), timeoutMs, types: scheme })(REVIEW, 30_000, (o) => o.status).catch((e: unknown) =>
      (e as Error).message.replace(hooks.url, ''),
    )

  test('shows what the kubeconfig says, and goes to the path as it is', async () => {
    hooks.on('/a/', () => good)
    const shown = async (more: Partial<KubeconfigContext>): Promise<string | undefined> => {
      expect(await ask(to('/a/', more))).toBe('good')
      return hooks.seen.at(-1)!.authorization
    }
    expect(await shown({})).toBeUndefined()
    expect(await shown({ token: 't' })).toBe('Bearer t')
    expect(await shown({ token: () => 'u' })).toBe('Bearer u')
    expect(await shown({ basic: { username: 'a', password: 'b' } })).toBe(`Basic ${Buffer.from('a:b').toString('base64')}`)
    expect(hooks.seen.at(-1)!.path).toBe('/a/?timeout=10s')
  })

  test('trusts whom it is told to', async () => {
    hooks.on('/a', () => good)
    const { ca: _, ...nobody } = to('/a')
    expect(await ask(nobody)).toMatch(/x509: certificate signed by unknown authority$/)
    expect(await ask({ ...nobody, insecureSkipTlsVerify: true })).toBe('good')
    expect(await ask(to('/a', { tlsServerName: 'hook.here.svc' }))).toBe('good')
    expect(await ask(to('/a', { tlsServerName: 'other.here.svc' }))).toMatch(/not other\.here\.svc$/)
  })

  test('follows no redirect, waits no longer than it may, and reads no more than a review can be', async () => {
    hooks.on('/redirect', () => status(307, { location: '/a' }))
    hooks.on('/hang', () => 'hang')
    hooks.on('/long', () => `{"status":"${'x'.repeat(4 << 20)}"}`)
    expect(await ask(to('/redirect'))).toBe('the server responded with the status code 307 but did not return more information')
    expect(await ask(to('/hang'), 20)).toBe('Post "/hang?timeout=0.02s": context deadline exceeded')
    hooks.on('/end', () => 'end')
    expect(await ask(to('/end'))).toBe('Post "/end?timeout=10s": EOF')
    expect(hooks.seen.filter(({ path }) => path.startsWith('/end'))).toHaveLength(1)
    expect(await ask(to('/long'))).toBe('Post "/long?timeout=10s": http: response body too large')
  })
})

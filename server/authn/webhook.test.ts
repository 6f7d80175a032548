import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { AskReview, Review } from '../webhook/review.ts'
import { AuthenticationMetrics } from './metrics.ts'
import { WebhookTokens } from './webhook.ts'

/** A webhook whose answers wait until they are given. */
class Hook {
  readonly asked: Review[] = []
  readonly #waiting: ((answer: JsonObject | Error) => void)[] = []
  readonly ask: AskReview = (review, _deadline, read) => {
    this.asked.push(review)
    return new Promise((resolve, reject) => {
      this.#waiting.push((answer) => {
        if (answer instanceof Error) return reject(answer)
        try {
          resolve(read(answer))
        } catch (e) {
          reject(e as Error)
        }
      })
    })
  }

  answer(answer: JsonObject | Error): void {
    for (const give of this.#waiting.splice(0)) give(answer)
  }
}

const TTL = 120_000
const OWN = ['api']
const yes = (more: object = {}): JsonObject => ({ status: { authenticated: true, user: { username: 'jane' }, ...more } })
const no: JsonObject = { status: { authenticated: false } }
const jane = { user: { name: 'jane', groups: [] }, audiences: OWN }

function start(ttlMs = TTL): {
  hook: Hook
  clock: FakeClock
  tokens: WebhookTokens
  errors: string[]
  metrics: AuthenticationMetrics
  login(answer?: JsonObject | Error): unknown
} {
  const [hook, clock, errors] = [new Hook(), new FakeClock(), [] as string[]]
  const metrics = new AuthenticationMetrics(clock)
  const tokens = new WebhookTokens({
    ...{ ask: hook.ask, version: 'v1', audiences: OWN, ttlMs, clock, observer: metrics },
    onError: (e) => void errors.push(e),
  })
  const login = (answer?: JsonObject | Error): unknown => {
    const verdict = tokens.authenticateToken('t', OWN)
    if (answer !== undefined) hook.answer(answer)
    return verdict
  }
  return { hook, clock, tokens, errors, metrics, login }
}

describe('a webhook of tokens', () => {
  test('a good answer is kept for its time, and given at once', async () => {
    const { hook, clock, login } = start()
    expect(await login(yes())).toEqual(jane)
    clock.advance(TTL - 1)
    expect(login()).toEqual(jane)
    expect(hook.asked).toHaveLength(1)
    clock.advance(1)
    expect(await login(no)).toBeUndefined()
    expect(hook.asked).toHaveLength(2)
  })

  test('a bad answer is kept as well, an error is not', async () => {
    const { hook, clock, login, errors } = start()
    expect(await login(no)).toBeUndefined()
    clock.advance(TTL - 1)
    expect(login()).toBeUndefined()
    expect(hook.asked).toHaveLength(1)
    clock.advance(1)
    expect(await login({ status: { error: 'expired' } })).toEqual({ error: 'expired' })
    expect(await login(new Error('EOF'))).toEqual({ error: 'EOF' })
    expect(await login(yes())).toEqual(jane)
    expect(hook.asked).toHaveLength(4)
    expect(errors).toEqual(['EOF'])
  })

  test('with no time a good answer is still kept for ten seconds, a bad one not at all', async () => {
    const { hook, clock, login } = start(0)
    expect(await login(no)).toBeUndefined()
    expect(await login(yes())).toEqual(jane)
    clock.advance(9999)
    expect(login()).toEqual(jane)
    expect(hook.asked).toHaveLength(2)
    clock.advance(1)
    expect(await login(no)).toBeUndefined()
  })

  test('who comes with the same token meanwhile waits for the same call', async () => {
    const { hook, login } = start()
    const all = [login(), login(), login(yes())]
    expect(await Promise.all(all)).toEqual([jane, jane, jane])
    expect(hook.asked).toHaveLength(1)
  })

  test('who is remembered, who is asked about and who waits is counted', async () => {
    const { hook, metrics, tokens } = start()
    const count = async (name: string): Promise<unknown> => {
      const source = metrics.sources().find((s) => s.name === `authentication_token_cache_${name}`)!
      return Object.fromEntries((await source.get()).values.map(({ labels, value }) => [labels.status, value]))
    }
    const both = [tokens.authenticateToken('t', OWN), tokens.authenticateToken('t', OWN)]
    expect(await count('active_fetch_count')).toEqual({ blocked: 2, in_flight: 1 })
    hook.answer(yes())
    await Promise.all(both.map((v) => Promise.resolve(v)))
    expect(tokens.authenticateToken('t', OWN)).toEqual(jane)
    const failing = tokens.authenticateToken('u', OWN)
    hook.answer(new Error('gone'))
    await failing
    expect(await count('request_total')).toEqual({ miss: 3, hit: 1 })
    expect(await count('fetch_total')).toEqual({ ok: 1, error: 1 })
    expect(await count('active_fetch_count')).toEqual({ blocked: 0, in_flight: 0 })
  })

  test('for others a token is asked about again', async () => {
    const { hook, tokens, login } = start()
    await login(yes())
    const other = tokens.authenticateToken('t', ['other'])
    hook.answer(yes({ audiences: ['other', 'more'] }))
    expect(await other).toEqual({ ...jane, audiences: ['other'] })
    expect(hook.asked.map((r) => (r.spec as { audiences: string[] }).audiences)).toEqual([OWN, ['other']])
  })

  test('who says nothing of audiences speaks for the server’s own', async () => {
    const { hook, tokens } = start()
    const other = tokens.authenticateToken('t', ['other'])
    hook.answer(yes())
    expect(await other).toBeUndefined()
  })

  test('memory is bounded, whatever users are told of', async () => {
    const { hook, tokens } = start()
    const groups = Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(1000, 'x'))
    for (let i = 0; i < 40; i++) {
      const verdict = tokens.authenticateToken(`t${i}`, OWN)
      hook.answer(yes({ user: { username: 'jane', groups } }))
      await verdict
    }
    const known = Array.from({ length: 40 }, (_, i) => tokens.authenticateToken(`t${i}`, OWN)).filter((v) => !(v instanceof Promise))
    // A megabyte each, of sixteen.
    expect(known.length).toBe(16)
  })
})

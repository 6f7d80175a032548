import { hash } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import { ExpiringCache } from '../machinery/expiring-cache.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { AskReview } from '../webhook/review.ts'
import type { TokenAuthenticator, TokenVerdict } from './bearer.ts'
import type { UserInfo } from './contract.ts'
import type { TokenCacheObserver } from './metrics.ts'

export interface TokenWebhookOptions {
  readonly ask: AskReview
  readonly version: 'v1' | 'v1beta1'
  /** Whom a token is for of which the webhook does not say it. */
  readonly audiences: readonly string[]
  /** How long answers are believed, good and bad ones; errors are not kept. */
  readonly ttlMs: number
  readonly clock: Clock
  onError(error: string): void
  readonly observer?: TokenCacheObserver
}

type Answer = TokenVerdict | undefined

/** All who wait for one token wait for one call, as long as this at most. */
const DEADLINE_MS = 30_000
/** The reference keeps every good answer of its token authenticators so long, whatever the webhook's time is. */
const LEAST_GOOD_MS = 10_000
const MAX_ENTRIES = 32_000
const MAX_BYTES = 16 << 20

/** `--authentication-token-webhook-config-file`: somebody else says who a token is (apiserver `plugin/pkg/authenticator/token/webhook`). */
export class WebhookTokens implements TokenAuthenticator {
  readonly #o: TokenWebhookOptions
  readonly #kept: ExpiringCache<Answer | 'unknown'>
  readonly #asked = new Map<string, Promise<Answer>>()

  constructor(o: TokenWebhookOptions) {
    this.#o = o
    this.#kept = new ExpiringCache({ clock: o.clock, maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES })
  }

  authenticateToken(token: string, audiences: readonly string[]): Answer | Promise<Answer> {
    const key = hash('sha256', JSON.stringify([token, audiences]), 'base64url')
    const authenticated = this.#o.observer?.authenticating()
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      authenticated?.(true)
      return kept === 'unknown' ? undefined : kept
    }
    const unblocked = this.#o.observer?.blocking()
    let asked = this.#asked.get(key)
    if (asked === undefined) {
      asked = this.#fetch(key, token, audiences)
      this.#asked.set(key, asked)
    }
    return asked.finally(() => {
      unblocked?.()
      authenticated?.(false)
    })
  }

  async #fetch(key: string, token: string, audiences: readonly string[]): Promise<Answer> {
    const fetched = this.#o.observer?.fetching()
    try {
      const answer = await this.#ask(key, token, audiences)
      fetched?.(answer === undefined || 'user' in answer)
      return answer
    } finally {
      this.#asked.delete(key)
    }
  }

  async #ask(key: string, token: string, wanted: readonly string[]): Promise<Answer> {
    const { ask, version, ttlMs, onError } = this.#o
    const review = {
      kind: 'TokenReview',
      apiVersion: `authentication.k8s.io/${version}`,
      metadata: {},
      spec: { token, ...(wanted.length === 0 ? {} : { audiences: wanted }) },
      status: { user: {} },
    }
    let answer: Answer
    try {
      answer = await ask(review, DEADLINE_MS, (object) => this.#read(object, wanted))
    } catch (e) {
      const error = e instanceof Error ? e.message : String(e)
      onError(error)
      return { error }
    }
    if (answer === undefined) this.#kept.set(key, 'unknown', key.length, ttlMs)
    else if ('user' in answer) this.#kept.set(key, answer, key.length + JSON.stringify(answer).length, Math.max(ttlMs, LEAST_GOOD_MS))
    return answer
  }

  #read(answer: JsonObject, wanted: readonly string[]): Answer {
    const status = new GoFields(answer, 'TokenReview').object('status', 'TokenReviewStatus')
    const meant = status.texts('audiences')
    const authenticated = status.bool('authenticated')
    const user = userOf(status.object('user', 'UserInfo'))
    const error = status.text('error')
    const audiences = (meant.length > 0 ? meant : this.#o.audiences).filter((a) => wanted.includes(a))
    if (wanted.length > 0 && audiences.length === 0) return undefined
    if (authenticated) return { user, audiences }
    return error === '' ? undefined : { error }
  }
}

function userOf(user: GoFields): UserInfo {
  const extra = user.textLists('extra', 'v1.ExtraValue')
  const uid = user.text('uid')
  return {
    name: user.text('username'),
    groups: user.texts('groups'),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

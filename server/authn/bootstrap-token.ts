import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Entry } from '../cache/entry.ts'
import type { TokenUsers } from './bearer.ts'
import type { UserInfo } from './contract.ts'

/** Names and forms of the cluster-bootstrap library (`token/api/types.go`). */
const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const TYPE = 'bootstrap.kubernetes.io/token'
const NAMESPACE = 'kube-system'
const USER_PREFIX = 'system:bootstrap:'
const GROUP = 'system:bootstrappers'
/** RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/

interface Secret extends KubeObject {
  type?: string
  /** Base64. */
  data?: Record<string, string>
}

/** In the cache, so that a token that was revoked is gone at once. */
export type SecretLookup = (namespace: string, name: string) => Entry | undefined

/**
 * `--enable-bootstrap-token-auth`: tokens `ID.SECRET` that a node joins with, each in a secret of kube-system
 * (plugin/pkg/auth/authenticator/token/bootstrap).
 */
export class BootstrapTokens implements TokenUsers {
  readonly #clock: Clock
  readonly #secrets: SecretLookup

  constructor(clock: Clock, secrets: SecretLookup) {
    this.#clock = clock
    this.#secrets = secrets
  }

  userOf(token: string): UserInfo | undefined {
    const [, id, secret] = TOKEN.exec(token) ?? []
    if (id === undefined || secret === undefined) return undefined
    const entry = this.#secrets(NAMESPACE, `bootstrap-token-${id}`)
    return entry === undefined ? undefined : secretUser(entry.object(), id, secret, this.#clock.now())
  }
}

function secretUser(found: Secret, id: string, secret: string, now: number): UserInfo | undefined {
  const text = (key: string): string => Buffer.from(found.data?.[key] ?? '', 'base64').toString('utf8')
  if (found.metadata.deletionTimestamp || found.type !== TYPE) return undefined
  if (!same(text('token-secret'), secret) || text('token-id') !== id) return undefined
  const end = text('expiration')
  if (end !== '' && !(TIME.test(end) && Date.parse(end) > now)) return undefined
  if (text('usage-bootstrap-authentication') !== 'true') return undefined
  const extra = text('auth-extra-groups')
  const groups = extra === '' ? [] : extra.split(',')
  // One that is none spoils the token.
  if (!groups.every((group) => EXTRA_GROUP.test(group))) return undefined
  return { name: USER_PREFIX + id, groups: [...new Set([GROUP, ...groups])].sort() }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

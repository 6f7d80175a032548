import { groupAuthenticated, groupMasters, groupUnauthenticated, userAnonymous, type UserInfo } from '../authn/contract.ts'
import { checkDomainPrefixedPath } from '../apis/core/v1/domain-path.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../machinery/names.ts'
import { StatusError } from '../machinery/status.ts'
import type { Attributes, Authorizer } from './contract.ts'
import { errorText } from '../machinery/error-text.ts'
import { forbiddenError } from './forbidden.ts'

/** Whom a request wants to act as, as its headers say it. */
export interface WantedUser {
  readonly name: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** Hears of every attempt, and of every question that one asks an authorizer. The mode without bounds is `legacy`. */
export interface ImpersonationObserver {
  /** @param mode that allowed it, '' where none did */
  impersonated(mode: string, allowed: boolean, seconds: number): void
  impersonationChecked(mode: string, allowed: boolean, seconds: number): void
}

const AUTHENTICATION = 'authentication.k8s.io'
const NODE_NAME = 'authentication.kubernetes.io/node-name'
/** So many users' last modes are remembered. */
const MAX_REMEMBERED = 10_000
const MAX_NAME = 256

/** A way to be allowed to act as somebody (KEP-5284). The first four are tied to what the request does, the last is not. */
interface Mode {
  readonly name: string
  applies(wanted: WantedUser, user: UserInfo): boolean
}

const modes: readonly Mode[] = [
  {
    name: 'associated-node',
    applies: (wanted, user) =>
      onlyName(wanted) &&
      nodeOf(wanted.name) !== undefined &&
      accountOf(user.name) !== undefined &&
      nodeNameOf(user) === nodeOf(wanted.name),
  },
  { name: 'arbitrary-node', applies: (wanted) => onlyName(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', applies: (wanted) => onlyName(wanted) && accountOf(wanted.name) !== undefined },
  { name: 'user-info', applies: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined },
  { name: '', applies: () => true },
]
const shownMode = (name: string): string => (name === '' ? 'legacy' : name)
const secondsSince = (started: number): number => (performance.now() - started) / 1000

/**
 * Decides who may act as whom (apiserver `endpoints/filters/impersonation`). Throws the 403 of the first mode that applies and does not
 * allow, beginning with the one that did for this user last.
 */
export class Impersonation {
  readonly #authorizer: Authorizer
  readonly #observer: ImpersonationObserver | undefined
  readonly #modes: readonly Mode[]
  readonly #last = new Map<string, Mode>()

  constructor(authorizer: Authorizer, observer?: ImpersonationObserver, unconstrained = false) {
    this.#authorizer = authorizer
    this.#modes = unconstrained ? modes.filter(({ name }) => name === '') : modes
    this.#observer = observer
  }

  /** The user that the request is answered as. */
  async userFor(wanted: WantedUser, user: UserInfo, request: Attributes): Promise<UserInfo> {
    const started = performance.now()
    const last = this.#last.get(user.name)
    let refusal: unknown
    for (const mode of last === undefined ? this.#modes : [last, ...this.#modes.filter((m) => m !== last)]) {
      if (!mode.applies(wanted, user)) continue
      try {
        const allowed = await new Check(this.#observed(mode), mode.name, user, wanted, request).user()
        if (mode !== last) this.#remember(user.name, mode)
        this.#observer?.impersonated(shownMode(mode.name), true, secondsSince(started))
        return allowed
      } catch (e) {
        if (!(e instanceof StatusError)) throw e
        refusal ??= e
      }
    }
    this.#observer?.impersonated('', false, secondsSince(started))
    throw refusal
  }

  #observed({ name }: Mode): Authorizer {
    const [authorizer, observer] = [this.#authorizer, this.#observer]
    if (observer === undefined) return authorizer
    return {
      async authorize(user, attributes) {
        const started = performance.now()
        const decision = await authorizer.authorize(user, attributes)
        observer.impersonationChecked(shownMode(name), decision.decision === 'allow', secondsSince(started))
        return decision
      },
    }
  }

  #remember(name: string, mode: Mode): void {
    if (name.length > MAX_NAME) return
    this.#last.delete(name)
    if (this.#last.size >= MAX_REMEMBERED) this.#last.delete(this.#last.keys().next().value!)
    this.#last.set(name, mode)
  }
}

/** One user's wish in one mode, '' for the one without bounds. */
class Check {
  readonly #authorizer: Authorizer
  readonly #mode: string
  readonly #user: UserInfo
  readonly #wanted: WantedUser
  readonly #request: Attributes

  constructor(authorizer: Authorizer, mode: string, user: UserInfo, wanted: WantedUser, request: Attributes) {
    this.#authorizer = authorizer
    this.#mode = mode
    this.#wanted = wanted
    this.#request = request
    // Every node's agent may act as its own node: what it is bound to decides nothing.
    this.#user =
      mode === 'associated-node'
        ? { ...user, extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() } }
        : user
  }

  async user(): Promise<UserInfo> {
    const { name, uid, groups, extra } = this.#wanted
    if (this.#mode !== '') await this.#ask({ ...this.#request, verb: `impersonate-on:${this.#mode}:${this.#request.verb}` })
    const own = await this.#askName()
    if (uid !== '') await this.#ask(this.#about(AUTHENTICATION, 'uids', uid))
    await this.#askGroups()
    await this.#askExtra()
    const result = { name, groups: withDefault(name, groups.length === 0 ? own : groups) }
    return { ...result, ...(uid === '' ? {} : { uid }), ...(Object.keys(extra).length === 0 ? {} : { extra }) }
  }

  get #verb(): string {
    return this.#mode === '' ? 'impersonate' : `impersonate:${this.#mode}`
  }

  /** Group of `users` and `groups`; the other resources have always been where they are. */
  get #group(): string {
    return this.#mode === '' ? '' : AUTHENTICATION
  }

  /** Returns the groups that come with the name. */
  async #askName(): Promise<readonly string[]> {
    const { name } = this.#wanted
    const account = accountOf(name)
    if (account !== undefined) {
      await this.#ask({ ...this.#about(this.#group, 'serviceaccounts', account.name), namespace: account.namespace })
      return ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
    }
    const node = this.#mode === '' ? undefined : nodeOf(name)
    if (node === undefined) {
      await this.#ask(this.#about(this.#group, 'users', name))
      return []
    }
    await this.#ask(this.#about(this.#group, 'nodes', this.#mode === 'associated-node' ? '*' : node))
    return ['system:nodes']
  }

  async #askGroups(): Promise<void> {
    const { groups } = this.#wanted
    const about = (name: string): Attributes => this.#about(this.#group, 'groups', name)
    if (this.#mode !== '') {
      if (groups.includes('')) throw this.#refused(about(''), 'impersonating the empty string group is not allowed')
      if (groups.includes(groupMasters)) throw this.#refused(about(groupMasters), 'impersonating the system:masters group is not allowed')
      if (groups.length >= MANY && (await this.#allowed(about('*')))) return
    }
    for (const group of groups) await this.#ask(about(group))
  }

  async #askExtra(): Promise<void> {
    const { extra } = this.#wanted
    const about = (key: string, value: string): Attributes => ({ ...this.#about(AUTHENTICATION, 'userextras', value), subresource: key })
    const entries = Object.entries(extra)
    if (this.#mode !== '') {
      const fault = extraFault(extra)
      if (fault !== undefined) throw this.#refused(about('', ''), fault)
      const many = entries.length >= MANY || entries.reduce((n, [, values]) => n + values.length, 0) >= MANY
      if (many && (await this.#allowed(about('*', '*')))) return
    }
    for (const [key, values] of entries) for (const value of values) await this.#ask(about(key, value))
  }

  #about(apiGroup: string, resource: string, name: string): Attributes {
    return {
      ...{ isResourceRequest: true, path: '', apiVersion: 'v1', namespace: '', subresource: '', fieldSelector: '', labelSelector: '' },
      ...{ verb: this.#verb, apiGroup, resource, name },
    }
  }

  async #allowed(attributes: Attributes): Promise<boolean> {
    return (await this.#authorizer.authorize(this.#user, attributes)).decision === 'allow'
  }

  async #ask(attributes: Attributes): Promise<void> {
    const { decision, reason, error } = await this.#authorizer.authorize(this.#user, attributes)
    if (decision !== 'allow')
      throw this.#refused(attributes, [error, reason].filter((text) => text !== undefined && text !== '').join(': '))
  }

  #refused(attributes: Attributes, reason: string): StatusError {
    return forbiddenError(this.#user, attributes, reason)
  }
}

/** From so many on, all of them are asked for at once first. */
const MANY = 4

/** Whoever is not anonymous has logged in, unless it is said otherwise. */
function withDefault(name: string, groups: readonly string[]): readonly string[] {
  if (name === userAnonymous) return groups.includes(groupUnauthenticated) ? groups : [...groups, groupUnauthenticated]
  return groups.includes(groupUnauthenticated) || groups.includes(groupAuthenticated) ? groups : [...groups, groupAuthenticated]
}

const onlyName = ({ uid, groups, extra }: WantedUser): boolean => uid === '' && groups.length === 0 && Object.keys(extra).length === 0

const ACCOUNT = 'system:serviceaccount:'
/** Whose account a user is; undefined for other users. */
export function accountOf(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(ACCOUNT)) return undefined
  const [namespace = '', name = '', ...rest] = userName.slice(ACCOUNT.length).split(':')
  const valid = rest.length === 0 && dns1123LabelErrors(namespace).length === 0 && dns1123SubdomainErrors(name).length === 0
  return valid ? { namespace, name } : undefined
}

const NODE = 'system:node:'
function nodeOf(userName: string): string | undefined {
  if (!userName.startsWith(NODE)) return undefined
  const name = userName.slice(NODE.length)
  return dns1123SubdomainErrors(name).length === 0 ? name : undefined
}

/** The one node that a user's token is bound to. */
export function nodeNameOf({ extra }: UserInfo): string | undefined {
  const values = extra?.[NODE_NAME] ?? []
  return values.length === 1 ? values[0] : undefined
}

function extraFault(extra: WantedUser['extra']): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed'
    const errors: FieldError[] = []
    checkDomainPrefixedPath(errors, key, 'extra.key')
    if (errors.length > 0)
      return `impersonating an invalid key in extra is not allowed: ${errorText(errors.map(({ field, body }) => `${field}: ${body}`))}`
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`
    if (values.length === 0) return 'impersonating empty values in extra is not allowed'
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed'
  }
  return undefined
}

/** Whether a token is good at this time, and whether all that it is bound to is still there. */
import { goQuote } from '../machinery/go-quote.ts'
import type { BoundObject, TokenClaims } from './service-account-claims.ts'

export type BoundKind = 'serviceaccounts' | 'pods' | 'secrets' | 'nodes'

/** Where the objects that tokens speak of are looked up; undefined for one that is not there. */
export interface AccountLookup {
  find(kind: BoundKind, namespace: string, name: string): Found | Promise<Found>
}
export type Found = FoundObject | undefined
export interface FoundObject {
  uid: string
  deletionTimestamp?: string | null
  /** The token that a secret holds, in base64. */
  token?: string
  /** The secret's token is not good any more (kubernetes.io/legacy-token-invalid-since). */
  invalid?: boolean
  /** Of an account: names of the secrets that it lists. */
  secrets?: readonly string[]
  /** Of a secret: its token has been used. */
  noteUse?(): void
}

/** Clocks may differ by this (go-jose's leeway), and a pod that is being deleted keeps its token for as long. */
const LEEWAY_MS = 60_000
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

export function untimely({ exp, nbf, iat }: TokenClaims, now: number): string | undefined {
  const leeway = LEEWAY_MS / 1000
  if (nbf !== undefined && now + leeway < nbf) return 'service account token is not valid yet'
  if (exp !== undefined && now - leeway > exp) return 'service account token has expired'
  if (iat !== undefined && now + leeway < iat) return 'service account token is issued in the future'
  return undefined
}

/** The account first. A pod's node is only told of. */
export function boundTo(claims: TokenClaims): readonly [BoundKind, string, BoundObject][] {
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io']
  const list: [BoundKind, string, BoundObject][] = [['serviceaccounts', namespace, serviceaccount]]
  if (secret !== undefined) list.push(['secrets', namespace, secret])
  if (pod !== undefined) list.push(['pods', namespace, pod])
  else if (node !== undefined) list.push(['nodes', '', { uid: '', ...node }])
  return list
}

const WORDS = { secrets: 'secret', pods: 'pod', nodes: 'node', serviceaccounts: 'service account' } as const
const INVALIDATED = 'service account token has been invalidated'

export function whyGone(claims: TokenClaims, found: readonly Found[], now: number): string | undefined {
  const gone = (o: FoundObject): boolean => o.deletionTimestamp != null && now - Date.parse(o.deletionTimestamp) > LEEWAY_MS
  const { namespace, serviceaccount } = claims['kubernetes.io']
  const [account] = found
  if (account === undefined)
    return serviceaccount.name === '' ? 'resource name may not be empty' : `serviceaccounts ${goQuote(serviceaccount.name)} not found`
  if (account.uid !== serviceaccount.uid) return `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`
  if (gone(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`
  const bound = boundTo(claims)
  for (let i = 1; i < bound.length; i++) {
    const [kind, , { uid }] = bound[i]!
    const there = found[i]
    if (there === undefined) return INVALIDATED
    const word = WORDS[kind]
    if (there.uid !== uid) return `${word} UID (${there.uid}) does not match service account ${word} ref claim (${uid})`
    if (gone(there)) return INVALIDATED
  }
  return undefined
}

/** Of a token that a secret keeps. */
export function whySecretGone(claims: TokenClaims, [account, secret]: readonly Found[], kept: string): string | undefined {
  const { namespace, serviceaccount } = claims['kubernetes.io']
  const who = `${namespace}/${serviceaccount.name}`
  if (secret === undefined || secret.deletionTimestamp != null) return 'Token has been invalidated'
  if (secret.token !== kept) return "Token does not match server's copy"
  if (account === undefined) return `serviceaccounts ${goQuote(serviceaccount.name)} not found`
  if (account.deletionTimestamp != null) return `ServiceAccount ${who} has been deleted`
  if (account.uid !== serviceaccount.uid) return `ServiceAccount UID (${account.uid}) does not match claim (${serviceaccount.uid})`
  return undefined
}

/** Why a token is not good whose secret says so. */
export function markedInvalid({ 'kubernetes.io': { namespace, serviceaccount, secret } }: TokenClaims): string {
  const instead = `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
  return `the token in secret ${namespace}/${secret!.name} for service account ${namespace}/${serviceaccount.name} has been marked invalid. ${instead}`
}

import type { KubeObject } from '../../machinery/types.ts'

export interface Secret extends KubeObject {
  type?: string
  /** Base64. */
  data?: Record<string, string>
}

export const NAMESPACE = 'kube-system'
export const TOKENS = { namespace: NAMESPACE, fieldSelector: 'type=bootstrap.kubernetes.io/token' } as const
const SECRET_NAME = /^bootstrap-token-([a-z0-9]{6})$/

/** A key of the secret as text; '' where there is none. */
export const dataOf = ({ data }: Secret, key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8')

/** Milliseconds that the token is good for: 0 for one that has expired or says it in no way that can be read, undefined for ever. */
export function timeLeft(secret: Secret, now: number): number | undefined {
  const text = dataOf(secret, 'expiration')
  if (text === '') return undefined
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? 0 : Math.max(at - now, 0)
}

/** Id and secret of a token that may sign; undefined for any other. */
export function signingToken(secret: Secret, now: number): { id: string; secret: string } | undefined {
  const id = dataOf(secret, 'token-id')
  const key = dataOf(secret, 'token-secret')
  if (key === '' || SECRET_NAME.exec(secret.metadata.name ?? '')?.[1] !== id) return undefined
  if (timeLeft(secret, now) === 0 || dataOf(secret, 'usage-bootstrap-signing') !== 'true') return undefined
  return { id, secret: key }
}

import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** Secrets of bootstrap tokens by what is the matter with them: who logs in with `<id>.<secret>`, and as whom. */
export interface BootstrapCase {
  readonly name: string
  readonly id: string
  /** Of the secret; absent fields are those of a good one. */
  readonly data?: Readonly<Record<string, string | undefined>>
  readonly type?: string
  /** Default: `bootstrap-token-<id>`. */
  readonly secret?: string
  /** What is shown, where it is not `<id>.<token-secret>`. */
  readonly shown?: string
}

const SECRET = '0123456789abcdef'
const groups = (list: string): BootstrapCase['data'] => ({ 'auth-extra-groups': list })
const AGO = '2020-01-01T00:00:00Z'
const LATER = '2120-01-01T00:00:00Z'

export const cases: readonly BootstrapCase[] = [
  { name: 'as it should be', id: 'aaaaaa' },
  { name: 'of one group', id: 'aaaaab', data: groups('system:bootstrappers:a') },
  { name: 'of groups', id: 'aaaaac', data: groups('system:bootstrappers:b,system:bootstrappers:a:b,system:bootstrappers:b') },
  { name: 'of a group with blanks', id: 'aaaaad', data: groups(' system:bootstrappers:a , system:bootstrappers:c') },
  { name: 'of a group that is no such one', id: 'aaaaae', data: groups('system:masters') },
  { name: 'of no group', id: 'aaaaaf', data: groups('') },
  { name: 'of an empty group', id: 'aaaaag', data: groups('system:bootstrappers:a,') },
  { name: 'of a group in capitals', id: 'aaaaah', data: groups('system:bootstrappers:A') },
  { name: 'of a group that ends badly', id: 'aaaaai', data: groups('system:bootstrappers:a-') },
  { name: 'for other things', id: 'aaaaaj', data: { 'usage-bootstrap-authentication': 'false' } },
  { name: 'for nothing that is said', id: 'aaaaak', data: { 'usage-bootstrap-authentication': undefined } },
  { name: 'for it in capitals', id: 'aaaaal', data: { 'usage-bootstrap-authentication': 'True' } },
  { name: 'for it as a number', id: 'aaaaam', data: { 'usage-bootstrap-authentication': '1' } },
  { name: 'ended', id: 'aaaaan', data: { expiration: AGO } },
  { name: 'to end', id: 'aaaaao', data: { expiration: LATER } },
  { name: 'to end in another zone', id: 'aaaaap', data: { expiration: '2120-01-01T00:00:00.5+02:00' } },
  { name: 'to end in words', id: 'aaaaaq', data: { expiration: 'tomorrow' } },
  { name: 'to end at nothing', id: 'aaaaar', data: { expiration: '' } },
  { name: 'to end on a day', id: 'aaaaas', data: { expiration: '2120-01-01' } },
  { name: 'of another type', id: 'aaaaat', type: 'Opaque' },
  { name: 'of another id', id: 'aaaaau', data: { 'token-id': 'bbbbbb' } },
  { name: 'without an id', id: 'aaaaav', data: { 'token-id': undefined } },
  { name: 'without a secret', id: 'aaaaaw', data: { 'token-secret': undefined }, shown: `aaaaaw.${SECRET}` },
  { name: 'of another secret', id: 'aaaaax', shown: 'aaaaax.0123456789abcdeg' },
  { name: 'of a short secret', id: 'aaaaay', data: { 'token-secret': '0123' } },
  { name: 'of a long secret', id: 'aaaaaz', data: { 'token-secret': `${SECRET}0` } },
  { name: 'of a secret with a line end', id: 'aaaaba', data: { 'token-secret': `${SECRET}\n` }, shown: `aaaaba.${SECRET}` },
  { name: 'in a secret of another name', id: 'aaaabb', secret: 'bootstrap-token-other' },
  { name: 'in capitals', id: 'aaaabc', shown: `AAAABC.${SECRET}` },
  { name: 'with more behind it', id: 'aaaabd', shown: `aaaabd.${SECRET}.x` },
  { name: 'that is not there', id: 'zzzzzz', secret: '' },
]

const dataOf = ({ id, data }: BootstrapCase): Json => {
  const all = { 'token-id': id, 'token-secret': SECRET, 'usage-bootstrap-authentication': 'true', ...data }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

export const secretOf = (made: BootstrapCase): Request => ({
  ...{ name: `a secret ${made.name}`, method: 'POST', path: '/api/v1/namespaces/kube-system/secrets' },
  body: {
    metadata: { name: made.secret ?? `bootstrap-token-${made.id}` },
    type: made.type ?? 'bootstrap.kubernetes.io/token',
    stringData: dataOf(made),
  },
})

export const loginOf = (made: BootstrapCase): Request => {
  const data = dataOf(made) as Record<string, string>
  return {
    ...{ name: `login ${made.name}`, method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: {} },
    token: made.shown ?? `${made.id}.${data['token-secret']}`,
  }
}

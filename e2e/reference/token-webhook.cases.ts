import type { HookReply } from '../../server/webhook/testing/hook-server.ts'
import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** The API server's own audience in these suites. */
const OWN = 'https://kubernetes.default.svc.cluster.local'

const review = (status: Json, more: Json = {}): Json => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status, ...more })
const jane = { username: 'jane', uid: 'u1', groups: ['dev', 'ops'], extra: { 'example.com/team': ['a', 'b'] } }
const yes = (more: Json = {}): Json => review({ authenticated: true, user: jane, ...more })
const status = (code: number, body = '', headers: Record<string, string> = {}): HookReply => ({ status: code, body, headers })
const failure = (code: number, message: string): HookReply =>
  status(code, JSON.stringify({ apiVersion: 'v1', kind: 'Status', status: 'Failure', message, reason: 'Forbidden', code }), {
    'content-type': 'application/json',
  })

/** What the webhook says of each token. */
export const replies: Readonly<Record<string, HookReply>> = {
  good: yes(),
  'good for us': yes({ audiences: [OWN] }),
  'good for others': yes({ audiences: ['other'] }),
  'good for both': yes({ audiences: ['other', OWN] }),
  bad: review({ authenticated: false }),
  'bad with a user': review({ authenticated: false, user: jane }),
  expired: review({ authenticated: false, error: 'the token has expired' }),
  'good with an error': yes({ error: 'but' }),
  nobody: review({ authenticated: true }),
  master: review({ authenticated: true, user: { username: 'root', groups: ['system:masters'] } }),
  anonymous: review({ authenticated: true, user: { username: 'system:anonymous' } }),
  unauthenticated: review({ authenticated: true, user: { username: 'x', groups: ['system:unauthenticated'] } }),
  'no status': { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
  'an older version': { ...yes(), apiVersion: 'authentication.k8s.io/v1beta1' },
  'no kind': { status: { authenticated: true, user: jane } },
  'another kind': { ...yes(), apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' },
  'a kind that nobody knows': { ...yes(), kind: 'Compass' },
  'a version that nobody knows': { ...yes(), apiVersion: 'authentication.k8s.io/v9' },
  'a text for a truth value': review({ authenticated: 'yes', user: jane }),
  'a number for a name': review({ authenticated: true, user: { username: 1 } }),
  'a text for groups': review({ authenticated: true, user: { username: 'x', groups: 'dev' } }),
  'a text for extra': review({ authenticated: true, user: { username: 'x', extra: { a: 'b' } } }),
  'a list': '[]',
  null: 'null',
  'no JSON': 'hello',
  'JSON that ends': '{"kind":"TokenReview",',
  nothing: '',
  400: status(400, 'no'),
  401: status(401, 'who are you'),
  403: status(403, 'not you'),
  404: status(404),
  418: status(418, 'tea'),
  502: status(502, 'no upstream'),
  503: status(503),
  'a refusal of its own': failure(403, 'ask somebody else'),
  end: 'end',
}

const reviewOf = (name: string, token: string, audiences?: readonly string[]): Request => ({
  name,
  method: 'POST',
  path: '/apis/authentication.k8s.io/v1/tokenreviews',
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, ...(audiences === undefined ? {} : { audiences }) } },
})

/** The token is in one word: the scheme ends at a blank. */
export const tokenOf = (name: string): string => name.replaceAll(' ', '-')

const AUDIENCES: readonly (readonly string[])[] = [['other'], [OWN], [OWN, 'other'], ['third', 'other'], ['third']]
const GOOD = ['good', 'good for us', 'good for others', 'good for both', 'bad', 'expired']
const OURS = ['administrator', 'fred']

export const tokenReviews: readonly Request[] = [
  ...Object.keys(replies).map((name) => reviewOf(`review of ${name}`, tokenOf(name))),
  ...[...GOOD, ...OURS].flatMap((name) => AUDIENCES.map((to) => reviewOf(`review of ${name} for ${to.join(' and ')}`, tokenOf(name), to))),
  ...OURS.map((name) => reviewOf(`review of ${name}, whom the server knows`, name)),
]

/** It is asked five times: once in the suite is enough. */
const SLOW = '502'

/** Whoever has such a token asks who they are. */
export const logins: readonly Request[] = Object.keys(replies)
  .filter((name) => name !== SLOW)
  .map((name) => ({
    name: `login with ${name}`,
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    token: tokenOf(name),
  }))

import type { Request } from './play.ts'

/** Objects that are posted to be answered, not stored: who set their fields, and in which forms the answers can be had. */
const authorization = '/apis/authorization.k8s.io/v1'
const authentication = '/apis/authentication.k8s.io/v1'
const pods = { namespace: '{ns}', verb: 'get', resource: 'pods' }
const as = (form: string): Record<string, string> => ({ accept: `application/json;as=${form};v=v1;g=meta.k8s.io` })
const post = (name: string, path: string, body: object, form?: string): Request => ({
  ...{ name, method: 'POST', path, body },
  ...(form === undefined ? {} : { headers: as(form) }),
})
const local = `${authorization}/namespaces/{ns}/localsubjectaccessreviews`
const token = '/api/v1/namespaces/{ns}/serviceaccounts/asked/token'
const METADATA = 'PartialObjectMetadata'

export const posted: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }, METADATA),
  post('account', '/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'asked' } }, METADATA),
  post('self', `${authorization}/selfsubjectaccessreviews`, { spec: { resourceAttributes: pods } }),
  post(
    'self with a name',
    `${authorization}/selfsubjectaccessreviews`,
    { metadata: { name: 'x' }, spec: { resourceAttributes: pods } },
    METADATA,
  ),
  post('subject', `${authorization}/subjectaccessreviews`, {
    spec: { user: 'a', groups: ['b', 'c'], extra: { k: ['v'] }, nonResourceAttributes: { path: '/x', verb: 'get' } },
  }),
  ...['subject', 'self'].map((which) =>
    post(`${which} with a namespace that it cannot have`, `${authorization}/${which === 'self' ? 'selfsubject' : 'subject'}accessreviews`, {
      metadata: { namespace: 'elsewhere' },
      spec: { ...(which === 'self' ? {} : { user: 'a' }), resourceAttributes: pods },
    }),
  ),
  post('token review with a namespace that it cannot have', `${authentication}/tokenreviews`, {
    metadata: { namespace: 'elsewhere' },
    spec: { token: 'abc' },
  }),
  post('local of another namespace', local, { metadata: { namespace: 'elsewhere' }, spec: { user: 'a', resourceAttributes: pods } }),
  post('local', local, { spec: { user: 'a', resourceAttributes: pods } }),
  post('local with a label', local, { metadata: { name: 'x', labels: { a: 'b' } }, spec: { user: 'a', resourceAttributes: pods } }),
  post('local as a Table', local, {}, 'Table'),
  post('self as a Table', `${authorization}/selfsubjectaccessreviews`, {}, 'Table'),
  post('token review', `${authentication}/tokenreviews`, { spec: { token: 'abc', audiences: ['a'] } }),
  post('token review as metadata', `${authentication}/tokenreviews`, { spec: { token: 'abc' } }, METADATA),
  post('token review as a Table', `${authentication}/tokenreviews`, { spec: { token: 'abc' } }, 'Table'),
  post('who am I', `${authentication}/selfsubjectreviews`, { metadata: { labels: { a: 'b' } } }, METADATA),
  post('who am I as a Table', `${authentication}/selfsubjectreviews`, {}, 'Table'),
  post('token', token, {}, METADATA),
  post('token with more', token, { spec: { audiences: ['x'], expirationSeconds: 700 } }, METADATA),
  post('token as a Table', token, {}, 'Table'),
  post('token of nobody as a Table', token.replace('asked', 'none'), {}, 'Table'),
  post('eviction of no pod', '/api/v1/namespaces/{ns}/pods/none/eviction', { metadata: { name: 'none' } }),
  post('eviction as a Table', '/api/v1/namespaces/{ns}/pods/none/eviction', { metadata: { name: 'none' } }, 'Table'),
  post('eviction as metadata', '/api/v1/namespaces/{ns}/pods/none/eviction', { metadata: { name: 'none' } }, METADATA),
  post('binding as a Table', '/api/v1/namespaces/{ns}/pods/none/binding', { metadata: { name: 'none' }, target: { name: 'n' } }, 'Table'),
  post('old binding as a Table', '/api/v1/namespaces/{ns}/bindings', { metadata: { name: 'none' }, target: { name: 'n' } }, 'Table'),
]

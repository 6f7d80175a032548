import { expect, test } from 'vitest'
import { ApiError, apiErrorFrom, explain, isUnanswered } from './api-error.ts'

const told = (code: number, reason: string, message: string): string =>
  explain(apiErrorFrom(code, JSON.stringify({ kind: 'Status', code, reason, message }), 'POST /'))

/** The sentences of kube-apiserver 1.37. */
test.each([
  ['pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope', 'Forbidden'],
  ['forbidden: User "system:anonymous" cannot get path "/metrics"', 'Forbidden'],
  [
    'roles.rbac.authorization.k8s.io "a" is forbidden: user "jane" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n{}',
    'Forbidden',
  ],
  ['pods "a" is forbidden: exceeded quota: share, requested: pods=1, used: pods=9, limited: pods=9', 'Quota'],
  ['pods "a" is forbidden: failed quota: share: must specify requests.cpu for: main', 'Quota'],
  ['pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false', 'PodSecurity'],
  ['pods "a" is forbidden: unable to create new content in namespace shop because it is being terminated', 'NamespaceGoes'],
  ['admission webhook "customs.example.com" denied the request: no latest', 'Policy'],
  [`deployments.apps "a" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: fewer`, 'Policy'],
  ['pods "a" is forbidden: maximum cpu usage per Container is 2, but limit is 3', 'Admission'],
  ['pods "a" is forbidden: error looking up service account shop/x: serviceaccount "x" not found', 'Admission'],
  ['Sign in at https://portal.example', 'Forbidden'],
])('%s', (message, reason) => expect(told(403, 'Forbidden', message)).toBe(reason))

test('a webhook that denies may choose another code; one that does not answer is no fault of the server', () => {
  expect(told(400, 'BadRequest', 'admission webhook "customs.example.com" denied the request: no')).toBe('Policy')
  expect(told(500, 'InternalError', 'Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: EOF')).toBe(
    'Webhook',
  )
  expect(told(500, 'InternalError', 'Internal error occurred: etcdserver: no space')).toBe('InternalError')
})

test('a change of which no answer says what came of it may be stored: that it failed is not said', () => {
  const lost = (request: string, fault: string, message = 'no answer'): string =>
    explain(new ApiError({ code: 504, reason: 'Timeout', message, causes: [{ reason: fault }], request }))
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    expect(lost(`${method} /clusters/c/api/v1/pods/x?fieldManager=b`, 'NoAnswer')).toBe('Unanswered')
  expect(lost('GET /clusters/c/api/v1/pods/x', 'NoAnswer')).toBe('NoAnswer')
  expect(lost('PUT /clusters/c/api/v1/pods/x?dryRun=All', 'NoAnswer')).toBe('NoAnswer')
  expect(lost('PUT /clusters/c/api/v1/pods/x?a=b&dryRun=All', 'NoAnswer')).toBe('NoAnswer')
  expect(lost('POST /clusters/c/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'NoAnswer')).toBe('NoAnswer')
  // Nobody was there to take it; or somebody was, and went.
  expect(lost('PUT /x', 'Connect', 'c did not answer: nothing listens at that address (ECONNREFUSED)')).toBe('Connect')
  expect(lost('PUT /x', 'Connect', 'c did not answer: the connection was closed (ECONNRESET)')).toBe('Unanswered')
  // The window's own connection, and the server's own limit.
  expect(isUnanswered(new ApiError({ code: 0, reason: 'Network', message: 'Failed to fetch', request: 'PUT /x' }))).toBe(true)
  expect(explain(apiErrorFrom(504, JSON.stringify({ kind: 'Status', reason: 'Timeout', message: 'request timed out' }), 'PUT /x'))).toBe(
    'Unanswered',
  )
  expect(explain(apiErrorFrom(409, JSON.stringify({ kind: 'Status', reason: 'Conflict' }), 'PUT /x'))).toBe('Conflict')
})

import { expect, test } from 'vitest'
import { apiErrorFrom, explain } from './api-error.ts'

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

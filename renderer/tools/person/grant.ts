import { ApiError } from '../../kube/api-error.ts'
import { readCertificates } from '../../kube/certificate.ts'
import { base64, newKey } from '../../kube/certificate-request.ts'
import type { Clock } from '../../kube/clock.ts'
import { accountNamespace, groupsOf, type Person, readDuration, roleOf } from './person.ts'

export type Send = <T>(method: string, path: string, body?: object) => Promise<T>

/** What stands in a kubeconfig's `user`, and when it ends, in milliseconds. */
export interface Granted {
  user: Record<string, string>
  until: number
}

/** `notSigned` and `nobodySigns` carry the name of the CertificateSigningRequest, `otherBinding` that of the binding. */
export class GrantError extends Error {
  readonly kind: 'notSigned' | 'nobodySigns' | 'otherBinding'
  readonly about: string

  constructor(kind: GrantError['kind'], about: string, message = '') {
    super(message)
    this.kind = kind
    this.about = about
  }
}

const rbac = 'rbac.authorization.k8s.io'
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const pollMs = 250
const patienceMs = 30_000
const encode = encodeURIComponent

/** Everything that is written, in its order, as `METHOD path`: what one reads before it is. */
export function plan(person: Person): { method: string; path: string }[] {
  const name = person.name.trim()
  const steps =
    person.by === 'token'
      ? [
          { method: 'POST', path: `${accounts(person)}/${encode(name)}` },
          { method: 'POST', path: `${accounts(person)}/${encode(name)}/token` },
        ]
      : [
          { method: 'POST', path: requests },
          { method: 'PUT', path: `${requests}/…/approval` },
        ]
  const binding = bindingOf(person)
  return binding ? [...steps, { method: 'POST', path: `${binding.path}/${encode(binding.body.metadata.name)}` }] : steps
}

/**
 * Lets a person in with the rights of whoever looks: the same steps, objects and names as the command `binnacle kubeconfig`. The role is
 * looked for first and bound last, so that what fails leaves nobody with more than they had. Rejects with ApiError or GrantError.
 */
export async function grant(send: Send, person: Person, clock: Clock): Promise<Granted> {
  await findRole(send, person)
  const granted = person.by === 'token' ? await token(send, person) : await certificate(send, person, clock)
  await bind(send, person)
  return granted
}

const isReason = (thrown: unknown, reason: string): boolean => thrown instanceof ApiError && thrown.reason === reason

const accounts = (person: Person): string => `/api/v1/namespaces/${encode(accountNamespace(person))}/serviceaccounts`

async function token(send: Send, person: Person): Promise<Granted> {
  const name = person.name.trim()
  await send('POST', accounts(person), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }).catch((thrown: unknown) => {
    if (!isReason(thrown, 'AlreadyExists')) throw thrown
  })
  const { status } = await send<{ status: { token: string; expirationTimestamp: string } }>(
    'POST',
    `${accounts(person)}/${encode(name)}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: readDuration(person.expires) },
    },
  )
  return { user: { token: status.token }, until: Date.parse(status.expirationTimestamp) }
}

interface SigningRequest {
  metadata: { name: string; creationTimestamp?: string }
  status?: { certificate?: string; conditions?: { type: string; message?: string }[] }
}

async function certificate(send: Send, person: Person, clock: Clock): Promise<Granted> {
  const { key, request } = await newKey(person.name.trim(), groupsOf(person))
  const expirationSeconds = readDuration(person.expires) ?? 0
  const name = `kubeconfig-${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const made = await send<SigningRequest>('POST', requests, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: base64(new TextEncoder().encode(request)),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth', 'digital signature'],
      expirationSeconds,
    },
  })
  const condition = { type: 'Approved', status: 'True', reason: 'KubeconfigInBinnacle', message: 'asked for in the window' }
  await send('PUT', `${requests}/${name}/approval`, { ...made, status: { conditions: [condition] } })
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    const { status } = await send<SigningRequest>('GET', `${requests}/${name}`)
    const failed = status?.conditions?.find(({ type }) => type === 'Failed' || type === 'Denied')
    if (failed) throw new GrantError('notSigned', name, failed.message ?? failed.type)
    if (status?.certificate) {
      const user = { 'client-certificate-data': status.certificate, 'client-key-data': base64(new TextEncoder().encode(key)) }
      return { user, until: readCertificates(atob(status.certificate))[0]?.notAfter ?? 0 }
    }
    await new Promise<void>((done) => void clock.after(pollMs, done))
  }
  throw new GrantError('nobodySigns', name)
}

interface WantedBinding {
  path: string
  body: { metadata: { name: string }; roleRef: Record<string, string>; subjects: Record<string, string>[] } & Record<string, unknown>
}

function bindingOf(person: Person): WantedBinding | undefined {
  const role = roleOf(person)
  if (!role) return undefined
  const name = person.name.trim()
  const namespace = person.namespace.trim()
  const account = accountNamespace(person)
  const who = person.by === 'token' ? `${account}:${name}` : name
  return {
    path: `/apis/${rbac}/v1/${namespace === '' ? 'clusterrolebindings' : `namespaces/${encode(namespace)}/rolebindings`}`,
    body: {
      apiVersion: `${rbac}/v1`,
      kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      // A name of RBAC's may hold anything but what means something in a path.
      metadata: { name: `kubeconfig:${who}:${person.role.trim()}`.replace(/[/%]/g, ':') },
      roleRef: { apiGroup: rbac, kind: role.kind, name: role.name },
      subjects: [person.by === 'token' ? { kind: 'ServiceAccount', name, namespace: account } : { kind: 'User', apiGroup: rbac, name }],
    },
  }
}

/** One that is not there can be bound, and opens nothing: nobody is let in with such a one by mistake. Whoever may bind it need not be able to read it. */
async function findRole(send: Send, person: Person): Promise<void> {
  const role = roleOf(person)
  if (!role) return
  const at = role.kind === 'Role' ? `namespaces/${encode(person.namespace.trim())}/roles` : 'clusterroles'
  await send('GET', `/apis/${rbac}/v1/${at}/${encode(role.name)}`).catch((thrown: unknown) => {
    if (!isReason(thrown, 'Forbidden')) throw thrown
  })
}

async function bind(send: Send, person: Person): Promise<void> {
  const wanted = bindingOf(person)
  if (!wanted) return
  const { path, body } = wanted
  try {
    await send('POST', path, body)
  } catch (thrown) {
    if (!isReason(thrown, 'AlreadyExists')) throw thrown
    const there = await send<WantedBinding['body']>('GET', `${path}/${encode(body.metadata.name)}`)
    if (!sameBinding(there, body)) throw new GrantError('otherBinding', body.metadata.name)
  }
}

const sameBinding = (a: WantedBinding['body'], b: WantedBinding['body']): boolean =>
  same(a.roleRef, b.roleRef) && a.subjects?.length === b.subjects.length && b.subjects.every((one, at) => same(a.subjects[at] ?? {}, one))

const same = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(b).every(([key, value]) => a[key] === value)

import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Rest } from '../client/rest.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { newCertificationRequest } from '../machinery/x509/new-request.ts'

/** Whom a kubeconfig is for, and what it opens. */
export interface Person {
  readonly name: string
  /** Of the certificate; none with a token. */
  readonly groups: readonly string[]
  /** Empty: everywhere for the role, `default` for the account. */
  readonly namespace: string
  /** A ClusterRole, or `Role/NAME`; empty: none is bound. */
  readonly role: string
  /** A service account's token instead of a certificate. */
  readonly token: boolean
  readonly seconds: number
}

/** What stands in a kubeconfig's `user`, PEM and token as they are; and when it ends, in milliseconds. */
export interface Granted {
  readonly user: { readonly cert: string; readonly key: string } | { readonly token: string }
  readonly until: number
}

const RBAC = 'rbac.authorization.k8s.io'
const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const SIGNER = 'kubernetes.io/kube-apiserver-client'
const POLL_MS = 200
const PATIENCE_MS = 30_000

const encode = encodeURIComponent
const account = ({ namespace }: Person): string => (namespace === '' ? 'default' : namespace)

async function send(rest: Rest, method: string, path: string, body?: object): Promise<KubeObject> {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) }
  return JSON.parse((await rest.send({ method, path, ...sent })).body.toString('utf8')) as KubeObject
}

/** Undefined when it is there already. */
async function create(rest: Rest, path: string, body: object): Promise<KubeObject | undefined> {
  try {
    return await send(rest, 'POST', path, body)
  } catch (e) {
    if (isStatusError(e, 'AlreadyExists')) return undefined
    throw e
  }
}

/**
 * Lets a person in, with the rights of whoever asks: a certificate by way of a CertificateSigningRequest that is approved here, or a
 * token of a service account, which is made when it is missing; and the role is bound.
 * Rejects with a StatusError of the API, or an Error of one sentence.
 */
export async function grant(rest: Rest, person: Person, pause: (ms: number) => Promise<void>): Promise<Granted> {
  if (person.role !== '') await findRole(rest, person)
  const granted = person.token ? await token(rest, person) : await certificate(rest, person, pause)
  if (person.role !== '') await bind(rest, person)
  return granted
}

async function token(rest: Rest, person: Person): Promise<Granted> {
  const path = `/api/v1/namespaces/${encode(account(person))}/serviceaccounts`
  await create(rest, path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: person.name } })
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: person.seconds } }
  const { status } = (await send(rest, 'POST', `${path}/${encode(person.name)}/token`, request)) as KubeObject & {
    status: { token: string; expirationTimestamp: string }
  }
  return { user: { token: status.token }, until: Date.parse(status.expirationTimestamp) }
}

interface SigningRequest extends KubeObject {
  status?: { certificate?: string; conditions?: { type: string; message?: string }[] }
}

async function certificate(rest: Rest, person: Person, pause: (ms: number) => Promise<void>): Promise<Granted> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const request = newCertificationRequest({ commonName: person.name, organizations: person.groups, publicKey, privateKey })
  const name = `kubeconfig-${randomBytes(6).toString('hex')}`
  const made = await send(rest, 'POST', REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: SIGNER,
      usages: ['client auth', 'digital signature'],
      expirationSeconds: person.seconds,
    },
  })
  const message = 'asked for by the command kubeconfig'
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubeconfigCommand', message }]
  await send(rest, 'PUT', `${REQUESTS}/${name}/approval`, { ...made, status: { conditions } })
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const { status } = (await send(rest, 'GET', `${REQUESTS}/${name}`)) as SigningRequest
    const failed = status?.conditions?.find((c) => c.type === 'Failed' || c.type === 'Denied')
    if (failed !== undefined) throw new Error(`the certificate was not signed: ${failed.message ?? failed.type}`)
    if (status?.certificate) {
      const cert = Buffer.from(status.certificate, 'base64').toString('utf8')
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      return { user: { cert, key }, until: new X509Certificate(cert).validToDate.getTime() }
    }
    await pause(POLL_MS)
  }
  throw new Error(`nobody has signed the CertificateSigningRequest ${name}: is the signing controller running?`)
}

const roleOf = ({ role }: Person): [kind: string, name: string] =>
  role.startsWith('Role/') ? ['Role', role.slice('Role/'.length)] : ['ClusterRole', role]

/** A role that is not there can be bound, and opens nothing: nobody is let in with such a one by mistake. */
async function findRole(rest: Rest, person: Person): Promise<void> {
  const [kind, name] = roleOf(person)
  const at = kind === 'Role' ? `namespaces/${encode(person.namespace)}/roles` : 'clusterroles'
  try {
    await send(rest, 'GET', `/apis/${RBAC}/v1/${at}/${encode(name)}`)
  } catch (e) {
    // Whoever may bind it need not be able to read it.
    if (!isStatusError(e, 'Forbidden')) throw e
  }
}

async function bind(rest: Rest, person: Person): Promise<void> {
  const { name, namespace, role, token: byToken } = person
  const [kind, roleName] = roleOf(person)
  const bindings = namespace === '' ? 'clusterrolebindings' : `namespaces/${encode(namespace)}/rolebindings`
  const path = `/apis/${RBAC}/v1/${bindings}`
  const subject = byToken ? { kind: 'ServiceAccount', name, namespace: account(person) } : { kind: 'User', apiGroup: RBAC, name }
  const who = byToken ? `${account(person)}:${name}` : name
  // A name of RBAC's may hold anything but what means something in a path.
  const bound = `kubeconfig:${who}:${role}`.replace(/[/%]/g, ':')
  const wanted = { roleRef: { apiGroup: RBAC, kind, name: roleName }, subjects: [subject] }
  const made = await create(rest, path, {
    apiVersion: `${RBAC}/v1`,
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: bound },
    ...wanted,
  })
  if (made !== undefined) return
  const { roleRef, subjects } = (await send(rest, 'GET', `${path}/${encode(bound)}`)) as KubeObject & typeof wanted
  if (!isDeepStrictEqual({ roleRef, subjects }, wanted)) throw new Error(`the binding ${bound} is there already and says something else`)
}

import { administrator } from '../authn/components.ts'
import { systemTime } from '../machinery/testing/system-time.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRest, type Rest } from '../client/rest.ts'
import { FakeClock } from '../machinery/clock.ts'
import { parseCertificateRequest } from '../machinery/x509/certification-request.ts'
import { subjectOf } from '../machinery/x509/name.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { createAuthority, issueCertificate } from '../serving/x509.ts'
import { kubeconfigCommand, kubeconfigText } from './command.ts'
import { grant, type Person } from './grant.ts'
import { readSource } from './kubeconfig-source.ts'
import { parseAccess } from './options.ts'

const dir = mkdtempSync(join(tmpdir(), 'access-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('on a server', () => {
  let server: TestServer
  let rest: Rest
  beforeAll(async () => {
    server = await startTestServer()
    rest = createRest(server.api.transport(administrator), { userAgent: 'test' })
  })
  afterAll(() => server.close())
  const get = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse((await rest.send({ method: 'GET', path })).body.toString()) as Record<string, unknown>
  const person = (more: Partial<Person>): Person => ({
    name: 'jane',
    groups: [],
    namespace: '',
    role: '',
    token: false,
    seconds: 3600,
    ...more,
  })
  const never = (): Promise<void> => Promise.reject(new Error('nothing is waited for'))
  const RBAC = '/apis/rbac.authorization.k8s.io/v1'

  test('a token is that of an account, which is made, with a role in its namespace', async () => {
    const { user, until } = await grant(rest, person({ token: true, role: 'view', namespace: 'default' }), never)
    expect(until).toBe(Math.floor(server.clock.now() / 1000) * 1000 + 3_600_000)
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'token' in user ? user.token : '' } }
    const answer = await rest.send({
      ...{ method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body: Buffer.from(JSON.stringify(review)) },
      headers: { 'content-type': 'application/json' },
    })
    expect(JSON.parse(answer.body.toString())).toMatchObject({ status: { user: { username: 'system:serviceaccount:default:jane' } } })
    expect(await get(`${RBAC}/namespaces/default/rolebindings/kubeconfig:default:jane:view`)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'jane', namespace: 'default' }],
    })
  })

  test('a certificate is asked for, approved and waited for; the same role is bound once', async () => {
    const ca = createAuthority('ca', Date.now())
    const signed: string[] = []
    // What the signing controller does.
    const sign = async (): Promise<void> => {
      const { items } = (await get('/apis/certificates.k8s.io/v1/certificatesigningrequests')) as {
        items: {
          metadata: { name: string }
          spec: { request: string; expirationSeconds: number; signerName: string }
          status: { conditions: object[] }
        }[]
      }
      const found = items.find((one) => !signed.includes(one.metadata.name))!
      expect(found).toMatchObject({
        spec: { expirationSeconds: 3600, signerName: 'kubernetes.io/kube-apiserver-client' },
        status: { conditions: [{ type: 'Approved', status: 'True', reason: 'KubeconfigCommand' }] },
      })
      signed.push(found.metadata.name)
      const { subject } = parseCertificateRequest(Buffer.from(found.spec.request, 'base64').toString())
      const { cert } = issueCertificate(ca, { ...subject, use: 'client', now: systemTime() })
      await rest.send({
        ...{ method: 'PUT', path: `/apis/certificates.k8s.io/v1/certificatesigningrequests/${found.metadata.name}/status` },
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ ...found, status: { ...found.status, certificate: Buffer.from(cert).toString('base64') } })),
      })
    }
    const jane = person({ groups: ['devs'], role: 'edit' })
    const { user, until } = await grant(rest, jane, sign)
    const certificate = new X509Certificate('cert' in user ? user.cert : '')
    expect(until).toBe(certificate.validToDate.getTime())
    expect(subjectOf(certificate.raw)).toMatchObject({ commonName: 'jane', organizations: ['devs'] })
    expect('key' in user && user.key).toContain('PRIVATE KEY')
    await grant(rest, jane, sign)
    expect(await get(`${RBAC}/clusterrolebindings/kubeconfig:jane:edit`)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'User', name: 'jane' }],
    })
  })

  test('a binding of that name that says something else is no success', async () => {
    const body = {
      metadata: { name: 'kubeconfig:default:x:Role:r' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [],
    }
    for (const [resource, object] of Object.entries({ roles: { metadata: { name: 'r' }, rules: [] }, rolebindings: body })) {
      await rest.send({
        ...{ method: 'POST', path: `${RBAC}/namespaces/default/${resource}`, body: Buffer.from(JSON.stringify(object)) },
        headers: { 'content-type': 'application/json' },
      })
    }
    const x = person({ name: 'x', token: true, role: 'Role/r', namespace: 'default' })
    await expect(grant(rest, x, never)).rejects.toThrow('the binding kubeconfig:default:x:Role:r is there already and says something else')
  })

  test.each([
    ['nope', 'clusterroles.rbac.authorization.k8s.io "nope" not found'],
    ['Role/none', 'roles.rbac.authorization.k8s.io "none" not found'],
  ])('nobody is let in with the role %s, which is not there', async (role, why) => {
    await expect(grant(rest, person({ name: 'late', token: true, role, namespace: 'default' }), never)).rejects.toThrow(why)
    await expect(get('/api/v1/namespaces/default/serviceaccounts/late')).rejects.toThrow('not found')
  })

  test('without a signer the command gives up', async () => {
    let waited = 0
    await expect(grant(rest, person({}), (ms) => Promise.resolve(void (waited += ms)))).rejects.toThrow(
      'is the signing controller running?',
    )
    expect(waited).toBe(30_000)
  })
})

describe('what is asked for', () => {
  const error = (...argv: string[]): string => {
    const parsed = parseAccess(argv)
    return 'error' in parsed ? parsed.error : ''
  }

  test('is one person, for a time', () => {
    expect(error()).toMatch(/^name one person/)
    expect(error('a', 'b')).toMatch(/^name one person/)
    expect(error('a', '--expires=1m')).toBe('--expires is between 10m and 2147483647s')
    expect(error('a', '--expires=x')).toBe('invalid argument "x" for "--expires" flag: time: invalid duration "x"')
    expect(error('a', '--token', '--group=g')).toMatch(/^--group is of certificates/)
    expect(error('a', '--role=Role/r')).toBe('--role=Role/… needs a --namespace')
    expect(error('a', '--nope')).toContain('--nope')
  })

  test('has defaults', () => {
    expect(parseAccess(['jane', '--group=a', '--group', 'b', '--data-dir=/d'])).toEqual({
      options: {
        person: { name: 'jane', groups: ['a', 'b'], namespace: '', role: '', token: false, seconds: 86_400 },
        ...{ kubeconfig: join('/d', 'kubeconfig'), context: '', server: '', output: '' },
      },
    })
    expect(parseAccess(['--help'])).toHaveProperty('text')
  })
})

describe('a kubeconfig', () => {
  const file = join(dir, 'kubeconfig')
  const source = (user: object, cluster: object = {}): ReturnType<typeof readSource> => {
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'https://h:1', 'certificate-authority': 'ca.pem', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    writeFileSync(file, JSON.stringify(config))
    writeFileSync(join(dir, 'ca.pem'), 'CA')
    writeFileSync(join(dir, 'token'), 'T\n')
    return readSource(file, '')
  }

  test('is read with the files that it names', () => {
    const read = source({ tokenFile: 'token' })
    expect((read.transport.token as () => string)()).toBe('T')
    expect({ ...read, transport: { ...read.transport, token: 'T' } }).toEqual({
      clusterName: 'c',
      transport: { server: 'https://h:1', ca: 'CA', token: 'T' },
      cluster: { server: 'https://h:1', 'certificate-authority-data': 'Q0E=' },
    })
    const { transport } = source({ 'client-certificate-data': 'Yw==', 'client-key-data': 'aw==' }, { 'insecure-skip-tls-verify': true })
    expect(transport).toMatchObject({ cert: 'c', key: 'k', insecureSkipTlsVerify: true })
  })

  test('that cannot be used says why', async () => {
    expect(() => source({ exec: {} })).toThrow('logs in by exec')
    expect(() => readSource(file, 'nowhere')).toThrow(`${file} has no context "nowhere"`)
    expect(() => readSource(join(dir, 'missing'), '')).toThrow('is the server running?')
    const said: string[] = []
    const io = { clock: new FakeClock(), out: () => undefined, err: (text: string) => void said.push(text) }
    expect(await kubeconfigCommand(['a', `--kubeconfig=${join(dir, 'missing')}`], io)).toBe(1)
    expect(said.join('')).toMatch(/^cannot read .*; is the server running\? --kubeconfig names another file\n$/)
  })

  test('is written whole', () => {
    const parsed = parseAccess(['jane', '--namespace=team', '--server=https://outside:6443'])
    const { options } = parsed as Extract<typeof parsed, { options: unknown }>
    expect(JSON.parse(kubeconfigText(options, source({ token: 'T' }), { user: { token: 'new' }, until: 0 }))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://outside:6443', 'certificate-authority-data': 'Q0E=' } }],
      users: [{ name: 'jane', user: { token: 'new' } }],
      contexts: [{ name: 'jane@c', context: { cluster: 'c', user: 'jane', namespace: 'team' } }],
      'current-context': 'jane@c',
    })
  })
})

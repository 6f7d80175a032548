import { X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resource.ts'
import { parseCertificateRequest } from '../../machinery/x509/certification-request.ts'
import { makeRequest, type Asked } from '../../machinery/x509/testing/certification-request.ts'
import { createAuthority } from '../../serving/x509.ts'
import { certificateSigningRequestApprovingController } from '../certificatesigningrequest-approving/certificatesigningrequest-approving.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { certificateSigningRequestSigningController, validity, type SigningRequest } from './certificatesigningrequest-signing.ts'
import { KUBELET_CLIENT, signers } from './signers.ts'

const HOUR = 3_600_000
const CLIENT = 'kubernetes.io/kube-apiserver-client'
const SERVING = 'kubernetes.io/kubelet-serving'
const node: Asked = { commonName: 'system:node:n', organizations: ['system:nodes'] }
const host = [[0x82, 'n']] as const

describe('what signers refuse', () => {
  const usages = (auth: string) => ['digital signature', 'key encipherment', auth]
  test.each<[string, string, Asked, string[], string | undefined]>([
    ['a client', CLIENT, { commonName: 'x' }, ['client auth'], undefined],
    ['a server', CLIENT, { commonName: 'x' }, ['server auth'], 'invalid usage for client certificate: server auth'],
    ['nothing', CLIENT, { commonName: 'x' }, ['digital signature'], 'missing required usage for client certificate: client auth'],
    ['a kubelet', KUBELET_CLIENT, node, usages('client auth'), undefined],
    ['one without RSA', KUBELET_CLIENT, node, ['client auth', 'digital signature'], undefined],
    ['another group', KUBELET_CLIENT, { ...node, organizations: ['a', 'system:nodes'] }, [], 'subject organization is not system:nodes'],
    ['a host', KUBELET_CLIENT, { ...node, names: host }, [], 'DNS subjectAltNames are not allowed'],
    ['a person', KUBELET_CLIENT, { ...node, commonName: 'x' }, [], 'subject common name does not begin with system:node:'],
    ['too much', KUBELET_CLIENT, node, usages('server auth'), 'usages did not match [client auth digital signature key encipherment]'],
    ['anybody, for anything', 'kubernetes.io/legacy-unknown', { ...node, names: host }, ['server auth', 'code signing'], undefined],
    ['a serving kubelet', SERVING, { ...node, names: host }, usages('server auth'), undefined],
    ['one without a name', SERVING, node, [], 'DNS or IP subjectAltName is required'],
    ['a mail address', SERVING, { ...node, names: [...host, [0x81, 'a@b']] }, [], 'Email subjectAltNames are not allowed'],
    [
      'another use',
      SERVING,
      { ...node, names: host },
      ['server auth'],
      'usages did not match [digital signature key encipherment server auth]',
    ],
  ])('%s to %s', (_, signer, asked, used, message) =>
    expect(signers[signer]!(parseCertificateRequest(makeRequest(asked).request), used)).toBe(message),
  )
})

test.each([
  [undefined, -HOUR / 12, 365 * 24 * HOUR - HOUR / 12],
  [1, -HOUR / 12, HOUR / 6],
  [3600, -HOUR / 12, HOUR],
  [86_400, -HOUR / 12, 24 * HOUR - HOUR / 12],
])('%s seconds', (seconds, from, until) => {
  expect(validity(0, seconds, 1e15)).toEqual({ from, until })
  expect(validity(0, seconds, 5000)).toEqual({ from, until: 5000 })
  expect(() => validity(0, seconds, 0)).toThrow('refusing to sign')
})

describe('requests', () => {
  let c: TestCluster | undefined
  afterEach(() => c?.close())
  const start = async (): Promise<TestCluster> => {
    const signingCA = createAuthority('ca', Date.UTC(2020, 0, 1), 36_500)
    c = await startTestCluster({ signingCA }, certificateSigningRequestSigningController, certificateSigningRequestApprovingController)
    return c
  }
  const ask = (name: string, signerName: string, asked: Asked, usages: string[]) =>
    c!.create<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: { request: Buffer.from(makeRequest(asked).request).toString('base64'), signerName, usages },
    })
  const get = (name: string) => c!.get<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, name)
  const approve = async (name: string): Promise<void> => {
    const request = await get(name)
    const status = { conditions: [{ type: 'Approved', status: 'True', reason: 'Me', message: 'yes' }] }
    await c!.client.resource<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS).subresource('PUT', name, 'approval', { ...request, status })
  }

  test('that are approved get a certificate; those that cannot be signed are told why, once', async () => {
    const cluster = await start()
    await ask('good', CLIENT, { commonName: 'jane', organizations: ['dev'] }, ['client auth'])
    await ask('bad', CLIENT, { commonName: 'jane' }, ['server auth'])
    await ask('other', 'example.com/signer', { commonName: 'jane' }, ['client auth'])
    await cluster.pass(3)
    expect((await get('good')).status).toEqual({})
    for (const name of ['good', 'bad', 'other']) await approve(name)
    const issued = await cluster.until('issued', async () => (await get('good')).status?.certificate)
    expect(new X509Certificate(Buffer.from(issued, 'base64')).subject).toBe('O=dev\nCN=jane')
    await cluster.until('failed', async () => (await get('bad')).status?.conditions?.length === 2)
    expect((await get('bad')).status?.conditions?.[1]).toMatchObject({
      ...{ type: 'Failed', status: 'True', reason: 'SignerValidationFailure' },
      message: 'invalid usage for client certificate: server auth',
    })
    const before = cluster.writes()
    await cluster.pass(30)
    expect((await get('other')).status?.certificate).toBeUndefined()
    expect([cluster.writes(), cluster.errors]).toEqual([before, []])
  })

  test('of kubelets are approved when whoever asks may have such a certificate', async () => {
    const cluster = await start()
    await ask('node', KUBELET_CLIENT, node, ['client auth', 'digital signature'])
    const request = await cluster.until('issued', async () =>
      (await get('node')).status?.certificate === undefined ? undefined : get('node'),
    )
    expect(request.status?.conditions).toMatchObject([
      { type: 'Approved', reason: 'AutoApproved', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
    ])
    expect(cluster.errors).toEqual([])
  })
})

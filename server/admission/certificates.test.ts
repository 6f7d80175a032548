import { describe, expect, test } from 'vitest'
import type { Attributes, Authorizer } from '../authz/contract.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { makeRequest, type Asked } from '../machinery/x509/testing/certification-request.ts'
import { certificateApproval, certificateSigning, certificateSubjectRestriction, clusterTrustBundleAttest } from './certificates.ts'
import type { AdmissionAttributes } from './contract.ts'

const GROUP = 'certificates.k8s.io'
const asked: Attributes[] = []
/** Lets users do with signers what their name says: `approve example.com/*`. */
const authorizer: Authorizer = {
  authorize(user, attributes) {
    asked.push(attributes)
    return { decision: user.name === `${attributes.verb} ${attributes.name}` ? 'allow' : 'no-opinion', reason: '' }
  },
}
const request = (signerName: string, status: object = {}, from: Asked = { commonName: 'x' }): KubeObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'CertificateSigningRequest',
  metadata: { name: 'r' },
  spec: { signerName, request: Buffer.from(makeRequest(from).request).toString('base64') },
  status,
})
const attributes = (more: Partial<AdmissionAttributes>): AdmissionAttributes =>
  ({
    ...{ operation: 'UPDATE', subresource: '', name: 'r', internal: false },
    resource: { group: GROUP, version: 'v1', resource: 'certificatesigningrequests', namespaced: false },
    requested: { kind: { group: GROUP, version: 'v1', kind: 'CertificateSigningRequest' }, group: GROUP, version: 'v1' },
    ...more,
  }) as AdmissionAttributes
const as = (name: string) => ({ user: { name, groups: [] } })
const refusal = async (run: () => void | Promise<void>): Promise<string | undefined> => {
  try {
    await run()
    return undefined
  } catch (e) {
    return isStatusError(e, 'Forbidden') ? e.message : String(e)
  }
}
const no = (why: string): string => `certificatesigningrequests.${GROUP} "r" is forbidden: ${why}`

describe('approval', () => {
  const plugin = certificateApproval(authorizer)
  const approve = (user: string) =>
    refusal(() => plugin.validate!(attributes({ subresource: 'approval', oldObject: request('example.com/s'), ...as(user) })))

  test('needs the right to approve for the signer, or for all of its domain', async () => {
    expect(await approve('approve example.com/s')).toBeUndefined()
    expect(await approve('approve example.com/*')).toBeUndefined()
    expect(await approve('sign example.com/s')).toBe(no('user not permitted to approve requests with signerName "example.com/s"'))
    expect(asked.at(-1)).toMatchObject({ apiGroup: GROUP, resource: 'signers', verb: 'approve', name: 'example.com/*' })
  })
})

describe('a certificate', () => {
  const plugin = certificateSigning(authorizer)
  const give = (user: string, status: object) =>
    refusal(() =>
      plugin.validate!(
        attributes({ subresource: 'status', oldObject: request('example.com/s'), object: request('example.com/s', status), ...as(user) }),
      ),
    )

  test('is given by who may sign', async () => {
    const refused = no('user not permitted to sign requests with signerName "example.com/s"')
    expect(await give('sign example.com/s', { certificate: 'AAAA' })).toBeUndefined()
    expect(await give('x', { certificate: 'AAAA' })).toBe(refused)
    expect(await give('x', { conditions: [{ type: 'Failed', status: 'True' }] })).toBe(refused)
    expect(await give('x', {})).toBeUndefined()
  })
})

describe('a request', () => {
  const create = (signer: string, organization: string) =>
    refusal(() =>
      certificateSubjectRestriction.validate!(
        attributes({ operation: 'CREATE', object: request(signer, {}, { commonName: 'x', organizations: ['a', organization] }) }),
      ),
    )

  test('to the signer of clients is never for system:masters', async () => {
    const signer = 'kubernetes.io/kube-apiserver-client'
    expect(await create(signer, 'system:masters')).toBe(no(`use of ${signer} signer with system:masters group is not allowed`))
    expect(await create(signer, 'b')).toBeUndefined()
    expect(await create('example.com/s', 'system:masters')).toBeUndefined()
  })
})

describe('a trust bundle', () => {
  const plugin = clusterTrustBundleAttest(authorizer)
  const bundle = (trustBundle: string, metadata: object = {}, signerName: string | undefined = 'example.com/s'): KubeObject => ({
    metadata: { name: 'r', ...metadata },
    spec: { signerName, trustBundle },
  })
  const write = (user: string, object: KubeObject, oldObject?: KubeObject) =>
    refusal(() =>
      plugin.validate!(
        attributes({
          operation: oldObject === undefined ? 'CREATE' : 'UPDATE',
          resource: { group: GROUP, version: 'v1', resource: 'clustertrustbundles', namespaced: false },
          ...{ object, oldObject, ...as(user) },
        }),
      ),
    )
  const refused = `clustertrustbundles.${GROUP} "r" is forbidden: user not permitted to attest for signerName "example.com/s"`

  test('needs the right to attest for its signer', async () => {
    expect(await write('attest example.com/*', bundle('a'))).toBeUndefined()
    expect(await write('x', bundle('a'))).toBe(refused)
    expect(await write('x', bundle('b'), bundle('a'))).toBe(refused)
    expect(await write('x', bundle('a', {}, ''))).toBeUndefined()
  })

  test('and none for what a garbage collector writes', async () => {
    const owned = { finalizers: ['x'], ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }], managedFields: [] }
    expect(await write('x', bundle('a', owned), bundle('a'))).toBeUndefined()
    expect(await write('x', bundle('a', { labels: { a: 'b' } }), bundle('a'))).toBe(refused)
  })
})

import type { Json, ObjectCase } from './case.ts'

/** Requests for certificates, as DER in base64: of keys of several kinds, one signed with another algorithm than its key's, one with one that is none. */
const DER = {
  p256: 'MIG7MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG3nnWL6/+SCxGVrI9x0toE6/0u/R5t7vHQBZpw9I42dXGtn3zumqLkgWsMSaZ5uv/jnTA0WO0xHpAqDbSsKRS6gADAKBggqhkjOPQQDAgNJADBGAiEAhdnf8NDAtj+dLja+yik0wqV/kzbZpzjKRySOhskVW8MCIQDmHRCLOFzE47FxDsZzJdUOeMJ6RX+9j5/YvGJ7bHNJLA==',
  p224: 'MIGoMFcCAQAwADBOMBAGByqGSM49AgEGBSuBBAAhAzoABCdgd9pOtPSUrfKNCuOfvzRuvol359Z91j0OmqGdEyx+P67FL7VnBeZSi86tj1k2HjkbGs51IFX5oAAwCgYIKoZIzj0EAwIDQQAwPgIdAJnyJjz9Os/WFU4XGhD3yJRXd6cwtjxUsvpo3DsCHQCITEPPBA7SR4fxqDDeZ6Fh62JWSZxYS1qPIqWh',
  k1: 'MIG2MF8CAQAwADBWMBAGByqGSM49AgEGBSuBBAAKA0IABI8/ry6qg/csOOcwetkN5tjMPp72TxVz/rEpnAYmZgNhrFlQgpYL7a1UisOb70i0AqOvRX1DtWQ1balnsfq/I2KgADAKBggqhkjOPQQDAgNHADBEAiBM/AkKWUlvn1golA3F5IRGC91VO28XcTCuIgkhsSkoqQIgOnKM2DuL6gXU39VkAMx8e4oEZmnWVDqN3c1I9ou/iBQ=',
  ed25519:
    'MH8wMwIBADAAMCowBQYDK2VwAyEAbYurw9PzfiFSQoF6WRug46V4F61sjfBqvv+HB7cQQ0+gADAFBgMrZXADQQCSn2cv8589FRR1jK5kc5y+ldy2IyC/cMFR/izW/HLOIsUVYyMb2qfYQ5gdYd7f1zqiUfmfvtgV81QVsgHMAoUH',
  mixed:
    'MIGEMDMCAQAwADAqMAUGAytlcAMhACSDFhudtrkEF0HNkO1TJmmCKhX13nyO/NzGiNh++NCgoAAwCgYIKoZIzj0EAwIDQQBMLcLL1GAQn/CED+ldDQTuJiYM77kOEM006dLdNvM+YExBIRV3DYu0AWTO4LgXMpxiZV+EzkdQ6IxZkVPHdm4B',
  unknown:
    'MIG2MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHqz2/88oHuj5Odd6rqnmnvX/xBJmdfbHTVJF6DFOX6b7utYNMwzHK70Zv3ryTZMeeJoL9oauYgagcC2D3iksAegADAFBgMqAwQDSQAwRgIhAIVdnI8PT6UXAQWL9hhrWQucVGhFNJjp+5r28Gzgwm+kAiEAgKkP2DLhLOoA/rS4KUXKoBSF6A+W0C7FVtS6aJnukXM=',
  rsa: 'MIIBPTCBqQIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDRQeragrmuiuBMc+3Nzn3loxG/oQ5lOWtU/DrZgB+LATXwceqs0mMqUPc7z7PPTo1MSJT3BwO4yKxl275+rQXy8xQHbtstiVkkHnLx2c8AanH8Xl8+cWBNyphgD2USsE8WSBn6GTIChX7RBIi9gDbCQ1tQtMQqzPf6JLXNAQo22QIDAQABoAAwCwYJKoZIhvcNAQELA4GBAI5IVPso5IEWub9DlA8jL7zRlw2KCwGeeDDy464kdPZYG7oavGJGVoYvKg6wqDgS9z2F1U4tVjE/xjiHfqzhNK9rkvCJ1qoOeYWmQvlE0YJFCdMfODVZKWwtGWMRI7kUb4HLXbQBVrYaAaVsxZa4IPxJlkgvF6oK/cw17nB2bTXC',
} as const

const pem = (der: Buffer | string, type = 'CERTIFICATE REQUEST', head = ''): string =>
  `${head}-----BEGIN ${type}-----\n${typeof der === 'string' ? der : der.toString('base64')}\n-----END ${type}-----\n`
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (digits: string): string => base64(pem(Buffer.from(digits, 'hex')))
/** With one bit of its signature turned. */
function forged(der: string): Buffer {
  const bytes = Buffer.from(der, 'base64')
  bytes[bytes.length - 3]! ^= 1
  return bytes
}

const signing = (name: string, spec: Json, ...patches: NonNullable<ObjectCase['patches']>): ObjectCase => ({
  ...{ name, apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', resource: 'certificatesigningrequests' },
  clusterScoped: true,
  object: { spec: { signerName: 'a.b/c', usages: ['client auth'], request: base64(pem(DER.p256)), ...spec } },
  patches,
})
const status = (status: Json): { subresource: string; patch: Json } => ({ subresource: 'status', patch: { status } })
const approval = (...conditions: Json[]): { subresource: string; patch: Json } => ({
  subresource: 'approval',
  patch: { status: { conditions: conditions.length === 0 ? null : conditions } },
})
const approved = { type: 'Approved', status: 'True', reason: 'r', message: 'm' }
const denied = { type: 'Denied', status: 'True' }
const failed = { type: 'Failed', status: 'True' }

const signingCases: readonly ObjectCase[] = [
  signing('good', {}),
  signing('of ed25519', { request: base64(pem(DER.ed25519)) }),
  signing('of P-224', { request: base64(pem(DER.p224)) }),
  signing('after other text', { request: base64(pem(DER.p256, undefined, 'other text\n')) }),
  signing('with headers', { request: base64(pem(`A: b\n\n${DER.p256}`)) }),
  signing('no PEM', { request: base64('hello') }),
  signing('no base64 in PEM', { request: base64(pem('!!')) }),
  signing('a certificate', { request: base64(pem(DER.p256, 'CERTIFICATE')) }),
  signing('empty block', { request: hex('') }),
  signing('an integer', { request: hex('020101') }),
  signing('nothing in it', { request: hex('3000') }),
  signing('no version', { request: hex('30023000') }),
  signing('an integer for its body', { request: hex('3003020101') }),
  signing('without end', { request: hex('3080') }),
  signing('length with zeros', { request: hex('308100') }),
  signing('long length', { request: hex('30810102') }),
  signing('cut', { request: base64(pem(Buffer.from(DER.p256, 'base64').subarray(0, 50))) }),
  signing('more behind', { request: base64(pem(Buffer.concat([Buffer.from(DER.p256, 'base64'), Buffer.of(5, 0)]))) }),
  signing('foreign curve', { request: base64(pem(DER.k1)) }),
  signing('algorithm of another key', { request: base64(pem(DER.mixed)) }),
  signing('unknown algorithm', { request: base64(pem(DER.unknown)) }),
  signing('forged', { request: base64(pem(forged(DER.p256))) }),
  signing('forged ed25519', { request: base64(pem(forged(DER.ed25519))) }),
  signing('forged RSA', { request: base64(pem(forged(DER.rsa))) }),
  signing('usages', { usages: ['x', 'client auth', 'client auth', 'y', 'y'] }),
  signing('no usages', { usages: [] }),
  signing('legacy signer', { signerName: 'kubernetes.io/legacy-unknown' }),
  signing('short', { expirationSeconds: 599 }),
  signing('many faults', { usages: ['z'], request: base64('x'), signerName: 'a', expirationSeconds: 1 }),
  signing('client of no request', { signerName: 'kubernetes.io/kube-apiserver-client', request: base64('x') }),
  signing('approved', {}, approval(approved)),
  signing('not approved after all', {}, approval(approved), approval()),
  signing('approved and denied', {}, approval({ ...approved, status: 'False' }, approved, denied)),
  signing('denied later', {}, approval(approved), approval(denied)),
  signing('failed', {}, approval(approved), status({ conditions: [approved, failed] })),
  signing('failed no more', {}, status({ conditions: [failed] }), status({ conditions: null })),
  signing('approved by status', {}, status({ conditions: [approved] })),
  signing('bad conditions', {}, status({ conditions: [{ ...failed, status: 'False' }, { status: 'x' }, { type: 'A', status: '' }] })),
  signing('certificate by approval', {}, { subresource: 'approval', patch: { status: { certificate: base64('x') } } }),
  signing('certificate of garbage', {}, status({ certificate: base64('x') })),
  signing('certificate of a request', {}, status({ certificate: base64(pem(DER.p256)) })),
  signing('certificate of nothing', {}, status({ certificate: base64(pem(Buffer.from('3000', 'hex'), 'CERTIFICATE')) })),
  signing('spec changed', {}, { patch: { spec: { usages: ['x'] }, metadata: { labels: { a: 'b' } } } }),
]

const ofPod = (name: string, spec: Json, ...patches: NonNullable<ObjectCase['patches']>): ObjectCase => ({
  ...{ name, apiVersion: 'certificates.k8s.io/v1', kind: 'PodCertificateRequest', resource: 'podcertificaterequests' },
  object: {
    spec: {
      ...{ signerName: 'a.b/c', podName: 'p', podUID: 'u', serviceAccountName: 's', serviceAccountUID: 'v', nodeName: 'n', nodeUID: 'w' },
      stubPKCS10Request: DER.p256,
      ...spec,
    },
  },
  patches,
})
const transition = { reason: 'R', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
const condition = (type: string, more: Json = {}): Json => ({ type, status: 'True', ...transition, ...more })

const podCases: readonly ObjectCase[] = [
  ofPod('good', {}),
  ofPod('of ed25519', { stubPKCS10Request: DER.ed25519 }),
  ofPod('nothing asked', { stubPKCS10Request: undefined }),
  ofPod('garbage', { stubPKCS10Request: 'AAAA' }),
  ofPod('too long', { stubPKCS10Request: Buffer.alloc(10 * 1024 + 1).toString('base64') }),
  ofPod('of P-224', { stubPKCS10Request: DER.p224 }),
  ofPod('foreign curve', { stubPKCS10Request: DER.k1 }),
  ofPod('small modulus', { stubPKCS10Request: DER.rsa }),
  ofPod('forged', { stubPKCS10Request: forged(DER.p256).toString('base64') }),
  ofPod('names', { podName: 'A', podUID: '', serviceAccountName: '', serviceAccountUID: 'x'.repeat(129), nodeName: '', nodeUID: '' }),
  ofPod('annotations', { unverifiedUserAnnotations: { a: 'b', 'X.y/Z': 'c', 'a b/c': 'd' } }),
  ofPod('zero seconds', { maxExpirationSeconds: 0 }),
  ofPod('too many seconds', { maxExpirationSeconds: 7_862_401 }),
  ofPod('too many for kubernetes.io', { signerName: 'kubernetes.io/x', maxExpirationSeconds: 86_401 }),
  ofPod('spec changed', {}, { patch: { spec: { podName: 'q' } } }),
  ofPod('denied', {}, status({ conditions: [condition('Denied')] })),
  ofPod('denied once', {}, status({ conditions: [condition('Denied')] }), status({ conditions: [condition('Failed')] })),
  ofPod('denied with more', {}, status({ conditions: [condition('Denied')], notBefore: '2026-01-01T00:00:00Z' })),
  ofPod('unknown condition', {}, status({ conditions: [{ type: 'X', status: 'True' }] })),
  ofPod('two conditions', {}, status({ conditions: [condition('Issued'), condition('Denied', { status: 'False' })] })),
  ofPod('no condition', {}, status({ certificateChain: 'x' })),
  ofPod('issued without chain', {}, status({ conditions: [condition('Issued')] })),
  ofPod('issued a request', {}, status({ conditions: [condition('Issued')], certificateChain: pem(DER.p256) })),
  ofPod('labels by status', {}, { subresource: 'status', patch: { metadata: { labels: { a: 'b' } } } }),
]

export const certificateCases: readonly ObjectCase[] = [...signingCases, ...podCases]

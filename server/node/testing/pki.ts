import { webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

type KeyPair = x509.X509CertificateCreateSelfSignedParams['keys']

export interface TestCertificate {
  cert: string
  key: string
}

const newKeys = async (): Promise<KeyPair> =>
  (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as unknown as KeyPair

async function pem(certificate: x509.X509Certificate, keys: KeyPair): Promise<TestCertificate> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as unknown as webcrypto.CryptoKey)
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') }
}

/** A certificate authority and what it signs, good for a century: OpenSSL judges them by a clock of its own. */
export async function testAuthority(): Promise<{ ca: string; client(name: string, organization?: string): Promise<TestCertificate> }> {
  const times = { notBefore: new Date('2020-01-01'), notAfter: new Date('2120-01-01'), signingAlgorithm: ALGORITHM }
  const keys = await newKeys()
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test-ca',
    ...times,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  })
  return {
    ca: authority.toString('pem'),
    async client(name, organization) {
      const own = await newKeys()
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${name}${organization === undefined ? '' : `,O=${organization}`}`,
        issuer: authority.subject,
        ...times,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      })
      return pem(certificate, own)
    },
  }
}

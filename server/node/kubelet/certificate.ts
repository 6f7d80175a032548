import { createPrivateKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { X509CertificateCreateSelfSignedParams } from '@peculiar/x509'

export interface ServingCertificate {
  /** PEM */
  cert: string
  key: string
}

const DAY_MS = 86_400_000

/** A self-signed serving certificate for a node, as a kubelet makes one for itself when it is given none; good for a year. */
export async function selfSigned(nodeName: string, address: string, now: number): Promise<ServingCertificate> {
  // The library takes a tenth of a second and several MB to load; an agent that is given a certificate does without it.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  }
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    name: `CN=${nodeName}`,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    signingAlgorithm: algorithm,
    keys: keys as unknown as X509CertificateCreateSelfSignedParams['keys'],
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: nodeName },
        isIP(address) === 0 ? { type: 'dns', value: address } : { type: 'ip', value: address },
      ]),
    ],
  })
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' })
  return { cert: certificate.toString('pem'), key: String(key) }
}

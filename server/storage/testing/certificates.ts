import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import type { EtcdTlsFiles } from './etcd.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A new authority and one certificate for 127.0.0.1, for servers and clients, written to `folder`. */
export async function writeCertificates(folder: string): Promise<EtcdTlsFiles> {
  const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>
  const [authority, member] = [await newKeys(), await newKeys()]
  // etcd judges them by a clock of its own: they are good by any.
  const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2120-01-01') }
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=test-ca',
    keys: authority,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=member',
    issuer: ca.subject,
    publicKey: member.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', member.privateKey)).toString('base64')
  const files = { caFile: join(folder, 'ca.crt'), certFile: join(folder, 'member.crt'), keyFile: join(folder, 'member.key') }
  await writeFile(files.caFile, ca.toString('pem'))
  await writeFile(files.certFile, certificate.toString('pem'))
  await writeFile(files.keyFile, `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`)
  return files
}

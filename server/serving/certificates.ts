import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { subjectOf } from '../machinery/x509/name.ts'
import { readIfPresent, writePrivateFile } from './files.ts'
import { createAuthority, issueCertificate, loadAuthority, type Authority, type CertificateRequest, type KeyPair } from './x509.ts'

export interface CertificateOptions {
  readonly dir: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Names and addresses besides the usual ones: the advertise address, the first service IP. */
  readonly names: readonly string[]
  /** False when the server's certificate comes from --tls-cert-file. */
  readonly server?: boolean
}

export interface Certificates {
  readonly ca: Authority
  readonly server: KeyPair | undefined
  /** In system:masters, for the admin kubeconfig. */
  readonly admin: KeyPair
  /** What the API server shows to kubelets. */
  readonly kubeletClient: KeyPair
  /** What the API server shows to extension API servers, and the CA that they know it by: it signs nothing else. */
  readonly frontProxy: KeyPair & { readonly ca: string }
  readonly serviceAccount: { readonly privateKey: string; readonly publicKey: string }
}

/**
 * The API server as kubelets see it. It is in no group that this API server gives any right to but that of asking kubelets
 * (authz/kubelet-client.ts), and no login here (authn/x509.ts): whoever has a request sent to the wrong address gains nothing by it.
 */
export const kubeletClientName = 'kube-apiserver-kubelet-client'
export const kubeletClientGroup = 'system:kubelet-api-admin'
/** The common name that extension API servers believe (kubeadm's). */
export const frontProxyName = 'front-proxy-client'

// A certificate with less than this left is made anew at the next start.
const renewMs = 30 * 86_400_000

/** Names under which the API server is reached from inside and outside of a cluster. */
export const usualNames = (): string[] => [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  hostname(),
  '127.0.0.1',
  '::1',
]

/**
 * The certificates in `dir`, in kubeadm's file names; made when absent, and again when they are near their end, lack a name or
 * are not of this CA. Throws an Error of one sentence when the folder cannot be used.
 */
export function loadCertificates(options: CertificateOptions): Certificates {
  const { dir, now } = options
  try {
    const ca = authority(dir, now, 'ca', 'kubernetes')
    const frontProxyCa = authority(dir, now, 'front-proxy-ca', 'front-proxy-ca')
    const names = [...new Set([...usualNames(), ...options.names])]
    const leaf = (file: string, request: Omit<CertificateRequest, 'now'>): KeyPair => issued(dir, file, ca, { ...request, now })
    return {
      ca,
      server: options.server === false ? undefined : leaf('apiserver', { commonName: 'kube-apiserver', use: 'server', names }),
      admin: leaf('admin', { commonName: 'kubernetes-admin', organizations: ['system:masters'], use: 'client' }),
      kubeletClient: leaf('apiserver-kubelet-client', {
        commonName: kubeletClientName,
        organizations: [kubeletClientGroup],
        use: 'client',
      }),
      frontProxy: {
        ca: frontProxyCa.cert,
        ...issued(dir, 'front-proxy-client', frontProxyCa, { commonName: frontProxyName, use: 'client', now }),
      },
      serviceAccount: serviceAccountKeys(dir),
    }
  } catch (e) {
    const { code, message } = e as NodeJS.ErrnoException
    if (code === undefined || !code.startsWith('E') || code.startsWith('ERR_')) throw e
    throw new Error(`cannot keep certificates in ${dir} (${message}); choose another folder with --cert-dir`, { cause: e })
  }
}

function authority(dir: string, now: number, name: string, commonName: string): Authority {
  const certFile = join(dir, `${name}.crt`)
  const keyFile = join(dir, `${name}.key`)
  const cert = readIfPresent(certFile)
  const key = readIfPresent(keyFile)
  if (cert !== undefined && key !== undefined) {
    let ca: Authority
    try {
      ca = loadAuthority(cert, key)
    } catch (e) {
      throw new Error(`${certFile} and ${keyFile} are not a CA and its key; remove both to have new ones made`, { cause: e })
    }
    if (remaining(cert, now) > renewMs) return ca
  } else if (cert !== undefined) throw new Error(`${keyFile} is missing; restore it, or remove ${certFile} to have a new CA made`)
  const ca = createAuthority(commonName, now)
  writePrivateFile(keyFile, ca.key)
  writePrivateFile(certFile, ca.cert)
  return ca
}

const remaining = (cert: string, now: number): number => new X509Certificate(cert).validToDate.getTime() - now

function issued(dir: string, name: string, ca: Authority, request: CertificateRequest): KeyPair {
  const certFile = join(dir, `${name}.crt`)
  const keyFile = join(dir, `${name}.key`)
  const cert = readIfPresent(certFile)
  const key = readIfPresent(keyFile)
  if (cert !== undefined && key !== undefined && usable(cert, key, ca, request)) return { cert, key }
  const pair = issueCertificate(ca, request)
  writePrivateFile(keyFile, pair.key)
  writePrivateFile(certFile, pair.cert)
  return pair
}

function usable(cert: string, key: string, ca: Authority, request: CertificateRequest): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const valid = (request.names ?? []).every((n) => (isIP(n) === 0 ? certificate.checkHost(n) : certificate.checkIP(n)) !== undefined)
    return (
      valid &&
      isOf(certificate, request) &&
      remaining(cert, request.now) > renewMs &&
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.verify(createPublicKey(ca.cert))
    )
  } catch {
    // Not readable as a certificate and its key: a new pair takes its place.
    return false
  }
}

/** An older version gave other groups to the same name. */
function isOf(certificate: X509Certificate, { commonName, organizations = [] }: CertificateRequest): boolean {
  const subject = subjectOf(certificate.raw)
  return subject.commonName === commonName && subject.organizations.join('\n') === organizations.join('\n')
}

function serviceAccountKeys(dir: string): Certificates['serviceAccount'] {
  const keyFile = join(dir, 'sa.key')
  const existing = readIfPresent(keyFile)
  let privateKey = existing
  if (privateKey === undefined) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    writePrivateFile(keyFile, privateKey)
  }
  let publicKey: string
  try {
    publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  } catch (e) {
    throw new Error(`${keyFile} is not a private key; remove it to have a new one made`, { cause: e })
  }
  if (existing === undefined) writePrivateFile(join(dir, 'sa.pub'), publicKey)
  return { privateKey, publicKey }
}

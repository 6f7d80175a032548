import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { subjectOf } from '../machinery/x509/name.ts'

/** A certificate for clients that ask for one of its names (RFC 6066 §3). */
export interface NamedCertificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** A first label `*` stands for any. Empty: those that the certificate has. */
  readonly names: readonly string[]
}

/**
 * Chooses as Go does: the name itself before one with `*`, names that were given before those of certificates, the first of equal ones
 * (apiserver `dynamiccertificates/named_certificates.go`). A client that asks for none of them, or for no name, sees the server's own.
 */
export function certificateByName(
  certificates: readonly NamedCertificate[],
  shared: SecureContextOptions,
): NonNullable<TlsOptions['SNICallback']> {
  const byName = new Map<string, SecureContext>()
  const ofItself: [name: string, context: SecureContext][] = []
  for (const { cert, key, names } of certificates) {
    const context = createSecureContext({ ...shared, cert, key })
    for (const name of names) if (!byName.has(name)) byName.set(name, context)
    if (names.length === 0) for (const name of namesOf(cert)) ofItself.push([name, context])
  }
  for (const [name, context] of ofItself) if (!byName.has(name)) byName.set(name, context)
  return (asked, done) => {
    const name = asked.toLowerCase().replace(/\.+$/, '')
    done(null, byName.get(name) ?? byName.get(name.replace(/^[^.]*/, '*')))
  }
}

/** The common name unless it is an address, and the DNS names; a client cannot ask for an address. */
function namesOf(pem: string): string[] {
  const certificate = new X509Certificate(pem)
  const { commonName } = subjectOf(certificate.raw)
  const alternative = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,\s"]+)/g)].map(([, name = '']) => name)
  return [...(commonName !== '' && isIP(commonName) === 0 ? [commonName] : []), ...alternative].map((name) => name.toLowerCase())
}

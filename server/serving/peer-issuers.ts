import { hash, X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'

/** A chain is no longer than this, as OpenSSL has made sure. */
const MAX_CHAIN = 100

/**
 * The certificate that a client has shown and those above it, as SHA-256 of their DER in base64. OpenSSL has found a way from it to one that is
 * trusted, and does not say to which; node puts a chain together by names alone. So every step is looked at again: who sends a certificate
 * along that has an authority's name shall not come by another authority's rights.
 * @param now by the clock by which OpenSSL has judged the rest of the chain: milliseconds since the epoch
 */
export function peerIssuers(socket: Pick<TLSSocket, 'getPeerCertificate'>, now: number): ReadonlySet<string> {
  const found = new Set<string>()
  let next = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined
  let below: X509Certificate | undefined
  for (let i = 0; i < MAX_CHAIN && next?.raw !== undefined; i++) {
    const certificate = new X509Certificate(next.raw)
    if (below !== undefined && !signs(certificate, below, now)) break
    const id = hash('sha256', next.raw, 'base64')
    if (found.has(id)) break
    found.add(id)
    ;[below, next] = [certificate, next.issuerCertificate]
  }
  return found
}

const signs = (issuer: X509Certificate, below: X509Certificate, now: number): boolean =>
  issuer.ca && issuer.validFromDate.getTime() <= now && now <= issuer.validToDate.getTime() && below.verify(issuer.publicKey)

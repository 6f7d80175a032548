import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/**
 * Whose a server's certificate is, for TLS of Node's: undefined, or the Error why it is not this host's. Its names are its subject alternative
 * ones and no other (RFC 9525 §2, and Go since 1.17); Node itself takes the common name where there are none.
 */
export function serverIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const error = checkServerIdentity(host, { ...certificate, subject: { ...certificate.subject, CN: '' } })
  return error === undefined ? undefined : Object.assign(error, { cert: certificate })
}

/** Whether the common name alone would have done. */
export const isNamedByCommonName = (host: string, { subject }: Pick<PeerCertificate, 'subject'>): boolean =>
  checkServerIdentity(host, { subject } as PeerCertificate) === undefined

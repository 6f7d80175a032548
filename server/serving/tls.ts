import { constants } from 'node:crypto'
import type { SecureContextOptions, SecureVersion, TlsOptions } from 'node:tls'
import { phaseLimits } from './limits.ts'
import { certificateByName, type NamedCertificate } from './named-certificates.ts'

export interface TlsFiles {
  /** PEM, the server's own certificate first. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  /** PEM of the CAs that clients' certificates are checked against; without it none is asked for. */
  readonly clientCa?: string | Buffer
  /** Certificates for clients that ask for a name. */
  readonly named?: readonly NamedCertificate[]
  /** Where they are not Go's defaults. */
  readonly bounds?: {
    readonly minVersion?: SecureVersion
    /** OpenSSL's names of suites and of groups. */
    readonly ciphers?: readonly string[]
    readonly groups?: readonly string[]
  }
}

/** What Go's TLS server offers today; 128 bits first as Go does: a third less CPU on large lists. */
const cipherSuites = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
]

/** The TLS of every port that this program serves Kubernetes on. A caller without a certificate, or with a bad one, still gets an answer. */
export function tlsServerOptions({ cert, key, clientCa, named = [], bounds = {} }: TlsFiles): TlsOptions {
  const shared: SecureContextOptions = {
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    minVersion: bounds.minVersion ?? 'TLSv1.2',
    ciphers: (bounds.ciphers ?? cipherSuites).join(':'),
    ...(bounds.groups === undefined ? {} : { ecdhCurve: bounds.groups.join(':') }),
    honorCipherOrder: true,
    // A client that renegotiates makes the server compute for nothing; Go's never does it.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  }
  return {
    ...{ cert, key, ...shared },
    ...(clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
    ...(named.length === 0 ? {} : { SNICallback: certificateByName(named, shared) }),
    handshakeTimeout: phaseLimits.handshake,
  }
}

import { readFileSync } from 'node:fs'
import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

/** What a server's TLS may be: of the flags that all of Kubernetes' servers have (component-base `cli/flag`). */
export interface TlsOptions {
  /** PEM files; empty: a certificate of our own. */
  tlsCertFile: string
  tlsPrivateKeyFile: string
  /** `certificate,key` or `certificate,key:name,name`: certificates for those who ask for one of the names. */
  tlsSniCertKeys: readonly string[]
  /** By Go's names; empty: those that Go's server offers. */
  tlsCipherSuites: readonly string[]
  /** By Go's names; empty: 1.2. */
  tlsMinVersion: string
  /** Go's CurveIDs, which are the numbers of RFC 8446 §4.2.7; empty: OpenSSL's groups. */
  tlsCurvePreferences: readonly string[]
}

/**
 * Suites by Go's names (crypto/tls) and OpenSSL's; undefined: Go has it, OpenSSL leaves it out of its build. Those of TLS 1.3 cannot be
 * chosen with Go, and are on as long as TLS 1.3 is.
 */
const SUITES: Readonly<Record<string, string | undefined>> = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 'ECDHE-ECDSA-AES128-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 'ECDHE-RSA-AES128-SHA256',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  TLS_RSA_WITH_AES_128_CBC_SHA256: 'AES128-SHA256',
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: undefined,
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: undefined,
  TLS_RSA_WITH_RC4_128_SHA: undefined,
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: undefined,
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: undefined,
}
const OF_TLS13 = Object.keys(SUITES).filter((name) => !name.includes('_WITH_'))

const VERSIONS = { VersionTLS10: 'TLSv1', VersionTLS11: 'TLSv1.1', VersionTLS12: 'TLSv1.2', VersionTLS13: 'TLSv1.3' } as const
type VersionName = keyof typeof VERSIONS

/** Groups by Go's CurveIDs. */
const CURVES: Readonly<Record<string, string>> = {
  23: 'P-256',
  24: 'P-384',
  25: 'P-521',
  29: 'X25519',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
}

export const tls: Family<TlsOptions> = {
  title: 'TLS',
  defaults: {
    ...{ tlsCertFile: '', tlsPrivateKeyFile: '', tlsSniCertKeys: [] },
    ...{ tlsCipherSuites: [], tlsMinVersion: '', tlsCurvePreferences: [] },
  },
  flags: {
    'tls-cert-file': { field: 'tlsCertFile', type: 'string', help: "PEM file with the server's certificate and what signed it." },
    'tls-private-key-file': { field: 'tlsPrivateKeyFile', type: 'string', help: 'PEM file with the key of --tls-cert-file.' },
    'tls-sni-cert-key': {
      field: 'tlsSniCertKeys',
      type: 'texts',
      help:
        'PEM files of a certificate and its key, with a comma between them, for clients that ask for one of its names; with :name,name ' +
        'behind them for these names, which may begin with *. instead. May be repeated.',
    },
    'tls-cipher-suites': {
      field: 'tlsCipherSuites',
      type: 'strings',
      help: `Cipher suites that are offered, of: ${Object.keys(SUITES)
        .filter((name) => SUITES[name] !== undefined)
        .join(', ')}. Those of TLS 1.3 are always offered with it.`,
    },
    'tls-min-version': {
      field: 'tlsMinVersion',
      type: 'string',
      help: `The lowest version of TLS that is spoken: ${Object.keys(VERSIONS).join(', ')}. Default: VersionTLS12.`,
    },
    'tls-curve-preferences': {
      field: 'tlsCurvePreferences',
      type: 'strings',
      help: `Numbers of the key exchanges that are offered, of: ${Object.entries(CURVES)
        .map(([id, name]) => `${id} (${name})`)
        .join(', ')}.`,
    },
  },
  validate: (o) => [
    ...together(['tls-cert-file', o.tlsCertFile], ['tls-private-key-file', o.tlsPrivateKeyFile]),
    ...unreadable({ 'tls-cert-file': o.tlsCertFile, 'tls-private-key-file': o.tlsPrivateKeyFile }),
    ...o.tlsCipherSuites
      .filter((name) => !Object.hasOwn(SUITES, name))
      .map((name) => `--tls-cipher-suites: Cipher suite ${name} not supported or doesn't exist`),
    ...(o.tlsMinVersion === '' || Object.hasOwn(VERSIONS, o.tlsMinVersion)
      ? []
      : [`--tls-min-version: unknown tls version ${JSON.stringify(o.tlsMinVersion)}`]),
    ...o.tlsCurvePreferences
      .filter((id) => !Object.hasOwn(CURVES, id))
      .map((id) => `--tls-curve-preferences: ${id} is not one of ${Object.keys(CURVES).join(', ')}`),
    ...o.tlsSniCertKeys.flatMap(sniErrors),
  ],
  warnings: (o) => {
    const missing = o.tlsCipherSuites.filter((name) => SUITES[name] === undefined)
    return missing.length === 0 ? [] : [`--tls-cipher-suites has no effect on ${missing.join(', ')}: this server does not have them`]
  },
}

interface SniFiles {
  readonly cert: string
  readonly key: string
  /** Empty: those of the certificate. */
  readonly names: readonly string[]
}

/** Throws an Error with Go's words (component-base `cli/flag`, NamedCertKey.Set). */
function sniFiles(text: string): SniFiles {
  const colon = text.indexOf(':')
  const files = (colon < 0 ? text : text.slice(0, colon)).trim().split(',')
  const names = colon < 0 ? [] : text.slice(colon + 1).trim()
  if (names === '') throw new Error('empty names list is not allowed')
  if (files.length !== 2) throw new Error('expected comma separated certificate and key file paths')
  const [cert = '', key = ''] = files.map((file) => file.trim())
  return { cert, key, names: typeof names === 'string' ? names.split(',').map((name) => name.trim()) : names }
}

function sniErrors(text: string): string[] {
  try {
    const { cert, key } = sniFiles(text)
    return [cert, key].flatMap((file) => unreadable({ 'tls-sni-cert-key': file }))
  } catch (e) {
    return [`invalid argument ${JSON.stringify(text)} for "--tls-sni-cert-key" flag: ${(e as Error).message}`]
  }
}

/** Certificates for those who ask for a name, as PEM; of what `validate` has found to be good. */
export const sniCertificates = (o: TlsOptions): { cert: string; key: string; names: readonly string[] }[] =>
  o.tlsSniCertKeys
    .map(sniFiles)
    .map(({ cert, key, names }) => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), names }))

/** All files of certificates and keys that are named; of what `validate` has found to be good. */
export const certificateFiles = (o: TlsOptions): string[] => [
  ...[o.tlsCertFile, o.tlsPrivateKeyFile].filter((file) => file !== ''),
  ...o.tlsSniCertKeys.map(sniFiles).flatMap(({ cert, key }) => [cert, key]),
]

export interface TlsBounds {
  readonly minVersion?: (typeof VERSIONS)[VersionName]
  /** OpenSSL's names. */
  readonly ciphers?: readonly string[]
  readonly groups?: readonly string[]
}

/** What the flags say of the handshake, in OpenSSL's terms; of what `validate` has found to be good. */
export function tlsBounds(o: TlsOptions): TlsBounds {
  const chosen = o.tlsCipherSuites.flatMap((name) => SUITES[name] ?? [])
  return {
    ...(o.tlsMinVersion === '' ? {} : { minVersion: VERSIONS[o.tlsMinVersion as VersionName] }),
    ...(o.tlsCipherSuites.length === 0 ? {} : { ciphers: [...new Set([...OF_TLS13, ...chosen])] }),
    ...(o.tlsCurvePreferences.length === 0 ? {} : { groups: o.tlsCurvePreferences.map((id) => CURVES[id]!) }),
  }
}

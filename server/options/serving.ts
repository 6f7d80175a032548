import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface ServingOptions {
  /** 0 takes a free one. */
  securePort: number
  bindAddress: string
  /** Empty: found out from the machine. */
  advertiseAddress: string
  /** Empty: `pki` in the data folder. */
  certDir: string
  tlsCertFile: string
  tlsPrivateKeyFile: string
  corsAllowedOrigins: readonly string[]
}

export const serving: Family<ServingOptions> = {
  title: 'Secure serving',
  defaults: {
    securePort: 6443,
    bindAddress: '127.0.0.1',
    advertiseAddress: '',
    certDir: '',
    tlsCertFile: '',
    tlsPrivateKeyFile: '',
    corsAllowedOrigins: [],
  },
  flags: {
    'secure-port': { field: 'securePort', type: 'int', help: 'Port for HTTPS; 0 takes a free one.' },
    'bind-address': { field: 'bindAddress', type: 'ip', help: 'Address to listen on; 0.0.0.0 or :: for all interfaces.' },
    'advertise-address': {
      field: 'advertiseAddress',
      type: 'ip',
      help: 'Address that members of the cluster reach this server by. Default: the bind address, or one of this machine.',
    },
    'cert-dir': { field: 'certDir', type: 'string', help: 'Folder for the certificates, made when absent. Default: pki in --data-dir.' },
    'tls-cert-file': { field: 'tlsCertFile', type: 'string', help: "PEM file with the server's certificate and what signed it." },
    'tls-private-key-file': { field: 'tlsPrivateKeyFile', type: 'string', help: 'PEM file with the key of --tls-cert-file.' },
    'cors-allowed-origins': {
      field: 'corsAllowedOrigins',
      type: 'strings',
      help: 'Patterns of origins that browsers may ask from; each must begin with ^ or // and end with $ or the port.',
    },
  },
  validate(o) {
    const errors = [
      ...together(['tls-cert-file', o.tlsCertFile], ['tls-private-key-file', o.tlsPrivateKeyFile]),
      ...unreadable({ 'tls-cert-file': o.tlsCertFile, 'tls-private-key-file': o.tlsPrivateKeyFile }),
    ]
    if (o.securePort < 0 || o.securePort > 65_535) {
      errors.push(`--secure-port ${o.securePort} must be between 0 and 65535, inclusive; 0 takes a free port`)
    }
    for (const origin of o.corsAllowedOrigins) {
      try {
        new RegExp(origin)
      } catch {
        errors.push(`--cors-allowed-origins: ${JSON.stringify(origin)} is not a regular expression`)
      }
    }
    return errors
  },
}

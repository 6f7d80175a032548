import type { Family } from './flag.ts'

export interface ServingOptions {
  /** 0 takes a free one. */
  securePort: number
  bindAddress: string
  /** Empty: found out from the machine. */
  advertiseAddress: string
  /** Empty: `pki` in the data folder. */
  certDir: string
  corsAllowedOrigins: readonly string[]
  /** Directives of the Strict-Transport-Security header (RFC 6797 §6.1); none: it is not sent. */
  strictTransportSecurity: readonly string[]
  disableHttp2: boolean
  permitPortSharing: boolean
  /** How likely a request over HTTP/2 ends its connection, so that the client connects anew, perhaps to another server: 0 to 0.02. */
  goawayChance: number
  /** How long requests are served after the end was asked for, while /readyz already says no. */
  shutdownDelayMs: number
  /** `/debug/pprof/` is there. */
  profiling: boolean
}

export const serving: Family<ServingOptions> = {
  title: 'Secure serving',
  defaults: {
    securePort: 6443,
    bindAddress: '127.0.0.1',
    advertiseAddress: '',
    certDir: '',
    corsAllowedOrigins: [],
    strictTransportSecurity: [],
    disableHttp2: false,
    permitPortSharing: false,
    goawayChance: 0,
    shutdownDelayMs: 0,
    profiling: true,
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
    'cors-allowed-origins': {
      field: 'corsAllowedOrigins',
      type: 'strings',
      help: 'Patterns of origins that browsers may ask from; each must begin with ^ or // and end with $ or the port.',
    },
    'strict-transport-security-directives': {
      field: 'strictTransportSecurity',
      type: 'strings',
      help: 'What the header Strict-Transport-Security says: max-age=SECONDS, includeSubDomains, preload. Without any it is not sent.',
    },
    'disable-http2-serving': { field: 'disableHttp2', type: 'bool', help: 'HTTP/1.1 alone is spoken.' },
    profiling: {
      field: 'profiling',
      type: 'bool',
      help: 'Serves profiles of this process at /debug/pprof/ to whoever may read that path.',
    },
    'permit-port-sharing': {
      field: 'permitPortSharing',
      type: 'bool',
      help: 'Others may listen on the same port (SO_REUSEPORT), for a new server that takes over from an old one.',
    },
    'goaway-chance': {
      field: 'goawayChance',
      type: 'float',
      help: 'How likely a request over HTTP/2 ends its connection, so that clients spread over several servers: 0 to 0.02.',
    },
    'shutdown-delay-duration': {
      field: 'shutdownDelayMs',
      type: 'duration',
      help: 'Time for which requests are still served after SIGTERM, while /readyz says no.',
    },
  },
  validate(o) {
    const errors = o.strictTransportSecurity.flatMap(directiveErrors)
    if (o.goawayChance < 0 || o.goawayChance > 0.02) errors.push('--goaway-chance can not be less than 0 or greater than 0.02')
    if (o.shutdownDelayMs < 0) errors.push('--shutdown-delay-duration can not be negative value')
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

/** apiserver `server/options/server_run_options.go`, validateHSTSDirectives. */
function directiveErrors(directive: string): string[] {
  if (directive.trim() === '') return ['empty value in strict-transport-security-directives']
  if (['includeSubDomains', 'preload'].includes(directive) || /^max-age=[^=]*$/.test(directive)) return []
  return [
    '--strict-transport-security-directives invalid, allowed values: max-age=expireTime, includeSubDomains, preload. see ' +
      'https://tools.ietf.org/html/rfc6797#section-6.1 for more information',
  ]
}

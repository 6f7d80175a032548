import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface CredentialOptions {
  /** What the server shows to extension API servers; empty: its own. */
  proxyClientCertFile: string
  proxyClientKeyFile: string
  /** Keys that service account tokens are signed with and checked against; empty: its own. */
  serviceAccountSigningKeyFile: string
  serviceAccountKeyFiles: readonly string[]
  serviceAccountIssuers: readonly string[]
  /** Empty: those of the API server itself. */
  apiAudiences: readonly string[]
  serviceAccountJwksUri: string
  /** 0: whatever is asked for. */
  serviceAccountMaxTokenExpirationMs: number
  serviceAccountExtendTokenExpiration: boolean
}

export const credentials: Family<CredentialOptions> = {
  title: 'Credentials of the server',
  defaults: {
    proxyClientCertFile: '',
    proxyClientKeyFile: '',
    serviceAccountSigningKeyFile: '',
    serviceAccountKeyFiles: [],
    serviceAccountIssuers: ['https://kubernetes.default.svc.cluster.local'],
    apiAudiences: [],
    serviceAccountJwksUri: '',
    serviceAccountMaxTokenExpirationMs: 0,
    serviceAccountExtendTokenExpiration: true,
  },
  flags: {
    'proxy-client-cert-file': {
      field: 'proxyClientCertFile',
      type: 'string',
      help: 'PEM file with the certificate to show to extension API servers and webhooks, of the CA in --requestheader-client-ca-file.',
    },
    'proxy-client-key-file': { field: 'proxyClientKeyFile', type: 'string', help: 'PEM file with the key of --proxy-client-cert-file.' },
    'service-account-signing-key-file': {
      field: 'serviceAccountSigningKeyFile',
      type: 'string',
      help: 'PEM file with the private key that signs service account tokens.',
    },
    'service-account-key-file': {
      field: 'serviceAccountKeyFiles',
      type: 'strings',
      help: 'PEM files with keys that service account tokens are checked against.',
    },
    'service-account-issuer': {
      field: 'serviceAccountIssuers',
      type: 'strings',
      help: 'Issuer of service account tokens; the first one signs.',
    },
    'api-audiences': {
      field: 'apiAudiences',
      type: 'strings',
      help: 'Whom tokens must be for to be accepted here. Default: the issuers.',
    },
    'service-account-jwks-uri': {
      field: 'serviceAccountJwksUri',
      type: 'string',
      help: 'Where others find the keys of service account tokens: an https URL, when it is not this server.',
    },
    'service-account-max-token-expiration': {
      field: 'serviceAccountMaxTokenExpirationMs',
      type: 'duration',
      help: 'How long service account tokens are good at most, whatever is asked for. 0: no limit.',
    },
    'service-account-extend-token-expiration': {
      field: 'serviceAccountExtendTokenExpiration',
      type: 'bool',
      help: 'Tokens of pods that are asked for as kubelets do are good for a year, whatever --service-account-max-token-expiration says.',
    },
  },
  validate: (o) => [
    ...issuerErrors(o.serviceAccountIssuers),
    ...(o.serviceAccountMaxTokenExpirationMs === 0 ||
    (o.serviceAccountMaxTokenExpirationMs >= HOUR_MS && o.serviceAccountMaxTokenExpirationMs <= 2 ** 32 * 1000)
      ? []
      : ['the service-account-max-token-expiration must be between 1 hour and 2^32 seconds']),
    ...(o.serviceAccountJwksUri === '' || /^https:/i.test(o.serviceAccountJwksUri)
      ? []
      : [`service-account-jwks-uri requires https scheme, parsed as: ${o.serviceAccountJwksUri}`]),
    ...together(['proxy-client-cert-file', o.proxyClientCertFile], ['proxy-client-key-file', o.proxyClientKeyFile]),
    ...unreadable({
      'proxy-client-cert-file': o.proxyClientCertFile,
      'proxy-client-key-file': o.proxyClientKeyFile,
      'service-account-signing-key-file': o.serviceAccountSigningKeyFile,
    }),
    ...o.serviceAccountKeyFiles.flatMap((file) => unreadable({ 'service-account-key-file': file })),
  ],
}

const HOUR_MS = 3_600_000

// kubeapiserver/options/authentication.go, Validate.
function issuerErrors(issuers: readonly string[]): string[] {
  if (issuers.length === 0) return ['service-account-issuer is a required flag']
  const seen = new Set<string>()
  return issuers.flatMap((issuer) => {
    if (issuer === '') return ['service-account-issuer should not be an empty string']
    if (seen.has(issuer)) return [`service-account-issuer ${JSON.stringify(issuer)} is already specified`]
    seen.add(issuer)
    return []
  })
}

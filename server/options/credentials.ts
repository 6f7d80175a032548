import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface CredentialOptions {
  /** What the server shows to kubelets; empty: its own. */
  kubeletClientCertificate: string
  kubeletClientKey: string
  /** Keys that service account tokens are signed with and checked against; empty: its own. */
  serviceAccountSigningKeyFile: string
  serviceAccountKeyFiles: readonly string[]
  serviceAccountIssuers: readonly string[]
  /** Empty: those of the API server itself. */
  apiAudiences: readonly string[]
  serviceAccountJwksUri: string
}

export const credentials: Family<CredentialOptions> = {
  title: 'Credentials of the server',
  defaults: {
    kubeletClientCertificate: '',
    kubeletClientKey: '',
    serviceAccountSigningKeyFile: '',
    serviceAccountKeyFiles: [],
    serviceAccountIssuers: ['https://kubernetes.default.svc.cluster.local'],
    apiAudiences: [],
    serviceAccountJwksUri: '',
  },
  flags: {
    'kubelet-client-certificate': {
      field: 'kubeletClientCertificate',
      type: 'string',
      help: 'PEM file with the certificate to show to kubelets.',
    },
    'kubelet-client-key': { field: 'kubeletClientKey', type: 'string', help: 'PEM file with the key of --kubelet-client-certificate.' },
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
  },
  validate: (o) => [
    ...(o.serviceAccountJwksUri === '' || /^https:\/\/[^/]/.test(o.serviceAccountJwksUri)
      ? []
      : [`service-account-jwks-uri requires https scheme, parsed as: ${o.serviceAccountJwksUri}`]),
    ...together(['kubelet-client-certificate', o.kubeletClientCertificate], ['kubelet-client-key', o.kubeletClientKey]),
    ...unreadable({
      'kubelet-client-certificate': o.kubeletClientCertificate,
      'kubelet-client-key': o.kubeletClientKey,
      'service-account-signing-key-file': o.serviceAccountSigningKeyFile,
    }),
    ...o.serviceAccountKeyFiles.flatMap((file) => unreadable({ 'service-account-key-file': file })),
  ],
}

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
}

export const credentials: Family<CredentialOptions> = {
  title: 'Credentials of the server',
  defaults: {
    kubeletClientCertificate: '',
    kubeletClientKey: '',
    serviceAccountSigningKeyFile: '',
    serviceAccountKeyFiles: [],
    serviceAccountIssuers: ['https://kubernetes.default.svc.cluster.local'],
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
  },
  validate: (o) => [
    ...together(['kubelet-client-certificate', o.kubeletClientCertificate], ['kubelet-client-key', o.kubeletClientKey]),
    ...unreadable({
      'kubelet-client-certificate': o.kubeletClientCertificate,
      'kubelet-client-key': o.kubeletClientKey,
      'service-account-signing-key-file': o.serviceAccountSigningKeyFile,
    }),
    ...o.serviceAccountKeyFiles.flatMap((file) => unreadable({ 'service-account-key-file': file })),
  ],
}

import { together, unreadable } from './files.ts'
import type { Family } from './flag.ts'

/** How the server reaches kubelets (kubernetes `pkg/kubelet/client`). */
export interface KubeletOptions {
  /** What the server shows to kubelets; empty: its own. */
  kubeletClientCertificate: string
  kubeletClientKey: string
  /** Whose certificates kubelets show; empty: any is good. */
  kubeletCertificateAuthority: string
  /** Of a node's addresses, the first one that it has is taken. */
  kubeletPreferredAddressTypes: readonly string[]
}

export const kubelets: Family<KubeletOptions> = {
  title: 'Kubelets',
  defaults: {
    kubeletClientCertificate: '',
    kubeletClientKey: '',
    kubeletCertificateAuthority: '',
    // kubeadm's order, and not kube-apiserver's: names of nodes are seldom in the DNS that this machine asks.
    kubeletPreferredAddressTypes: ['InternalIP', 'Hostname', 'ExternalIP'],
  },
  flags: {
    'kubelet-client-certificate': {
      field: 'kubeletClientCertificate',
      type: 'string',
      help: 'PEM file with the certificate to show to kubelets.',
    },
    'kubelet-client-key': { field: 'kubeletClientKey', type: 'string', help: 'PEM file with the key of --kubelet-client-certificate.' },
    'kubelet-certificate-authority': {
      field: 'kubeletCertificateAuthority',
      type: 'string',
      help: 'PEM file with the CAs whose certificates kubelets must have; without it any certificate is taken. Nodes of this process are exempt.',
    },
    'kubelet-preferred-address-types': {
      field: 'kubeletPreferredAddressTypes',
      type: 'strings',
      help: "Types of a node's addresses, the one to try first first.",
    },
  },
  validate: (o) => [
    ...together(['kubelet-client-certificate', o.kubeletClientCertificate], ['kubelet-client-key', o.kubeletClientKey]),
    ...unreadable({
      'kubelet-client-certificate': o.kubeletClientCertificate,
      'kubelet-client-key': o.kubeletClientKey,
      'kubelet-certificate-authority': o.kubeletCertificateAuthority,
    }),
  ],
}

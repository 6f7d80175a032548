import type { Trouble } from './problems.ts'

/** What is to be done about a word that says it of itself, by kind: the endings of `home.next.` in the catalogues. */
const certificate = {
  EndsSoon: 'certificateEndsSoon',
  Expired: 'certificateExpired',
  NotYetValid: 'certificateNotYet',
  Unreadable: 'certificateUnreadable',
}
const webhooks = { CAEndsSoon: 'caEndsSoon', CAExpired: 'caExpired', NoCABundle: 'noCABundle' }

const anyKind = ''

export const nextSteps: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [anyKind]: { Terminating: 'terminating' },
  secrets: certificate,
  services: { NoEndpoints: 'noEndpoints', NoneReady: 'noneReady' },
  'ingresses.networking.k8s.io': { BackendNotFound: 'backendNotFound' },
  'poddisruptionbudgets.policy': { InsufficientPods: 'insufficientPods' },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'certificatesigningrequests.certificates.k8s.io': { Pending: 'requestPending', EndsSoon: 'certificateEndsSoon' },
}

export const nextStep = ({ resource, reason }: Pick<Trouble, 'resource' | 'reason'>): string | undefined =>
  nextSteps[resource]?.[reason] ?? nextSteps[anyKind]?.[reason]

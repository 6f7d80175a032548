import { readAuthenticationConfiguration } from '../authn/configuration.ts'
import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface AuthenticationOptions {
  anonymousAuth: boolean
  /** Empty: the CA in the certificates' folder. */
  clientCaFile: string
  tokenAuthFile: string
  /** AuthenticationConfiguration; empty: none. */
  configFile: string
  /** Kubeconfig of who says whose a token is; empty: nobody. */
  tokenWebhookConfigFile: string
  tokenWebhookVersion: string
  tokenWebhookCacheTtlMs: number
  enableBootstrapTokenAuth: boolean
  /** Empty: no front proxies. */
  requestHeaderClientCaFile: string
  requestHeaderAllowedNames: readonly string[]
  requestHeaderUsernameHeaders: readonly string[]
  requestHeaderUidHeaders: readonly string[]
  requestHeaderGroupHeaders: readonly string[]
  requestHeaderExtraHeadersPrefix: readonly string[]
}

export const authentication: Family<AuthenticationOptions> = {
  title: 'Authentication',
  defaults: {
    anonymousAuth: true,
    clientCaFile: '',
    tokenAuthFile: '',
    configFile: '',
    tokenWebhookConfigFile: '',
    tokenWebhookVersion: 'v1beta1',
    tokenWebhookCacheTtlMs: 120_000,
    enableBootstrapTokenAuth: false,
    requestHeaderClientCaFile: '',
    requestHeaderAllowedNames: [],
    requestHeaderUsernameHeaders: ['x-remote-user'],
    requestHeaderUidHeaders: [],
    requestHeaderGroupHeaders: ['x-remote-group'],
    requestHeaderExtraHeadersPrefix: ['x-remote-extra-'],
  },
  flags: {
    'anonymous-auth': {
      field: 'anonymousAuth',
      type: 'bool',
      help: 'Lets in requests that show no credentials, as system:anonymous in system:unauthenticated.',
    },
    'authentication-config': {
      field: 'configFile',
      type: 'string',
      help: 'AuthenticationConfiguration: whether and for which paths requests without credentials are let in, instead of --anonymous-auth.',
    },
    'authentication-token-webhook-config-file': {
      field: 'tokenWebhookConfigFile',
      type: 'string',
      help: 'Kubeconfig with the webhook that is asked with a TokenReview whose a bearer token is that nobody here knows.',
    },
    'authentication-token-webhook-version': {
      field: 'tokenWebhookVersion',
      type: 'string',
      help: 'Version of the TokenReview that the webhook is asked with: v1 or v1beta1.',
    },
    'authentication-token-webhook-cache-ttl': {
      field: 'tokenWebhookCacheTtlMs',
      type: 'duration',
      help: "How long the webhook's answers are kept.",
    },
    'client-ca-file': {
      field: 'clientCaFile',
      type: 'string',
      help: "PEM file with CAs of clients' certificates: the common name is the user, organizations are groups. The server's own CA counts as well.",
    },
    'token-auth-file': { field: 'tokenAuthFile', type: 'string', help: 'CSV file of bearer tokens: token,user,uid,"group1,group2".' },
    'enable-bootstrap-token-auth': {
      field: 'enableBootstrapTokenAuth',
      type: 'bool',
      help: 'Accepts bootstrap tokens: secrets of the type bootstrap.kubernetes.io/token in kube-system.',
    },
    'requestheader-client-ca-file': {
      field: 'requestHeaderClientCaFile',
      type: 'string',
      help: 'PEM file with the CAs of front proxies, which say in headers who asks. Nobody else is believed.',
    },
    'requestheader-allowed-names': {
      field: 'requestHeaderAllowedNames',
      type: 'strings',
      help: 'Common names of front proxies. Default: all of their CA.',
    },
    'requestheader-username-headers': {
      field: 'requestHeaderUsernameHeaders',
      type: 'strings',
      help: "Headers with the user's name, in the order in which they are asked.",
    },
    'requestheader-uid-headers': { field: 'requestHeaderUidHeaders', type: 'strings', help: "Headers with the user's uid." },
    'requestheader-group-headers': { field: 'requestHeaderGroupHeaders', type: 'strings', help: "Headers with the user's groups." },
    'requestheader-extra-headers-prefix': {
      field: 'requestHeaderExtraHeadersPrefix',
      type: 'strings',
      help: 'What headers with more of the user begin with.',
    },
  },
  validate: (o, given) => [
    ...unreadable({
      'client-ca-file': o.clientCaFile,
      'token-auth-file': o.tokenAuthFile,
      'authentication-token-webhook-config-file': o.tokenWebhookConfigFile,
      'requestheader-client-ca-file': o.requestHeaderClientCaFile,
    }),
    ...configErrors(o, given),
    ...(o.tokenWebhookConfigFile === '' || VERSIONS.includes(o.tokenWebhookVersion)
      ? []
      : [
          `unsupported authentication webhook version ${JSON.stringify(o.tokenWebhookVersion)}, supported versions are ${VERSIONS.map((v) => JSON.stringify(v)).join(', ')}`,
        ]),
  ],
}

const VERSIONS = ['v1', 'v1beta1']

function configErrors({ configFile }: AuthenticationOptions, given: ReadonlySet<string>): string[] {
  if (configFile === '') return []
  try {
    const { anonymous } = readAuthenticationConfiguration(configFile)
    if (anonymous === undefined || !given.has('anonymous-auth')) return []
    return [
      'anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
    ]
  } catch (e) {
    return [(e as Error).message]
  }
}

import { readAuthorizationConfiguration } from '../authz/configuration.ts'
import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface AuthorizationOptions {
  /** In the order they are asked. */
  authorizationMode: readonly string[]
  /** Of the mode ABAC; empty: none. */
  policyFile: string
  /** AuthorizationConfiguration, instead of all other flags; empty: none. */
  configFile: string
  /** Kubeconfig of the webhook that the mode Webhook asks. */
  webhookConfigFile: string
  webhookVersion: string
  webhookCacheAuthorizedTtlMs: number
  webhookCacheUnauthorizedTtlMs: number
}

const MODES: readonly string[] = ['AlwaysAllow', 'AlwaysDeny', 'ABAC', 'Webhook', 'RBAC', 'Node']

export const authorization: Family<AuthorizationOptions> = {
  title: 'Authorization',
  defaults: {
    authorizationMode: ['Node', 'RBAC'],
    policyFile: '',
    configFile: '',
    webhookConfigFile: '',
    webhookVersion: 'v1beta1',
    webhookCacheAuthorizedTtlMs: 300_000,
    webhookCacheUnauthorizedTtlMs: 30_000,
  },
  flags: {
    'authorization-mode': {
      field: 'authorizationMode',
      type: 'strings',
      help: 'ABAC, AlwaysAllow, AlwaysDeny, Node, RBAC, Webhook. Members of system:masters may do everything in every mode.',
    },
    'authorization-policy-file': {
      field: 'policyFile',
      type: 'string',
      help: 'Policies of the mode ABAC, a JSON object on each line. Read at the start.',
    },
    'authorization-config': {
      field: 'configFile',
      type: 'string',
      help: 'AuthorizationConfiguration with the authorizers in their order, webhooks among them, instead of --authorization-mode and --authorization-webhook-*. Read at the start, and again when it has changed.',
    },
    'authorization-webhook-config-file': {
      field: 'webhookConfigFile',
      type: 'string',
      help: 'Kubeconfig with the webhook that the mode Webhook asks with a SubjectAccessReview.',
    },
    'authorization-webhook-version': {
      field: 'webhookVersion',
      type: 'string',
      help: 'Version of the SubjectAccessReview that the webhook is asked with: v1 or v1beta1.',
    },
    'authorization-webhook-cache-authorized-ttl': {
      field: 'webhookCacheAuthorizedTtlMs',
      type: 'duration',
      help: 'How long it is kept that the webhook allows something.',
    },
    'authorization-webhook-cache-unauthorized-ttl': {
      field: 'webhookCacheUnauthorizedTtlMs',
      type: 'duration',
      help: 'How long it is kept that it does not.',
    },
  },
  validate: (o, given) => (o.configFile === '' ? [...modeErrors(o), ...policyErrors(o), ...webhookErrors(o)] : configErrors(o, given)),
}

function modeErrors({ authorizationMode: chosen }: AuthorizationOptions): string[] {
  if (chosen.length === 0) return ['at least one authorization-mode must be passed']
  const errors: string[] = []
  for (const mode of new Set(chosen)) {
    if (!MODES.includes(mode)) errors.push(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
    if (chosen.filter((m) => m === mode).length > 1) errors.push(`authorization-mode ${JSON.stringify(mode)} is given more than once`)
  }
  return errors
}

function policyErrors({ authorizationMode, policyFile: file }: AuthorizationOptions): string[] {
  if (!authorizationMode.includes('ABAC')) return file === '' ? [] : ['cannot specify --authorization-policy-file without mode ABAC']
  return file === '' ? ["authorization-mode ABAC's authorization policy file not passed"] : []
}

const VERSIONS = ['v1', 'v1beta1']

function webhookErrors({ authorizationMode, webhookConfigFile: file, webhookVersion: version }: AuthorizationOptions): string[] {
  const isAsked = authorizationMode.includes('Webhook')
  if (!isAsked) return file === '' ? [] : ['cannot specify --authorization-webhook-config-file without mode Webhook']
  if (file === '') return ["authorization-mode Webhook's authorization config file not passed"]
  const known = VERSIONS.map((v) => JSON.stringify(v)).join(', ')
  return [
    ...unreadable({ 'authorization-webhook-config-file': file }),
    ...(VERSIONS.includes(version)
      ? []
      : [`unsupported webhook authorizer version ${JSON.stringify(version)}, supported versions are ${known}`]),
  ]
}

function configErrors({ configFile }: AuthorizationOptions, given: ReadonlySet<string>): string[] {
  if ([...given].some((flag) => flag === 'authorization-mode' || flag.startsWith('authorization-webhook-'))) {
    return ['--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined']
  }
  try {
    readAuthorizationConfiguration(configFile)
    return []
  } catch (e) {
    return [(e as Error).message]
  }
}

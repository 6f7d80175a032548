import { readAuthorizationConfiguration, type AuthorizerConfiguration } from '../authz/configuration.ts'
import { abacAuthorizer } from '../authz/abac.ts'
import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import type { Authorizer } from '../authz/contract.ts'
import { AccessConditions } from '../cel/access-review.ts'
import { readKubeconfigContext } from '../webhook/kubeconfig-context.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Options } from '../options/parse.ts'
import { scheme } from '../scheme/index.ts'
import { reviewWebhook } from '../webhook/review.ts'
import type { AuthorizationFile } from './configuration-reload.ts'

/** Of the webhook that flags name (kubeapiserver/options/authorization.go). */
const FLAGS = { name: 'default', timeoutMs: 30_000, onFailure: 'no-opinion', conditions: [] } as const

export interface Authorization {
  readonly authorizers: readonly ConfiguredAuthorizer[]
  /** Where they stand in a file, which may change. */
  readonly authorizationFile?: AuthorizationFile
}

/** Who decides, in the order of the flags or of the file. @throws Error of one sentence */
export function authorizationOf({ authorization: o }: Options, d: { clock: Clock; log: Log }): Authorization {
  const { configFile: path, policyFile } = o
  const chosen: readonly AuthorizerConfiguration[] =
    path === ''
      ? o.authorizationMode.map((type) => ({ type, ...(type === 'Webhook' ? { webhook: webhookOf(o) } : {}) }))
      : readAuthorizationConfiguration(path)
  const policies = chosen.some(({ type }) => type === 'ABAC') ? { abac: readPolicies(policyFile) } : undefined
  const read = (list: readonly AuthorizerConfiguration[]): ConfiguredAuthorizer[] =>
    list.map((one) => (one.type === 'ABAC' ? { type: 'ABAC', ...policies } : configured(one, d)))
  if (path === '') return { authorizers: read(chosen) }
  return {
    authorizers: read(chosen),
    authorizationFile: {
      path,
      read() {
        const list = readAuthorizationConfiguration(path)
        const late = list.find(({ type }) => FROM_THE_START.includes(type) && !chosen.some((one) => one.type === type))
        if (late === undefined) return read(list)
        throw new Error(`authorizer type ${late.type} is not allowed if it was not enabled at initial server startup`)
      },
    },
  }
}

/** Those that are made at the start or not at all. */
const FROM_THE_START: readonly string[] = ['ABAC', 'Node', 'RBAC']

function readPolicies(file: string): Authorizer {
  try {
    return abacAuthorizer(file)
  } catch (e) {
    throw new Error(`invalid authorization config: ${(e as Error).message}`, { cause: e })
  }
}

function configured({ type, webhook }: AuthorizerConfiguration, { clock, log }: { clock: Clock; log: Log }): ConfiguredAuthorizer {
  if (webhook === undefined) return { type }
  const { kubeconfig, timeoutMs, conditions, ...rest } = webhook
  return {
    type,
    webhook: {
      ...rest,
      ask: reviewWebhook(readKubeconfigContext(kubeconfig), { clock, timeoutMs, types: scheme }),
      ...(conditions.length === 0 ? {} : { conditions: new AccessConditions(conditions) }),
      clock,
      onError: (error) => log.warn({ authorizer: webhook.name, error }, 'the webhook of an authorizer could not be asked'),
    },
  }
}

const webhookOf = (o: Options['authorization']): NonNullable<AuthorizerConfiguration['webhook']> => ({
  ...FLAGS,
  kubeconfig: o.webhookConfigFile,
  version: o.webhookVersion === 'v1' ? 'v1' : 'v1beta1',
  authorizedTtlMs: o.webhookCacheAuthorizedTtlMs,
  unauthorizedTtlMs: o.webhookCacheUnauthorizedTtlMs,
})

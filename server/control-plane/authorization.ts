import { readAuthorizationConfiguration, type AuthorizerConfiguration } from '../authz/configuration.ts'
import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import { AccessConditions } from '../cel/access-review.ts'
import { readKubeconfigContext } from '../webhook/kubeconfig-context.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Options } from '../options/parse.ts'
import { scheme } from '../scheme/index.ts'
import { reviewWebhook } from '../webhook/review.ts'

/** Of the webhook that flags name (kubeapiserver/options/authorization.go). */
const FLAGS = { name: 'default', timeoutMs: 30_000, onFailure: 'no-opinion', conditions: [] } as const

/** Who decides, in the order of the flags or of the file. @throws Error of one sentence */
export function authorizersOf({ authorization: o }: Options, { clock, log }: { clock: Clock; log: Log }): ConfiguredAuthorizer[] {
  const chosen: readonly AuthorizerConfiguration[] =
    o.configFile === ''
      ? o.authorizationMode.map((type) => ({ type, ...(type === 'Webhook' ? { webhook: webhookOf(o) } : {}) }))
      : readAuthorizationConfiguration(o.configFile)
  return chosen.map(({ type, webhook }) => {
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
  })
}

const webhookOf = (o: Options['authorization']): NonNullable<AuthorizerConfiguration['webhook']> => ({
  ...FLAGS,
  kubeconfig: o.webhookConfigFile,
  version: o.webhookVersion === 'v1' ? 'v1' : 'v1beta1',
  authorizedTtlMs: o.webhookCacheAuthorizedTtlMs,
  unauthorizedTtlMs: o.webhookCacheUnauthorizedTtlMs,
})

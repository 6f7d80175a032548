import { readAdmissionConfiguration } from '../admission/configuration.ts'
import { readEventRateLimitConfiguration } from '../admission/event-rate-limit-configuration.ts'
import { readImagePolicyConfiguration, type ImagePolicyConfiguration } from '../admission/image-policy-configuration.ts'
import { readPodNodeSelectorConfiguration } from '../admission/pod-node-selector.ts'
import { readPodSecurityConfiguration } from '../admission/pod-security-configuration.ts'
import { readPodTolerationRestrictionConfiguration } from '../admission/pod-toleration-restriction-configuration.ts'
import { readResourceQuotaConfiguration } from '../admission/resource-quota-configuration.ts'
import { readWebhookConfiguration } from '../admission/webhook-configuration.ts'
import type { Options } from '../options/parse.ts'
import { clientCredentials, type ClientCredentials } from '../webhook/client-credentials.ts'
import { readKubeconfigContext, readKubeconfigUsers } from '../webhook/kubeconfig-context.ts'
import type { PluginConfigurations } from './admission.ts'
import { offByDefault } from '../options/admission.ts'

const READERS = {
  PodSecurity: (value: unknown) => ({ podSecurity: readPodSecurityConfiguration(value) }),
  ResourceQuota: (value: unknown) => ({ limitedResources: readResourceQuotaConfiguration(value) }),
  EventRateLimit: (value: unknown) => ({ eventLimits: readEventRateLimitConfiguration(value) }),
  ImagePolicyWebhook: (value: unknown) => ({ imagePolicy: imagePolicyOf(readImagePolicyConfiguration(value)) }),
  PodNodeSelector: (value: unknown) => ({ nodeSelectors: readPodNodeSelectorConfiguration(value) }),
  PodTolerationRestriction: (value: unknown) => ({ podTolerations: readPodTolerationRestrictionConfiguration(value) }),
  MutatingAdmissionWebhook: (value: unknown) => ({ mutating: credentialsOf(readWebhookConfiguration(value)) }),
  ValidatingAdmissionWebhook: (value: unknown) => ({ validating: credentialsOf(readWebhookConfiguration(value)) }),
} satisfies Record<string, (value: unknown) => PluginConfigurations>

/** Plugins that do not start without being told something. */
const MUST_BE_TOLD: readonly string[] = ['EventRateLimit', 'ImagePolicyWebhook']

/**
 * What `--admission-control-config-file` tells plugins. As in the reference, one that nobody has is passed over.
 * @throws Error of one sentence
 */
export function pluginConfigurationsOf({ admission }: Options): PluginConfigurations {
  const { configFile, enabledPlugins, notReadySeconds: notReady, unreachableSeconds: unreachable } = admission
  const told = configFile === '' ? new Map<string, unknown>() : readAdmissionConfiguration(configFile)
  return Object.assign(
    { tolerationSeconds: { notReady, unreachable } },
    ...Object.entries(READERS).map(([name, read]) => {
      const value = told.get(name)
      // One that does not run may be told anything.
      const isMissing = value === undefined && !(MUST_BE_TOLD.includes(name) && enabledPlugins.includes(name))
      if (isMissing || (offByDefault.includes(name) && !enabledPlugins.includes(name))) return {}
      try {
        return read(value)
      } catch (e) {
        throw new Error(`failed to apply admission: couldn't init admission plugin ${JSON.stringify(name)}: ${(e as Error).message}`, {
          cause: e,
        })
      }
    }),
  ) as PluginConfigurations
}

function credentialsOf(file: string): ClientCredentials {
  if (file === '') return () => undefined
  const { users, current } = readKubeconfigUsers(file)
  return clientCredentials(users, current)
}

function imagePolicyOf({ kubeConfigFile, ...rest }: ImagePolicyConfiguration): PluginConfigurations['imagePolicy'] {
  return { ...rest, webhook: readKubeconfigContext(kubeConfigFile) }
}

import { readAdmissionConfiguration } from '../admission/configuration.ts'
import { readPodSecurityConfiguration } from '../admission/pod-security-configuration.ts'
import { readResourceQuotaConfiguration } from '../admission/resource-quota-configuration.ts'
import { readWebhookConfiguration } from '../admission/webhook-configuration.ts'
import type { Options } from '../options/parse.ts'
import { clientCredentials, type ClientCredentials } from '../webhook/client-credentials.ts'
import { readKubeconfigUsers } from '../webhook/kubeconfig-context.ts'
import type { PluginConfigurations } from './admission.ts'

const READERS = {
  PodSecurity: (value: unknown) => ({ podSecurity: readPodSecurityConfiguration(value) }),
  ResourceQuota: (value: unknown) => ({ limitedResources: readResourceQuotaConfiguration(value) }),
  MutatingAdmissionWebhook: (value: unknown) => ({ mutating: credentialsOf(readWebhookConfiguration(value)) }),
  ValidatingAdmissionWebhook: (value: unknown) => ({ validating: credentialsOf(readWebhookConfiguration(value)) }),
} satisfies Record<string, (value: unknown) => PluginConfigurations>

/**
 * What `--admission-control-config-file` tells plugins. As in the reference, one that nobody has is passed over.
 * @throws Error of one sentence
 */
export function pluginConfigurationsOf({ admission: { configFile } }: Options): PluginConfigurations {
  if (configFile === '') return {}
  const told = readAdmissionConfiguration(configFile)
  return Object.assign(
    {},
    ...Object.entries(READERS).map(([name, read]) => {
      const value = told.get(name)
      try {
        return value === undefined ? {} : read(value)
      } catch (e) {
        throw new Error(`failed to initialize admission: couldn't init admission plugin ${JSON.stringify(name)}: ${(e as Error).message}`, {
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

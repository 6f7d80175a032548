import { isAbsolute } from 'node:path'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'

const KINDS: Readonly<Record<string, string>> = {
  'apiserver.config.k8s.io/v1': 'WebhookAdmissionConfiguration',
  'apiserver.config.k8s.io/v1alpha1': 'WebhookAdmission',
}

/**
 * What the plugins of webhooks are told: the kubeconfig with what is shown to webhooks, '' for none (apiserver
 * `plugin/webhook/config/kubeconfig.go`).
 * @throws Error of one sentence
 */
export function readWebhookConfiguration(value: unknown): string {
  const top = new GoFields((typeof value === 'object' && value !== null ? value : {}) as JsonObject, 'WebhookAdmission')
  const [kind, apiVersion] = [top.text('kind'), top.text('apiVersion')]
  if (!Object.hasOwn(KINDS, apiVersion) || KINDS[apiVersion] !== kind) {
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  }
  if (top.text('staticManifestsDir') !== '') throw new Error('staticManifestsDir: this server has no webhooks from files')
  const file = top.text('kubeConfigFile')
  if (file !== '' && !isAbsolute(file))
    throw new Error(`kubeConfigFile: Invalid value: ${JSON.stringify(file)}: must be an absolute file path`)
  return file
}

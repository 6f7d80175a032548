import { expect, test } from 'vitest'
import { readResourceQuotaConfiguration } from './resource-quota-configuration.ts'
import { readWebhookConfiguration } from './webhook-configuration.ts'

test('kinds that need a quota', () => {
  const limitedResources = [
    { resource: 'pods', matchScopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
    { apiGroup: 'apps', resource: 'deployments', matchContains: ['count/'] },
  ]
  for (const [apiVersion, kind] of [
    ['apiserver.config.k8s.io/v1', 'ResourceQuotaConfiguration'],
    ['resourcequota.admission.k8s.io/v1beta1', 'Configuration'],
  ]) {
    expect(readResourceQuotaConfiguration({ apiVersion, kind, limitedResources })).toEqual([
      { apiGroup: '', matchContains: [], ...limitedResources[0] },
      { matchScopes: [], ...limitedResources[1] },
    ])
  }
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'ResourceQuotaConfiguration' }
  expect(() => readResourceQuotaConfiguration({ ...head, kind: 'Configuration' })).toThrow('no kind "Configuration" is registered')
  expect(() => readResourceQuotaConfiguration({ ...head, limitedResources: [{}] })).toThrow('limitedResources[0].resource: Required value')
  expect(() => readResourceQuotaConfiguration({ ...head, limitedResources: [{ resource: 1 }] })).toThrow('cannot unmarshal number')
})

test('the kubeconfig for webhooks', () => {
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'WebhookAdmissionConfiguration' }
  expect(readWebhookConfiguration({ ...head, kubeConfigFile: '/k' })).toBe('/k')
  expect(readWebhookConfiguration(head)).toBe('')
  expect(() => readWebhookConfiguration({ ...head, kubeConfigFile: 'k' })).toThrow(
    'kubeConfigFile: Invalid value: "k": must be an absolute file path',
  )
  expect(() => readWebhookConfiguration({ ...head, kind: 'X' })).toThrow(
    'no kind "X" is registered for version "apiserver.config.k8s.io/v1"',
  )
  expect(() => readWebhookConfiguration({ ...head, staticManifestsDir: '/x' })).toThrow('staticManifestsDir')
})

import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readAdmissionConfiguration } from './configuration.ts'
import { readEventRateLimitConfiguration } from './event-rate-limit-configuration.ts'
import { readImagePolicyConfiguration } from './image-policy-configuration.ts'
import { readPodNodeSelectorConfiguration } from './pod-node-selector.ts'
import { readPodTolerationRestrictionConfiguration } from './pod-toleration-restriction-configuration.ts'
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

const of = (group: string): object => ({ apiVersion: `${group}.admission.k8s.io/v1alpha1`, kind: 'Configuration' })

describe('limits of events', () => {
  test('with a size of their own', () => {
    const limits = [
      { type: 'Server', qps: 1, burst: 2, cacheSize: 3 },
      { type: 'User', qps: 4, burst: 5 },
    ]
    expect(readEventRateLimitConfiguration({ ...of('eventratelimit'), limits })).toEqual([
      { ...limits[0], cacheSize: 1 },
      { ...limits[1], cacheSize: 4096 },
    ])
  })

  const types = '"Namespace", "Server", "SourceAndObject", "User"'
  test.each([
    [undefined, 'limits: Invalid value: null: must not be empty'],
    [{ ...of('eventratelimit'), limits: [] }, 'limits: Invalid value: []: must not be empty'],
    [
      { ...of('eventratelimit'), limits: [{ type: 'X', qps: 0, burst: -1, cacheSize: -1 }] },
      `[limits[0].type: Unsupported value: "X": supported values: ${types}, limits[0].burst: Invalid value: -1: must be positive, ` +
        'limits[0].qps: Invalid value: 0: must be positive, limits[0].cacheSize: Invalid value: -1: must not be negative]',
    ],
    [
      { ...of('eventratelimit'), limits: [{ type: 'User', qps: '1' }] },
      'json: cannot unmarshal string into Go struct field Limit.limits.qps of type int32',
    ],
    [
      { ...of('eventratelimit'), limits: [{ type: 'User', qps: 1.5 }] },
      'json: cannot unmarshal number into Go struct field Limit.limits.qps of type int32',
    ],
    [{ ...of('x'), limits: [] }, 'no kind "Configuration" is registered for version "x.admission.k8s.io/v1alpha1"'],
  ])('%j', (value, why) => expect(() => readEventRateLimitConfiguration(value)).toThrow(why))
})

describe('the policy of images', () => {
  const told = (imagePolicy: object): unknown => ({ imagePolicy: { kubeConfigFile: '/k', ...imagePolicy } })
  test('times of their own, those by default, and none', () => {
    expect(readImagePolicyConfiguration(told({ allowTTL: 7, denyTTL: -1, retryBackoff: 3, defaultAllow: true }))).toEqual({
      ...{ kubeConfigFile: '/k', allowMs: 7000, denyMs: 0, retryMs: 3, defaultAllow: true },
    })
    expect(readImagePolicyConfiguration(told({}))).toMatchObject({ allowMs: 300_000, denyMs: 30_000, retryMs: 500, defaultAllow: false })
  })

  test.each([
    [undefined, 'no config specified'],
    [told({ allowTTL: 1801 }), 'valid value is between 1s and 30m0s, got 30m1s'],
    [told({ denyTTL: -2 }), 'valid value is between 1s and 30m0s, got -2s'],
    [told({ retryBackoff: 300_001 }), 'valid value is between 1ns and 5m0s, got 5m0.001s'],
  ])('%j', (value, why) => expect(() => readImagePolicyConfiguration(value)).toThrow(why))
})

test('tolerations of all namespaces', () => {
  const whitelist = [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }]
  expect(readPodTolerationRestrictionConfiguration({ ...of('podtolerationrestriction'), whitelist })).toEqual({ default: [], whitelist })
  const wrong = { ...of('podtolerationrestriction'), default: [{ key: 'a', effect: 'X' }], whitelist: [{ operator: 'Equal' }] }
  expect(() => readPodTolerationRestrictionConfiguration(wrong)).toThrow(
    'invalid config: [podtolerationrestriction.default[0].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute" ' +
      'podtolerationrestriction.whitelist[0].operator: Invalid value: "Equal"',
  )
})

test('labels of namespaces', () => {
  expect(readPodNodeSelectorConfiguration({ podNodeSelectorPluginConfig: { a: 'b=c', d: 1 } })).toEqual({ a: 'b=c' })
  expect(readPodNodeSelectorConfiguration({})).toEqual({})
})

test('a file from before such files is for the two plugins that are as old', () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'admission-'))
  const read = (text: string): ReadonlyMap<string, unknown> => {
    const file = join(dir.path, 'old.yaml')
    writeFileSync(file, text)
    return readAdmissionConfiguration(file)
  }
  const value = { podNodeSelectorPluginConfig: { a: 'b=c' } }
  expect([...read('podNodeSelectorPluginConfig: {a: b=c}')]).toEqual([
    ['ImagePolicyWebhook', value],
    ['PodNodeSelector', value],
  ])
  expect(() => read('x: y')).toThrow('no kind "" is registered for version ""')
})

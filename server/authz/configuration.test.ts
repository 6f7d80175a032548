import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readAuthorizationConfiguration, type AuthorizerConfiguration } from './configuration.ts'

const dir = mkdtempSync(join(tmpdir(), 'authorization-'))
const kubeconfig = join(dir, 'kubeconfig')
writeFileSync(kubeconfig, '')
afterAll(() => rmSync(dir, { recursive: true }))

type Json = Record<string, unknown>
const webhook = (more: Json = {}): Json => ({
  type: 'Webhook',
  name: 'hook',
  webhook: {
    ...{ timeout: '3s', subjectAccessReviewVersion: 'v1', failurePolicy: 'Deny' },
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: kubeconfig },
    ...more,
  },
})

function read(authorizers: readonly Json[], more: Json = {}): readonly AuthorizerConfiguration[] {
  const file = join(dir, 'file')
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration', authorizers, ...more }),
  )
  return readAuthorizationConfiguration(file)
}

test('authorizers in their order, with defaults', () => {
  const rest = { name: 'hook', timeoutMs: 3000, version: 'v1', onFailure: 'deny', kubeconfig, conditions: [] }
  expect(read([{ type: 'RBAC', name: 'rbac' }, webhook(), { type: 'Node', name: 'node' }])).toEqual([
    { type: 'RBAC', name: 'rbac' },
    { type: 'Webhook', name: 'hook', webhook: { ...rest, authorizedTtlMs: 300_000, unauthorizedTtlMs: 30_000 } },
    { type: 'Node', name: 'node' },
  ])
  const [own] = read([
    webhook({ authorizedTTL: '1m30s', unauthorizedTTL: '1s', cacheUnauthorizedRequests: false, failurePolicy: 'NoOpinion' }),
  ])
  expect(own!.webhook).toMatchObject({ authorizedTtlMs: 90_000, unauthorizedTtlMs: 0, onFailure: 'no-opinion' })
})

test.each<[string, readonly Json[], string]>([
  ['nobody', [], 'authorizers: Required value: at least one authorization mode must be defined'],
  ['no type', [{ name: 'x' }], 'authorizers[0].type: Required value'],
  [
    'an unknown type',
    [{ type: 'X', name: 'x' }],
    'authorizers[0].type: Unsupported value: "X": supported values: "ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
  ],
  [
    'a type twice',
    [
      { type: 'RBAC', name: 'rbac' },
      { type: 'RBAC', name: 'x' },
    ],
    'authorizers[1].type: Duplicate value: "RBAC"',
  ],
  ['a name twice', [webhook(), webhook()], 'authorizers[1].name: Duplicate value: "hook"'],
  ['no name', [{ type: 'RBAC' }], 'authorizers[0].name: Required value'],
  ['another name', [{ type: 'RBAC', name: 'x' }], 'expected name rbac for authorizer RBAC instead of x'],
  [
    'a webhook of another',
    [{ ...webhook(), type: 'RBAC', name: 'rbac' }],
    'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook',
  ],
  ['no webhook', [{ type: 'Webhook', name: 'x' }], 'authorizers[0].webhook: Required value: required when type=Webhook'],
  ['no time', [webhook({ timeout: '0s' })], 'authorizers[0].timeout: Required value'],
  ['too long a time', [webhook({ timeout: '31s' })], 'authorizers[0].timeout: Invalid value: "31s": must be > 0s and <= 30s'],
  ['no version', [webhook({ subjectAccessReviewVersion: '' })], 'authorizers[0].subjectAccessReviewVersion: Required value'],
  [
    'an unknown policy',
    [webhook({ failurePolicy: 'Allow' })],
    'authorizers[0].failurePolicy: Unsupported value: "Allow": supported values: "NoOpinion", "Deny"',
  ],
  [
    'a path beside it',
    [webhook({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'x' } })],
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "x": must be an absolute path',
  ],
  [
    'conditions of no version',
    [webhook({ matchConditions: [{ expression: 'true' }] })],
    'authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified',
  ],
  [
    'the same condition twice',
    [webhook({ matchConditionSubjectAccessReviewVersion: 'v1', matchConditions: [{ expression: 'true' }, { expression: 'true' }] })],
    'authorizers[0].matchConditions[1].expression: Duplicate value: "true"',
  ],
  [
    'a condition that is none',
    [webhook({ matchConditionSubjectAccessReviewVersion: 'v1', matchConditions: [{ expression: '1' }] })],
    'authorizers[0].matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int',
  ],
])('%s is refused', (_, authorizers, words) => {
  expect(() => read(authorizers)).toThrow(new Error(words))
})

test('another kind of file is refused', () => {
  expect(() => read([], { kind: 'X' })).toThrow(
    'failed to load AuthorizationConfiguration from file: no kind "X" is registered for version "apiserver.config.k8s.io/v1"',
  )
})

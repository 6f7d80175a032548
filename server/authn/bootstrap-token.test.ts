import { describe, expect, test } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import { BootstrapTokens, type SecretLookup } from './bootstrap-token.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const TOKEN = '07401b.f395accd246ae52d'
const NOW = Date.parse('2030-01-01T00:00:00Z')

function secret(data: Record<string, string> = {}, more: object = {}): KubeObject {
  const whole = { 'token-id': '07401b', 'token-secret': 'f395accd246ae52d', 'usage-bootstrap-authentication': 'true', ...data }
  return {
    metadata: { name: 'bootstrap-token-07401b', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(whole).map(([k, v]) => [k, base64(v)])),
    ...more,
  }
}

function login(object: KubeObject | undefined, token = TOKEN): unknown {
  const secrets: SecretLookup = (namespace, name) =>
    object !== undefined && namespace === 'kube-system' && name === object.metadata.name ? ({ object: () => object } as Entry) : undefined
  return new BootstrapTokens(new FakeClock(NOW), secrets).userOf(token)
}

describe('a bootstrap token', () => {
  test('logs its node in, with the groups that it names', () => {
    expect(login(secret())).toEqual({ name: 'system:bootstrap:07401b', groups: ['system:bootstrappers'] })
    expect(login(secret({ 'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a:b,system:bootstrappers:b' }))).toEqual({
      name: 'system:bootstrap:07401b',
      groups: ['system:bootstrappers', 'system:bootstrappers:a:b', 'system:bootstrappers:b'],
    })
    expect(login(secret({ expiration: '2030-01-01T01:00:01+01:00' }))).toBeDefined()
  })

  test.each<[string, KubeObject | undefined, string?]>([
    ['is not there', undefined],
    ['has another secret', secret({ 'token-secret': 'f395accd246ae52e' })],
    ['has a longer secret', secret({ 'token-secret': 'f395accd246ae52d0' })],
    ['says another id', secret({ 'token-id': '07401c' })],
    ['has expired', secret({ expiration: '2030-01-01T00:00:00Z' })],
    ['says its end in no way that can be read', secret({ expiration: 'tomorrow' })],
    ['is for something else', secret({ 'usage-bootstrap-authentication': 'yes' })],
    ['names a group that is none of its own', secret({ 'auth-extra-groups': 'system:bootstrappers:a,system:masters' })],
    ['is of another type', secret({}, { type: 'Opaque' })],
    ['goes away', secret({}, { metadata: { name: 'bootstrap-token-07401b', deletionTimestamp: '2030-01-01T00:00:00Z' } })],
    ['has another form', secret(), '07401b.F395accd246ae52d'],
    ['has a third part', secret(), `${TOKEN}.x`],
  ])('that %s does not', (_, object, token) => {
    expect(login(object, token)).toBeUndefined()
  })
})

import { expect, test } from 'vitest'
import { anonymousAuthenticator } from './anonymous.ts'
import { parse } from './configuration.ts'

const head = 'apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\n'

test('whoever shows nothing is let in on the paths that are named', () => {
  expect(parse(head)).toEqual({})
  expect(parse(`${head}anonymous: {enabled: true}`)).toEqual({ anonymous: { enabled: true, paths: [] } })
  expect(parse(`${head}anonymous:\n  enabled: true\n  conditions:\n  - path: /livez\n  - path: /readyz`)).toEqual({
    anonymous: { enabled: true, paths: ['/livez', '/readyz'] },
  })
})

test.each([
  ['', 'empty config data'],
  ['kind: AuthenticationConfiguration\napiVersion: v1', 'no kind "AuthenticationConfiguration" is registered for version "v1"'],
  [`${head}jwt: [{issuer: {}}]`, 'jwt: this server has no OpenID Connect'],
  [
    `${head}anonymous: {enabled: false, conditions: [{path: /x}]}`,
    'anonymous.conditions: Invalid value: [{"Path":"/x"}]: enabled should be set to true when conditions are defined',
  ],
  [
    `${head}anonymous: {enabled: "yes"}`,
    'cannot unmarshal string into Go struct field AuthenticationConfiguration.anonymous.enabled of type bool',
  ],
])('%j is refused', (text, words) => {
  expect(() => parse(text)).toThrow(words)
})

test('only these paths, as they are', () => {
  const connection = { peerCertificate: undefined, memo: new Map<symbol, unknown>() }
  const lets = (paths: readonly string[], path: string): boolean =>
    anonymousAuthenticator(paths).authenticate({ headers: {}, connection, path }) !== undefined
  expect(lets([], '/x')).toBe(true)
  for (const path of ['/livez', '/%6civez']) expect(lets(['/livez'], path), path).toBe(true)
  for (const path of ['/livez/', '//livez', '/livez/ping', '/', '', '/%', '/livez%2f']) expect(lets(['/livez'], path), path).toBe(false)
})

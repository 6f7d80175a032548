import { expect, test } from 'vitest'
import { commandLine } from './testing/command-line.ts'

const line = commandLine()

// As kube-apiserver has it: the scheme, and nothing else (pkg/kubeapiserver/options/authentication.go).
test.each([
  ['https:///openid/v1/jwks', []],
  ['HTTPS://a/keys', []],
  ['http://a/keys', ['service-account-jwks-uri requires https scheme, parsed as: http://a/keys']],
  ['a/keys', ['service-account-jwks-uri requires https scheme, parsed as: a/keys']],
])('--service-account-jwks-uri=%s', (uri, errors) => {
  expect(line.errors(`--service-account-jwks-uri=${uri}`)).toEqual(errors)
})

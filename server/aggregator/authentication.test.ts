import { expect, test } from 'vitest'
import { authenticationData } from './authentication.ts'

/** Whom extension API servers believe: the CA and the names, as the ConfigMap has them. */
function believed(o: Omit<Parameters<typeof authenticationData>[0], 'clientCa'>): [ca: string | undefined, names: unknown] {
  const data = authenticationData({ clientCa: 'clients', ...o })
  expect(data['client-ca-file']).toBe('clients')
  const names = data['requestheader-allowed-names']
  return [data['requestheader-client-ca-file'], names === undefined ? undefined : JSON.parse(names)]
}
const own = 'own'
const others = { ca: 'others', names: ['proxy', 'front-proxy-client'] }

test('the server itself, and the front proxies that it believes', () => {
  expect(believed({ frontProxyCa: own })).toEqual(['own', ['front-proxy-client']])
  expect(believed({ frontProxyCa: own, others })).toEqual(['own\nothers', ['front-proxy-client', 'proxy']])
  expect(believed({ frontProxyCa: own, others: { ca: 'others', names: [] } })).toEqual(['own\nothers', []])
})

test('with a certificate of the user’s, those that the user names', () => {
  expect(believed({ frontProxyCa: undefined, others })).toEqual(['others', ['proxy', 'front-proxy-client']])
  expect(believed({ frontProxyCa: undefined, others: { ca: 'others', names: [] } })).toEqual(['others', []])
  expect(believed({ frontProxyCa: undefined })).toEqual([undefined, undefined])
})

import { expect, test } from 'vitest'
import { clientCredentials } from './client-credentials.ts'

const by = (names: readonly string[], current = ''): ((hostPort: string) => string | undefined) => {
  const credentials = clientCredentials(new Map(names.map((token) => [token, { token }])), current)
  return (hostPort) => credentials(hostPort)?.token as string | undefined
}

test('the nearest name counts', () => {
  const all = ['a.b.svc:443', '*.b.svc:443', '*.svc:443', 'a.b.svc', '*.b.svc', '*.svc', '*', 'current']
  for (let i = 0; i < all.length; i++) expect(by(all.slice(i), 'current')('a.b.svc:443')).toBe(all[i])
  expect(by([], 'current')('a.b.svc:443')).toBeUndefined()
})

test('another port than 443 must be named', () => {
  expect(by(['a.b.svc', '*.svc'])('a.b.svc:8443')).toBeUndefined()
  expect(by(['a.b.svc', '*.svc:8443'])('a.b.svc:8443')).toBe('*.svc:8443')
})

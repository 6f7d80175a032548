import { describe, expect, test } from 'vitest'
import { escapedKey, fromHeader, identityHeadersOf, joinedIdentity, separateIdentity, toHeader, unescapedKey } from './identity-headers.ts'

describe('headers that say who asks', () => {
  test('are the usual ones, and those of the front proxies here', () => {
    const is = identityHeadersOf(['X-Login', 'Teams', 'X-Remote-User'], ['Login-About-', ''])
    expect(['x-login', 'teams', 'login-about-a', 'x-remote-group', 'impersonate-uid', 'x-other', 'login'].filter(is)).toEqual([
      ...['x-login', 'teams', 'login-about-a', 'x-remote-group', 'impersonate-uid'],
    ])
  })

  test('have values that stay apart', () => {
    expect(separateIdentity(joinedIdentity(['a, b', '', 'c']))).toEqual(['a, b', '', 'c'])
  })

  test('carry the bytes of names', () => {
    expect(fromHeader(toHeader('имя')) + fromHeader('plain')).toBe('имяplain')
    expect(/^[\0-\xff]*$/.test(toHeader('имя'))).toBe(true)
  })

  test.each([
    ['a%2fb', 'a/b'],
    ['%D0%B8', 'и'],
    ['a%ff', 'a\ufffd'],
    ['a%2', 'a%2'],
    ['a%41%zz', 'a%41%zz'],
    ['plain', 'plain'],
  ])('the key %s is %s', (sent, key) => {
    expect(unescapedKey(sent)).toBe(key)
  })

  test('keys come back as they were, but in small letters', () => {
    for (const key of ['a/b', 'и(ж)', '%41', 'Acme.com/Project']) expect(unescapedKey(escapedKey(key))).toBe(key.toLowerCase())
  })
})

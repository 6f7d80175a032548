import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOwn } from './navigation.ts'
import { isKubeconfig, placeOf, requestsIn, withoutRequests } from './open-requests.ts'

describe('links', () => {
  test.each([
    ['binnacle://c/local', '/c/local'],
    ['binnacle://c/local/pods?ns=shop&q=status%3Acrash', '/c/local/pods?ns=shop&q=status%3Acrash'],
    [
      'binnacle://c/arn%3Aaws%3Aeks%2Fprod/deployments.apps/shop/cart?tab=logs',
      '/c/arn%3Aaws%3Aeks%2Fprod/deployments.apps/shop/cart?tab=logs',
    ],
    // Nobody acts as somebody else by following a link, and no other parameter comes in.
    ['binnacle://c/prod/pods?as=admin&session=x&ns=a', '/c/prod/pods?ns=a'],
    ['binnacle://c/prod/pods?q=a%0Ab', '/c/prod/pods'],
    ['binnacle://c', undefined],
    ['binnacle://c/a/b/c/d/e', undefined],
    ['binnacle://clusters/local/api/v1/secrets', undefined],
    ['binnacle:/c/local', undefined],
    ['binnacle://u:p@c/local', undefined],
    ['binnacle://c/%E0%A4%A', undefined],
    ['binnacle://c/local/%2e%2e', undefined],
    ['binnacle://c/local/a%00b', undefined],
    ['https://c/local', undefined],
    [`binnacle://c/${'x'.repeat(2_000)}`, undefined],
  ])('%s', (url, path) => expect(placeOf(url)).toBe(path))

  test('whatever is asked for, it is a page of the window or nothing', () => {
    const origin = 'http://127.0.0.1:4000'
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), (url, text) => {
        for (const tried of [url.replace(/^https?:\/\/[^/]*/, 'binnacle://c'), `binnacle://c/${text}`, text]) {
          const path = placeOf(tried)
          if (path === undefined) continue
          expect(isOwn(origin + path, origin)).toBe(true)
          expect(new URL(origin + path).pathname.startsWith('/c/')).toBe(true)
        }
      }),
    )
  })
})

test('a command line is split into what is opened and what the host takes', () => {
  const argv = [
    '--seed',
    'mine.json',
    '--open=1',
    'binnacle://c/local',
    'binnacle:nonsense',
    '/a/dev.kubeconfig',
    'web.YAML',
    '--seed=x.json',
    'plain',
  ]
  expect(requestsIn(argv, '/home/me')).toEqual([
    { type: 'place', path: '/c/local' },
    { type: 'file', file: '/a/dev.kubeconfig' },
    { type: 'file', file: '/home/me/web.YAML' },
  ])
  expect(withoutRequests(argv)).toEqual(['--seed', 'mine.json', '--open=1', '--seed=x.json', 'plain'])
})

test.each([
  ['apiVersion: v1\nkind: Config\nclusters: []\n', true],
  ['kind: "Config" # mine\n', true],
  ['{"kind":"Config","apiVersion":"v1"}', true],
  ['apiVersion: v1\nkind: ConfigMap\n', false],
  ['apiVersion: example.com/v1\nkind: Config\n', false],
  ['data:\n  kind: Config\n', false],
  ['', false],
])('%j is a kubeconfig: %s', (text, is) => expect(isKubeconfig(text)).toBe(is))

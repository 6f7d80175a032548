import { describe, expect, test } from 'vitest'
import { isHtml, rewriteUrl } from './rewrite.ts'

const o = { prefix: '/api/v1/nodes/n/proxy', targetHosts: ['10.0.0.1:8080', '[fd00::1]:80'], requestHost: 'api.example:6443' }
const P = o.prefix

describe('a URL of a target', () => {
  test.each([
    ['/', `${P}/`],
    ['/x?y#z', `${P}/x?y#z`],
    ['///x', `${P}/x`],
    [P, P],
    [`${P}/x`, `${P}/x`],
    [`${P}x`, `${P}${P}x`],
    ['http://10.0.0.1:8080/x', `${P}/x`],
    ['https://10.0.0.1:8080/x', `${P}/x`],
    ['//10.0.0.1:8080//x', `${P}/x`],
    ['http://u:p@10.0.0.1:8080/x', `${P}/x`],
    ['http://[fd00::1]:80/x', `${P}/x`],
    [`http://10.0.0.1:8080${P}/x`, `${P}/x`],
    // The host that the client asked stays.
    ['https://api.example:6443/x', `https://api.example:6443${P}/x`],
    ['//api.example:6443/x', `//api.example:6443${P}/x`],
    [`https://api.example:6443${P}/x`, `https://api.example:6443${P}/x`],
    // A part of an escape at the end: the URL was cut.
    ['/x%2', `${P}/x%2`],
  ])('%s', (url, expected) => {
    expect(rewriteUrl(url, o)).toBe(expected)
  })

  test.each([
    '',
    'x',
    '../x',
    '#x',
    '?x',
    '//other/x',
    'http://other/x',
    'http://10.0.0.1/x',
    'http://10.0.0.1:8080',
    'http://10.0.0.1:8080?x',
    'http://10.0.0.1:8080.evil/x',
    'mailto:a@b',
  ])('stays: %j', (url) => {
    expect(rewriteUrl(url, o)).toBe(url)
  })

  test.each(['/a%zzb', '/%', '/a\nb', ' /x', '\t/x'])('is none: %j', (url) => {
    // A lone % at the end may be the beginning of an escape.
    expect(rewriteUrl(url, o)).toBe(url === '/%' ? `${P}/%` : url)
  })

  test('no host was asked', () => {
    expect(rewriteUrl('/x', { ...o, requestHost: undefined })).toBe(`${P}/x`)
    expect(rewriteUrl('///', { ...o, requestHost: undefined })).toBe(`${P}/`)
  })
})

test.each([
  ['text/html', true],
  ['Text/HTML ; charset=utf-8', true],
  ['text/html-sandboxed', false],
  ['text/plain', false],
  [undefined, false],
] as const)('%s is HTML: %s', (type, html) => {
  expect(isHtml(type)).toBe(html)
})

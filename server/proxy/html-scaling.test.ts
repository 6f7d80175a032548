import { growth } from '../machinery/testing/steps.ts'
import { describe, expect, test } from 'vitest'
import { HtmlUrlRewriter } from './html.ts'

/** Pieces as a socket brings them. */
const CHUNK = 1024

function chunks(page: string): Buffer[] {
  const bytes = Buffer.from(page, 'latin1')
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.subarray(i * CHUNK, (i + 1) * CHUNK))
}

function rewrite(page: Buffer[]): void {
  const rewriter = new HtmlUrlRewriter((url) => url, 4096)
  for (const chunk of page) rewriter.push(chunk)
  rewriter.end()
}

describe('a page costs in proportion to its length', () => {
  test.each([
    ['a tag that never ends', (n: number) => `<a${' '.repeat(n)}`],
    ['tags that never end', (n: number) => '<a '.repeat(n / 3)],
    ['attributes', (n: number) => `<a ${'b=c '.repeat(n / 4)}`],
    ['one attribute name', (n: number) => `<a ${'b'.repeat(n)}`],
    ['one element name', (n: number) => `<${'b'.repeat(n)}`],
    ['a URL without an end', (n: number) => `<a href="${'b'.repeat(n)}`],
    ['equals signs', (n: number) => `<a ${'='.repeat(n)}`],
    ['slashes', (n: number) => `<a ${'/'.repeat(n)}`],
    ['quotes', (n: number) => `<a href=${'"'.repeat(n)}`],
    ['less-than signs', (n: number) => '<'.repeat(n)],
    ['an open comment', (n: number) => `<!--${'-!'.repeat(n / 2)}`],
    ['comments', (n: number) => '<!--'.repeat(n / 4)],
    ['a script of end tags that are none', (n: number) => `<script>${'</scrip '.repeat(n / 8)}`],
    ['scripts within comments of a script', (n: number) => `<script><!--${'<script></script>'.repeat(n / 16)}`],
    ['links', (n: number) => '<a href=/x>'.repeat(n / 11)],
  ])('%s', (_, page) => {
    expect(growth(16_384, (n) => chunks(page(n)), rewrite)).toBeLessThan(2.3)
  })
})

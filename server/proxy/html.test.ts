import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HtmlUrlRewriter } from './html.ts'

const MAX = 20

/** The page with each URL in brackets, handed over in pieces of `size` bytes. */
function rewritten(page: string, size = Number.MAX_SAFE_INTEGER, rewrite = (url: string): string => `[${url}]`): string {
  const rewriter = new HtmlUrlRewriter(rewrite, MAX)
  const bytes = Buffer.from(page, 'latin1')
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(...rewriter.push(bytes.subarray(at, at + size)))
  out.push(...rewriter.end())
  return Buffer.concat(out).toString('latin1')
}

describe('URLs of a page', () => {
  test.each([
    // Attributes: quotes of both kinds and none, case, spaces, slashes, several of them.
    ['<a href="/x">', '<a href="[/x]">'],
    ["<A HREF='/x' class=y>", "<A HREF='[/x]' class=y>"],
    ['<a href=/x>t</a>', '<a href=[/x]>t</a>'],
    ['<img src=/q/>', '<img src=[/q/]>'],
    ['<img/src="/q"/longdesc=/r usemap=#m>', '<img/src="[/q]"/longdesc=[/r] usemap=[#m]>'],
    ['<a\n href\t =\r\n"/x"\f>', '<a\n href\t =\r\n"[/x]"\f>'],
    ['<form action="/a"><button formaction=/b></form>', '<form action="[/a]"><button formaction=[/b]></form>'],
    ['<a title="href=/no" href="/y">', '<a title="href=/no" href="[/y]">'],
    ['<a title=">" href="/y">', '<a title=">" href="[/y]">'],
    ['<a href="">', '<a href="[]">'],
    ['<a href>', '<a href>'],
    ['<a href=>', '<a href=>'],
    ['<a href=/x =/y>', '<a href=[/x] =/y>'],
    ['<a =href=/x>', '<a =href=/x>'],
    // Of other elements or names, and of end tags, nothing.
    ['<a src="/x" data-href="/y" xhref=/z>', '<a src="/x" data-href="/y" xhref=/z>'],
    ['<abcdefghijklmnopqrstuvwxyz href="/x">', '<abcdefghijklmnopqrstuvwxyz href="/x">'],
    ['<constructor href="/x"><a toString=/x>', '<constructor href="/x"><a toString=/x>'],
    ['</a href="/x"><a href="/y">', '</a href="/x"><a href="[/y]">'],
    ['</a title=">" ><a href="/y">', '</a title=">" ><a href="[/y]">'],
    // Text, comments, declarations.
    ['a < b <<a href=/x>', 'a < b <<a href=[/x]>'],
    ['< a href=/x>', '< a href=/x>'],
    ['<!DOCTYPE html><a href=/x>', '<!DOCTYPE html><a href=[/x]>'],
    ['<!-- <a href=/c> --><a href=/x>', '<!-- <a href=/c> --><a href=[/x]>'],
    ['<!--><a href=/x>', '<!--><a href=[/x]>'],
    ['<!---><a href=/x>', '<!---><a href=[/x]>'],
    ['<!-- a --!><a href=/x>', '<!-- a --!><a href=[/x]>'],
    ['<!-- -!> --!- ><a href=/c>--><a href=/x>', '<!-- -!> --!- ><a href=/c>--><a href=[/x]>'],
    ['<!-a><a href=/x><?php "><a href=/y></>', '<!-a><a href=[/x]><?php "><a href=[/y]></>'],
    ['</ <a href=/c><a href=/x>', '</ <a href=/c><a href=[/x]>'],
    // Raw text ends with its own end tag.
    ['<script src="/s">"<a href=/c>"</script><a href=/x>', '<script src="[/s]">"<a href=/c>"</script><a href=[/x]>'],
    ['<style>a</styl e></STYLE ><a href=/x>', '<style>a</styl e></STYLE ><a href=[/x]>'],
    ['<textarea><a href=/c></textareas></textarea/><a href=/x>', '<textarea><a href=/c></textareas></textarea/><a href=[/x]>'],
    ['<noscript><img src=/c></noscript><img src=/x>', '<noscript><img src=/c></noscript><img src=[/x]>'],
    ['<plaintext><a href=/c></plaintext><a href=/d>', '<plaintext><a href=/c></plaintext><a href=/d>'],
    [
      '<script><!-- <script> </script> <a href=/c> --></script><a href=/x>',
      '<script><!-- <script> </script> <a href=/c> --></script><a href=[/x]>',
    ],
    ['<script><!-- </script><a href=/x>', '<script><!-- </script><a href=[/x]>'],
    ['<script><!--> <script> </script><a href=/x>', '<script><!--> <script> </script><a href=[/x]>'],
    ['<script><!-- <scripty> </script><a href=/x>', '<script><!-- <scripty> </script><a href=[/x]>'],
    // A long URL is judged by its beginning, and one that the page ends in is left alone.
    ['<a href="/0123456789012345678901234">', '<a href="[/0123456789012345678]901234">'],
    ['<a href="/unfinished', '<a href="/unfinished'],
  ])('%s', (page, expected) => {
    for (const size of [1, 2, 3, 7, page.length]) expect(rewritten(page, size)).toBe(expected)
  })

  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '</',
      '<a ',
      'href',
      '=',
      '"',
      "'",
      '/x',
      ' ',
      '\n',
      '<!--',
      '-->',
      '-',
      '!',
      '<script>',
      '</script>',
      '<script',
      'é',
      '\xff',
    ],
  )
  const pages = fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }).map((p) => p.join(''))

  test('every byte outside of URLs is kept, however the page is cut', () => {
    fc.assert(
      fc.property(pages, fc.integer({ min: 1, max: 9 }), (page, size) => {
        const same = (url: string): string => url
        expect(rewritten(page, size, same)).toBe(Buffer.from(page, 'latin1').toString('latin1'))
        expect(rewritten(page, size)).toBe(rewritten(page))
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseListing } from './listing.ts'

describe('the kubelet’s file listing', () => {
  test('folders first; names decoded; links elsewhere left out', () => {
    const html =
      '<!doctype html>\n<pre>\n<a href="b%20c.log">b c.log</a>\n<a href="pods/">pods/</a>\n<a href="a&amp;b.log">a&amp;b.log</a>\n<a href="../">../</a>\n<a href="https://elsewhere/x">x</a>\n</pre>'
    expect(parseListing(html)).toEqual([
      { name: 'pods', folder: true },
      { name: 'a&b.log', folder: false },
      { name: 'b c.log', folder: false },
    ])
  })
  test('no name leads out of the folder', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (hrefs) => {
        for (const { name } of parseListing(hrefs.map((href) => `<a href="${href}">x</a>`).join(''))) {
          expect(name).not.toContain('/')
          expect(['', '..']).not.toContain(name)
        }
      }),
    )
  })
})

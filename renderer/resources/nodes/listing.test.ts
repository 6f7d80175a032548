import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logPath, parseListing, parseLogPath } from './listing.ts'

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
  test('a place below it survives the way to an address and back', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), fc.option(name, { nil: undefined }), (path, file) => {
        expect(parseLogPath(logPath(path, file))).toEqual({ path, file })
      }),
    )
    expect(parseLogPath('')).toEqual({ path: [], file: undefined })
    expect(parseLogPath('%E0%A4%A')).toEqual({ path: [], file: '%E0%A4%A' })
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

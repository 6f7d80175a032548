import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseState, visibleBounds } from './window-state.ts'

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 0, width: 1280, height: 1024 },
]

describe('remembered state', () => {
  test('what was written is read', () => {
    const one = { bounds: { x: 1, y: 2, width: 800, height: 600 }, maximized: true, place: '/c/local/pods' }
    const state = { windows: [one, { ...one, maximized: false, place: '' }] }
    expect(parseState(JSON.stringify(state))).toEqual(state)
  })
  test('a file of before there were several windows has one, and a place that is none is the beginning', () => {
    const bounds = { x: 1, y: 2, width: 800, height: 600 }
    expect(parseState(JSON.stringify({ bounds, maximized: true }))).toEqual({ windows: [{ bounds, maximized: true, place: '' }] })
    expect(parseState(JSON.stringify({ windows: [{ bounds, place: 'https://example.com' }, { place: '/c/x' }] }))).toEqual({
      windows: [{ bounds, maximized: false, place: '' }],
    })
  })
  test.each([
    '',
    '{"windows":[]}',
    '{"windows":7}',
    'null',
    '[]',
    '{"bounds":{"x":1}}',
    '{"bounds":{"x":0.5,"y":0,"width":1,"height":1}}',
    '{"maximized":"yes"}',
    '{"gatewayPort":4000}',
  ])('%s gives nothing', (text) => expect(parseState(text)).toEqual({}))
})

describe('where the window opens', () => {
  test('on the screen where it was', () => {
    const bounds = { x: 2000, y: 100, width: 900, height: 700 }
    expect(visibleBounds(bounds, screens)).toEqual(bounds)
  })
  test('not where no screen is any more', () => {
    expect(visibleBounds({ x: 2000, y: 100, width: 900, height: 700 }, screens.slice(0, 1))).toBeUndefined()
    expect(visibleBounds({ x: 100, y: -500, width: 900, height: 700 }, screens)).toBeUndefined()
    expect(visibleBounds(undefined, screens)).toBeUndefined()
  })
  test('what is shown can be taken hold of and fits its screen', () => {
    const n = (min: number, max: number) => fc.integer({ min, max })
    let seen = 0
    fc.assert(
      fc.property(fc.record({ x: n(-3000, 5000), y: n(-3000, 3000), width: n(1, 9000), height: n(1, 9000) }), (bounds) => {
        const shown = visibleBounds(bounds, screens)
        if (shown === undefined) return
        seen++
        const fits = screens.filter(
          (s) =>
            shown.width <= s.width && shown.height <= s.height && shown.y >= s.y && shown.x < s.x + s.width && shown.x + shown.width > s.x,
        )
        expect(fits.length, JSON.stringify(shown)).toBeGreaterThan(0)
        expect(shown.y).toBe(bounds.y)
        if (bounds.width >= 720 && shown.width === bounds.width) expect(shown.x).toBe(bounds.x)
        expect(shown.width).toBeGreaterThanOrEqual(720)
      }),
    )
    // Many of these lie on no screen, by far not all.
    expect(seen).toBeGreaterThan(5)
  })
})

import { describe, expect, test } from 'vitest'
import { shortDuration } from './age.ts'
import { apiErrorFrom, explain, toApiError } from './api-error.ts'
import { formatBytes, formatCores, parseQuantity } from './quantity.ts'

const s = 1000
const m = 60 * s
const h = 60 * m
const d = 24 * h

describe('shortDuration writes what kubectl writes', () => {
  test.each([
    [-5 * s, '0s'],
    [0, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [3 * m + 20 * s, '3m20s'],
    [10 * m + 5 * s, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [5 * h + 12 * m, '5h12m'],
    [8 * h + 30 * m, '8h'],
    [47 * h, '47h'],
    [2 * d, '2d'],
    [4 * d + 6 * h, '4d6h'],
    [8 * d + 6 * h, '8d'],
    [729 * d, '729d'],
    [730 * d, '2y'],
    [800 * d, '2y70d'],
    [3000 * d, '8y'],
  ])('%d ms is %s', (ms, text) => expect(shortDuration(ms)).toBe(text))
})

describe('quantities', () => {
  test.each([
    ['100m', 0.1],
    ['2', 2],
    ['1.5', 1.5],
    ['128Mi', 134217728],
    ['1G', 1e9],
    ['1e3', 1000],
    ['12E', 12e18],
    ['5n', 5e-9],
    [7, 7],
    ['x', undefined],
    ['', undefined],
    [undefined, undefined],
    ['1Qi', undefined],
  ])('%s', (text, value) => {
    const parsed = parseQuantity(text)
    if (value === undefined) expect(parsed).toBeUndefined()
    else expect(parsed).toBeCloseTo(value, 12)
  })
  test('are shown short', () => {
    expect([0, 1023, 1536, 16 * 2 ** 30, 200 * 2 ** 20].map(formatBytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '16.0 GiB', '200 MiB'])
    expect([0, 0.25, 0.9996, 1.1, 2, 7.85, 15.999].map(formatCores)).toEqual(['0', '250m', '1', '1.1', '2', '7.85', '16'])
  })
})

describe('errors', () => {
  test('a Status keeps its message, reason and causes', () => {
    const body = JSON.stringify({
      kind: 'Status',
      code: 422,
      reason: 'Invalid',
      message: 'Pod "x" is invalid',
      details: { causes: [{ field: 'spec', message: 'Required value' }] },
    })
    const error = apiErrorFrom(422, body, 'POST /x')
    expect(error).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'Pod "x" is invalid',
      causes: [{ field: 'spec', message: 'Required value' }],
      body,
    })
  })
  test.each([
    [403, 'plain words', 'Forbidden'],
    [418, '', 'Invalid'],
    [502, '<html>', 'ServiceUnavailable'],
    [599, '', 'InternalError'],
  ])('a body that is no Status is explained by its code %i', (code, body, reason) =>
    expect(explain(apiErrorFrom(code, body, ''))).toBe(reason),
  )
  test('no answer at all is a network error, an abort is an abort, and what the window cannot use is neither', () => {
    for (const said of ['fetch failed', 'Failed to fetch', 'network error', 'terminated'])
      expect(explain(toApiError(new TypeError(said))), said).toBe('Network')
    for (const own of [new TypeError('x is not a function'), new SyntaxError('Unexpected token'), new Error('worker has ended'), 'odd'])
      expect(explain(toApiError(own)), String(own)).toBe('Unexpected')
    expect(explain(toApiError(new DOMException('x', 'AbortError')))).toBe('Aborted')
  })
})

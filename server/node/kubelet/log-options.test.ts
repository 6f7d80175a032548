import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLogOptions } from './log-options.ts'

const parse = (query: string) => parseLogOptions(new URLSearchParams(query))
const ok = (query: string) => {
  const parsed = parse(query)
  if ('status' in parsed) throw new Error(parsed.message)
  return parsed.options
}

describe('PodLogOptions of a query', () => {
  test('nothing asked', () => {
    expect(ok('')).toEqual({ follow: false, previous: false, timestamps: false })
  })

  test.for([
    ['follow=true', { follow: true }],
    ['follow', { follow: true }],
    ['follow=false', { follow: false }],
    ['follow=0', { follow: false }],
    ['tailLines=5&limitBytes=10', { tailLines: 5, limitBytes: 10 }],
    ['tailLines=0', { tailLines: 0 }],
    ['tail=7', { tailLines: 7 }],
    ['tail=all&tailLines=3', { previous: false }],
    ['sinceSeconds=60', { sinceSeconds: 60 }],
    ['sinceTime=2026-01-02T03:04:05Z', { sinceTime: Date.UTC(2026, 0, 2, 3, 4, 5) }],
    ['sinceTime=2026-01-02T03:04:05.5%2B01:00', { sinceTime: Date.UTC(2026, 0, 2, 2, 4, 5, 500) }],
    ['tailLines=', { timestamps: false }],
  ] as const)('%s', ([query, options]) => {
    expect(ok(query)).toMatchObject(options)
  })

  test('tail=all is no limit', () => {
    expect(ok('tail=all&tailLines=3').tailLines).toBeUndefined()
  })

  test.for(['tailLines=x', 'tailLines=1.5', 'limitBytes=99999999999999999999', 'sinceTime=yesterday', 'sinceSeconds=1s'])(
    '400: %s',
    (query) => {
      expect(parse(query)).toEqual({ status: 400, message: '{"message": "Unable to decode query."}' })
    },
  )

  test.for(['tailLines=-1', 'limitBytes=0', 'sinceSeconds=0', 'sinceSeconds=5&sinceTime=2026-01-02T03:04:05Z'])('422: %s', (query) => {
    expect(parse(query)).toEqual({ status: 422, message: '{"message": "Invalid request."}' })
  })

  test('any query is answered with options in range or a refusal', () => {
    const name = fc.constantFrom('follow', 'previous', 'timestamps', 'tailLines', 'tail', 'sinceSeconds', 'sinceTime', 'limitBytes')
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
      fc.constantFrom('all', 'true', 'false', ''),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const parsed = parseLogOptions(new URLSearchParams(pairs))
        if ('status' in parsed) {
          expect([400, 422]).toContain(parsed.status)
          return
        }
        const o = parsed.options
        expect(o.tailLines ?? 0).toBeGreaterThanOrEqual(0)
        expect(o.limitBytes ?? 1).toBeGreaterThanOrEqual(1)
        expect(o.sinceSeconds ?? 1).toBeGreaterThanOrEqual(1)
        expect([o.sinceSeconds, o.sinceTime]).toContain(undefined)
        for (const n of [o.tailLines, o.limitBytes, o.sinceSeconds, o.sinceTime]) expect(n ?? 0).toSatisfy(Number.isFinite)
      }),
    )
  })

  test('whole numbers come back as they are', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1 }), (tail, limit) => {
        expect(ok(`tailLines=${tail}&limitBytes=${limit}`)).toMatchObject({ tailLines: tail, limitBytes: limit })
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { compare } from './compare.ts'
import { knownRow } from './known.ts'
import { normalise, type Normal } from './normalise.ts'
import type { Step } from './session.ts'

const seen = (body: string, headers: Record<string, string> = {}, status = 200): Normal =>
  normalise({ status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body) }, 'ab12cd', new Map())

const step = (label: string, normal: Normal): Step => ({ label, request: 'GET /x', normal })
const between = (a: Normal, b: Normal): string[] =>
  compare('s', [step('x', a)], [step('x', b)]).map((d) => `${d.path}: ${d.reference} | ${d.ours}`)

const object = (uid: string, version: string, more = ''): string =>
  `{"metadata":{"name":"a-ab12cd","uid":"${uid}","resourceVersion":"${version}","creationTimestamp":"2026-05-01T10:00:00Z"}${more}}\n`
const uid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`

describe('two answers', () => {
  test('that differ in uids, versions, times, ports and the name of the run are the same', () => {
    const other = object(uid('2'), '99').replace('10:00:00', '11:11:11').replaceAll('ab12cd', 'ab12cd')
    expect(between(seen(object(uid('1'), '7')), seen(other))).toEqual([])
    const address = (port: number): Normal => seen(`{"a":"127.0.0.1:${port}"}\n`)
    expect(between(address(1234), address(5678))).toEqual([])
  })

  test('differ in a value, a missing field, a code, a header, the order of fields, and in how they are laid out', () => {
    expect(between(seen('{"a":1}\n'), seen('{"a":2}\n'))).toEqual(['body.a: 1 | 2'])
    expect(between(seen('{"a":1}\n'), seen('{}\n'))).toEqual(['body.a: 1 | (nothing)'])
    expect(between(seen('{"a":1,"b":2}\n'), seen('{"b":2,"a":1}\n'))).toEqual(['body (order of fields): a,b | b,a'])
    expect(between(seen('{}\n'), seen('{}'))).toEqual(['header (layout): "compact, ends a line" | "compact"'])
    expect(between(seen('{}\n', { warning: '299 - "x"' }), seen('{}\n'))).toEqual([String.raw`header warning: "299 - \"x\"" | (nothing)`])
    expect(between(seen('{"message":"no"}\n', {}, 404), seen('{}\n'))).toEqual(['status: 404 no | 200'])
  })

  test('tell a version that moved from one that stayed', () => {
    const versions = (...all: string[]): Step[] => {
      const aliases = new Map<string, string>()
      return all.map((v, i) =>
        step(
          String(i),
          normalise(
            { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(object(uid('1'), v)) },
            'ab12cd',
            aliases,
          ),
        ),
      )
    }
    expect(compare('s', versions('5', '5', '9'), versions('70', '70', '71'))).toEqual([])
    expect(compare('s', versions('5', '5'), versions('5', '6')).map((d) => d.where)).toEqual(['s/1'])
  })

  test('old times are data', () => {
    const at = (year: number): Normal => seen(`{"t":"${year}-01-01T00:00:00Z"}\n`)
    expect(between(at(2020), at(2021))).toHaveLength(1)
  })

  test('a step that only one side reached is a difference', () => {
    const { normal } = step('x', seen('{}\n'))
    expect(compare('s', [step('x', normal), step('y', normal)], [step('x', normal)]).map((d) => d.where)).toEqual(['s/y'])
  })
})

test('the list of known differences is for certain places', () => {
  const difference = { where: 'options of writes/there', request: '', path: 'status', reference: '201', ours: '500' }
  expect(knownRow(difference)).toBeUndefined()
  expect(knownRow({ ...difference, path: 'body.columnDefinitions[0].description' })?.reason).toContain('documentation')
})

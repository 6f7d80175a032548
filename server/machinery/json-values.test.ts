import { describe, expect, test } from 'vitest'
import { goJson, goSyntax, goText, goVerbS } from './json-values.ts'
import { parseNumbers } from './numbers.ts'

const SAMPLE = parseNumbers('{"b":[1,1.5,null,true],"a":{"x":"<y>"},"c":[],"d":{}}')

describe('a decoded value in the words of Go', () => {
  test.each([
    ['%v', goText, 'map[a:map[x:<y>] b:[1 1.5 <nil> true] c:[] d:map[]]'],
    ['%s', goVerbS, 'map[a:map[x:<y>] b:[%!s(int64=1) %!s(float64=1.5) %!s(<nil>) %!s(bool=true)] c:[] d:map[]]'],
    ['json.Marshal', goJson, '{"a":{"x":"\\u003cy\\u003e"},"b":[1,1.5,null,true],"c":[],"d":{}}'],
    [
      '%#v',
      goSyntax,
      'map[string]interface {}{"a":map[string]interface {}{"x":"<y>"}, "b":[]interface {}{1, 1.5, interface {}(nil), true}, ' +
        '"c":[]interface {}{}, "d":map[string]interface {}{}}',
    ],
  ])('%s', (_, printed, expected) => expect(printed(SAMPLE)).toBe(expected))

  test.each([
    ['%v', goText],
    ['%s', goVerbS],
    ['json.Marshal', goJson],
    ['%#v', goSyntax],
  ])('%s of what is nested deeper than the stack is', (_, printed) => {
    let deep: unknown = 'x'
    for (let i = 0; i < 50_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep }
    expect(printed(deep)).toContain('x')
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNumbers } from '../machinery/numbers.ts'
import { parseYaml, stringifyYaml } from './yaml.ts'

test('what is nested too deeply for the printer is read back as it was, whatever stands in it', () => {
  const anything = fc.record({ [`a: "b" \u2028\u0085\ufeff`]: fc.jsonValue({ maxDepth: 3 }), text: fc.string({ unit: 'grapheme' }) })
  fc.assert(
    fc.property(anything, fc.integer({ min: 100, max: 150 }), fc.boolean(), (value, levels, lists) => {
      let deep = parseNumbers(JSON.stringify(value))
      for (let i = 0; i < levels; i++) deep = lists ? [deep] : { a: deep }
      const text = stringifyYaml({ deep, other: 1 })
      expect(parseYaml(text).value).toEqual({ deep, other: 1 })
      expect(text.split('\n').length).toBeLessThan(levels + 100)
    }),
    { numRuns: 50 },
  )
})

test('a document that no printer could recurse into is printed', () => {
  const levels = 10_000
  const text = stringifyYaml(JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`))
  expect(text).toContain(`${'{"a":'.repeat(levels - 100)}1}`)
})

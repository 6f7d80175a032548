import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Slice } from '../machinery/slice.ts'
import { scheme } from '../scheme/index.ts'
import { noDescriptions } from './descriptions.ts'
import { documents } from './documents.ts'
import { encodeDocument } from './gnostic.ts'
import { jsonSteps } from './json-steps.ts'
import type { Json } from './schemas.ts'
import { atOnce, inTurns, mapped, type Steps } from './steps.ts'

describe('steps in turns', () => {
  test('let others run whenever their time is over, and only then', async () => {
    let clock = 0
    let turns = 0
    let done = false
    const others = (): void => {
      turns++
      if (!done) setImmediate(others)
    }
    setImmediate(others)
    const seen: number[] = []
    // Each step takes 3 ms of a slice of 8: every third is followed by somebody else.
    const result = await inTurns(
      mapped([1, 2, 3, 4, 5, 6], (n) => {
        clock += 3
        seen.push(turns)
        return n * n
      }),
      new Slice(() => clock),
    )
    done = true
    expect(result).toEqual([1, 4, 9, 16, 25, 36])
    expect([seen[0] === seen[2], seen[2]! < seen[3]!, seen[3] === seen[5]]).toEqual([true, true, true])
  })

  test('an error ends them', async () => {
    function* broken(): Steps<void> {
      yield
      throw new Error('lost')
    }
    await expect(inTurns(broken())).rejects.toThrow('lost')
  })
})

test('a document is made, and written in either form, in at least a step for each of its paths', () => {
  const count = <T>(steps: Steps<T>): [number, T] => {
    for (let n = 0; ; n++) {
      const step = steps.next()
      if (step.done === true) return [n, step.value]
    }
  }
  const [steps, v2] = count(
    documents({ scheme, descriptions: noDescriptions, version: '1.37', patchTypes: [], returnsDeletedObject: () => false }).v2(),
  )
  const paths = Object.keys(v2.paths as Json).length
  expect(paths).toBeGreaterThan(400)
  for (const n of [steps, count(jsonSteps(v2, false))[0], count(encodeDocument(2, v2))[0]]) expect(n).toBeGreaterThanOrEqual(paths)
})

test('JSON in steps is what JSON.stringify says', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(atOnce(jsonSteps(value as Json, false)).toString()).toBe(JSON.stringify(value))
    }),
  )
  expect(atOnce(jsonSteps({ a: undefined, b: { c: undefined, d: {} } } as unknown as Json, false)).toString()).toBe('{"b":{"d":{}}}')
})

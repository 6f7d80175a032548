import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takenBack } from './take-back.ts'

const deployment = (command: string, revision: string, more: object = {}): object => ({
  metadata: { annotations: { revision } },
  spec: { containers: [{ name: 'a', command: ['sh', '-c', command] }], ...more },
})

test('what others have written elsewhere stays', () => {
  expect(takenBack(deployment('new', '3', { replicas: 5 }), deployment('new', '2'), deployment('old', '2'))).toEqual(
    deployment('old', '3', { replicas: 5 }),
  )
})

test('what was added goes, what was removed comes back', () => {
  expect(takenBack({ a: 1, b: 2, x: 9 }, { a: 1, b: 2 }, { a: 1, c: 3 })).toEqual({ a: 1, c: 3, x: 9 })
})

test('what somebody has changed meanwhile is not guessed; what has been taken back already is done', () => {
  expect(takenBack(deployment('theirs', '3'), deployment('new', '2'), deployment('old', '2'))).toBeUndefined()
  expect(takenBack({ list: [1, 2, 3] }, { list: [1, 2] }, { list: [1] })).toBeUndefined()
  expect(takenBack({ a: 1 }, { a: 2, b: 2 }, { a: 2 })).toEqual({ a: 1 })
  expect(takenBack(deployment('old', '3'), deployment('new', '2'), deployment('old', '2'))).toEqual(deployment('old', '3'))
})

test('alone, a change is taken back to what was there', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer()))
  const { node } = fc.letrec((tie) => ({
    node: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof({ maxDepth: 3 }, leaf, tie('node'))),
  }))
  fc.assert(fc.property(node, node, (before, after) => void expect(takenBack(after, after, before)).toEqual(before)))
  fc.assert(fc.property(node, node, (now, after) => void expect(takenBack(now, after, after)).toEqual(now)))
})

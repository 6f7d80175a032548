import { expect, test } from 'vitest'
import { nextTurn, takeTurns } from './turns.ts'

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('workers alternate, one turn at a time, and others come in between', async () => {
  const seen: string[] = []
  const worker = (name: string, turns: number): void => {
    let left = turns
    takeTurns({ turn: () => (seen.push(name), --left > 0) })
  }
  worker('a', 3)
  worker('b', 1)
  worker('c', 2)
  expect(seen).toEqual([])
  setImmediate(() => seen.push('other'))
  await settle()
  expect(seen).toEqual(['a', 'other', 'b', 'c', 'a', 'c', 'a'])
})

test('a worker may ask again once it is done', async () => {
  let turns = 0
  const worker = { turn: () => (turns++, false) }
  takeTurns(worker)
  await settle()
  takeTurns(worker)
  await settle()
  expect(turns).toBe(2)
})

test('a pass of the event loop grants one turn, however many wait', async () => {
  const passes: number[] = []
  let pass = 0
  const count = (): void => {
    pass++
    if (passes.length < 20) setImmediate(count)
  }
  setImmediate(count)
  await Promise.all(Array.from({ length: 20 }, () => nextTurn().then(() => passes.push(pass))))
  expect(new Set(passes).size).toBe(20)
})

import { describe, expect, test } from 'vitest'
import { WarningRecorder } from './warnings.ts'

describe('WarningRecorder', () => {
  test('leaves out duplicates, empty and unprintable texts', () => {
    const w = new WarningRecorder()
    w.push('a', 'a', '', 'line\nbreak')
    expect([[...w], w.headers]).toEqual([['a'], ['299 - "a"']])
    expect(w.map((t) => t.length)).toEqual([1])
  })

  test('cuts all of them when together they are too long', () => {
    const w = new WarningRecorder()
    for (let i = 0; i < 40; i++) w.push(`${i}`.padEnd(500, 'é'))
    expect(w.headers.length).toBe(16)
    expect(w.headers.every((h) => [...h].length === '299 - ""'.length + 256)).toBe(true)
  })
})

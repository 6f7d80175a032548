import { describe, expect, test } from 'vitest'
import type { Profile } from './pprof.ts'
import { diffFlame, diffTable, sameTypes, scaled, scaleOf } from './profile-diff.ts'

/** Stacks are leaf first. */
const profile = (stacks: Record<string, number>, durationNanos = 0): Profile => ({
  sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
  samples: Object.entries(stacks).map(([stack, value]) => ({
    stack: stack.split(' ').map((name) => ({ name, file: `${name}.go`, line: 1 })),
    values: [value],
  })),
  durationNanos,
  timeNanos: 0,
  periodType: 'cpu',
})

const before = profile({ 'parse main': 30, 'write main': 10, 'old main': 5, main: 1 })
const after = profile({ 'parse main': 50, 'write main': 10, 'new main': 7, main: 1 })

test('per function: what was added, gone, changed and stayed', () => {
  const rows = diffTable(before, after, 0).map(({ name, state, delta, before: was, after: is }) => [
    name,
    state,
    was.total,
    is.total,
    delta,
  ])
  expect(new Map(rows.map(([name, ...row]) => [name, row]))).toEqual(
    new Map<unknown, unknown>([
      ['parse', ['changed', 30, 50, { self: 20, total: 20 }]],
      ['write', ['same', 10, 10, { self: 0, total: 0 }]],
      ['new', ['added', 0, 7, { self: 7, total: 7 }]],
      ['old', ['gone', 5, 0, { self: -5, total: -5 }]],
      ['main', ['changed', 46, 68, { self: 0, total: 22 }]],
    ]),
  )
})

describe('unlike durations', () => {
  test.each([
    ['half as long', 10e9, 5e9, 0.5],
    ['some milliseconds late', 5e9, 5.03e9, 1],
    ['no duration, as of a heap', 0, 0, 1],
    ['only one tells it', 0, 5e9, 1],
  ])('%s', (_, then, now, scale) => {
    expect(scaleOf(profile({}, then), profile({}, now))).toBe(scale)
  })

  test('of a heap that was sampled longer say nothing about what it holds', () => {
    const heap = (durationNanos: number): Profile => ({
      ...profile({}, durationNanos),
      sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    })
    expect(scaleOf(heap(3e9), heap(60e9))).toBe(1)
  })

  test('are compared by what the same time costs', () => {
    const long = profile({ 'parse main': 100 }, 10e9)
    const short = profile({ 'parse main': 50 }, 5e9)
    expect(diffTable(scaled(long, scaleOf(long, short)), short, 0).map(({ state }) => state)).toEqual(['same', 'same'])
  })
})

test('one tree of both: callees fit into their callers, and each tells how much was there before', () => {
  const root = diffFlame(before, after, 0)
  const main = root.children.get('main')!
  expect([root.total, root.before]).toEqual([46 + 68, { total: 46, self: 0 }])
  expect([main.self, main.before]).toEqual([2, { total: 46, self: 1 }])
  expect(Object.fromEntries([...main.children].map(([name, { total, before: was }]) => [name, [was?.total, total]]))).toEqual({
    parse: [30, 80],
    write: [10, 20],
    old: [5, 5],
    new: [0, 7],
  })
  expect([...main.children.values()].reduce((sum, { total }) => sum + total, main.self)).toBe(main.total)
})

test('a heap is not compared with a CPU profile', () => {
  const heap = { ...before, sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }] }
  expect([sameTypes(before, after), sameTypes(before, heap), sameTypes(heap, { ...heap, sampleTypes: [] })]).toEqual([true, false, false])
})

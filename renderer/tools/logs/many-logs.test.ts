import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../kube/testing/fake-clock.ts'
import type { WatchHandlers } from '../../kube/watch-socket.ts'
import { LogBuffer } from './log-buffer.ts'
import { type LogSource, ManyLogs } from './many-logs.ts'

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000001Z`
const source = (id: string, run = 0): LogSource => ({
  id,
  of: id,
  run,
  over: false,
  context: 'c',
  path: (since) => `/${id}${since ? `?since=${since}` : ''}`,
})

function set() {
  const open = new Map<string, WatchHandlers>()
  const asked: string[] = []
  const clock = new FakeClock()
  const buffer = new LogBuffer()
  const logs = new ManyLogs({
    sockets: {
      watch(_context, path, _accept, handlers) {
        asked.push(path)
        open.set(path.split('?')[0] ?? '', handlers)
        return { close: () => open.delete(path.split('?')[0] ?? '') }
      },
    },
    clock,
    buffer,
    changed: () => {},
  })
  const shown = (): string[] => buffer.lines.map((line, index) => `${buffer.sources[index]} ${line.slice(17, 19)} ${line.split(' ')[1]}`)
  return { open, asked, clock, logs, shown, buffer }
}

describe('many logs in one', () => {
  test('what pods have at first is in the order of its times, whoever sends first', () => {
    const { open, clock, logs, shown } = set()
    logs.set([source('/a'.slice(1)), source('b')])
    open.get('/a')?.data([`${at(1)} one`, `${at(5)} five`])
    clock.advance(500)
    expect(shown()).toEqual([])
    open.get('/b')?.data([`${at(3)} three`])
    clock.advance(200)
    expect(shown()).toEqual(['0 01 one', '1 03 three', '0 05 five'])
  })

  test('a pod that says nothing holds nobody up for long', () => {
    const { open, clock, logs, shown } = set()
    logs.set([source('a'), source('b')])
    open.get('/a')?.data([`${at(1)} one`])
    clock.advance(2_000)
    expect(shown()).toEqual(['0 01 one'])
  })

  test('a container that restarts is read on from its last line, without the lines that come again; one that left is closed', () => {
    const { open, asked, clock, logs, shown } = set()
    logs.set([source('a')])
    open.get('/a')?.data([`${at(1)} one`, `${at(2)} two`])
    open.get('/a')?.end()
    clock.advance(1_500)
    expect(asked).toEqual(['/a', `/a?since=${at(2)}`])
    open.get('/a')?.data([`${at(2)} two`, `${at(4)} four`])
    clock.advance(500)
    expect(shown()).toEqual(['0 01 one', '0 02 two', '0 04 four'])
    logs.set([])
    expect(open.size).toBe(0)
    clock.advance(60_000)
    expect(asked).toHaveLength(2)
  })

  test('lines of one moment, and those of a clock that was set back, are all there, once each', () => {
    const { open, clock, logs, shown } = set()
    logs.set([source('a')])
    open.get('/a')?.data([`${at(5)} one`])
    open.get('/a')?.data([`${at(5)} two`, `${at(3)} earlier`])
    open.get('/a')?.end()
    clock.advance(1_500)
    open.get('/a')?.data([`${at(4)} before`, `${at(5)} one`])
    open.get('/a')?.data([`${at(5)} two`, `${at(5)} three`, `${at(2)} back`])
    open.get('/a')?.end()
    clock.advance(2_500)
    open.get('/a')?.data([`${at(5)} one`, `${at(5)} two`, `${at(5)} three`, `${at(6)} six`])
    clock.advance(500)
    expect(shown()).toEqual(['0 05 one', '0 05 two', '0 03 earlier', '0 05 three', '0 02 back', '0 06 six'])
  })

  test('a pod that joins has a number of its own, one that comes back its old one; what cannot be read is told', () => {
    const { open, clock, logs, shown } = set()
    logs.set([source('a')])
    logs.set([source('a'), source('b')])
    logs.set([source('b')])
    logs.set([source('b'), source('a')])
    expect([logs.numberOf('a'), logs.numberOf('b')]).toEqual([0, 1])
    open.get('/a')?.error(403, { message: 'no' })
    open.get('/b')?.data([`${at(9)} nine`])
    clock.advance(300)
    expect(shown()).toEqual(['1 09 nine'])
    expect(logs.errors).toEqual([{ id: 'a', status: 403, body: { message: 'no' } }])
  })

  test('a line between two runs: of a log that ended and of the run before; one that waits begins at once', () => {
    const { open, asked, clock, logs, shown, buffer } = set()
    const earlier: LogSource = { ...source('a'), id: 'before', over: true, path: () => '/before' }
    logs.set([earlier, { ...source('a', 1), before: { exitCode: 3 } }])
    open.get('/a')?.data([`${at(5)} five`])
    open.get('/before')?.data([`${at(2)} two`])
    open.get('/before')?.end()
    clock.advance(200)
    expect(buffer.lines.map((line) => line.slice(17, 19))).toEqual(['02', '', '05'])
    expect([...buffer.rules]).toEqual([[1, { source: 0, run: 1, end: { exitCode: 3 } }]])
    open.get('/a')?.end()
    logs.set([{ ...source('a', 2), before: { exitCode: 4 } }])
    expect(asked).toEqual(['/before', '/a', `/a?since=${at(5)}`])
    open.get('/a')?.data([`${at(7)} seven`])
    clock.advance(200)
    expect(shown().at(-1)).toBe('0 07 seven')
    expect(buffer.rules.get(3)).toEqual({ source: 0, run: 2, end: { exitCode: 4 } })
    clock.advance(60_000)
    expect(asked).toHaveLength(3)
  })

  test('a line too long to come is its beginning, with how long it is', () => {
    const { open, clock, logs, buffer } = set()
    logs.set([source('a')])
    open.get('/a')?.data([{ text: `${at(1)} xxx`, bytes: 60_000_000 }, { odd: true }, 7])
    clock.advance(200)
    expect([buffer.lines, [...buffer.cuts]]).toEqual([[`${at(1)} xxx`], [[0, 60_000_000]]])
  })

  test('a line that has not ended stands behind the others, and becomes the line that it was the beginning of', () => {
    const { open, clock, logs, shown, buffer } = set()
    logs.set([source('a'), source('b')])
    open.get('/a')?.data([`${at(1)} one`, { text: `${at(2)} Pass`, open: true }])
    open.get('/b')?.data([`${at(3)} three`])
    clock.advance(2_000)
    expect(shown()).toEqual(['0 01 one', '1 03 three'])
    expect(buffer.open).toEqual([{ text: `${at(2)} Pass`, source: 0 }])
    expect([buffer.at(2), buffer.sourceOf(2)]).toEqual([`${at(2)} Pass`, 0])
    open.get('/a')?.data([{ text: `${at(2)} Password:`, open: true, bytes: 90 }])
    clock.advance(200)
    expect(buffer.open).toEqual([{ text: `${at(2)} Password:`, source: 0, bytes: 90 }])
    expect(buffer.cutOf(2)).toBe(90)
    open.get('/a')?.data([`${at(2)} Password:`])
    clock.advance(200)
    expect([buffer.open, shown().at(-1)]).toEqual([[], '0 02 Password:'])
  })

  test('a line that will not end is one: its run is over, or its pod is gone; a lost connection brings it again', () => {
    const { open, clock, logs, shown, buffer } = set()
    logs.set([source('a')])
    open.get('/a')?.data([`${at(1)} one`, { text: `${at(2)} two`, open: true }])
    open.get('/a')?.lost()
    clock.advance(1_500)
    expect([shown(), buffer.open.length]).toEqual([['0 01 one'], 1])
    open.get('/a')?.data([`${at(1)} one`, { text: `${at(2)} two`, open: true }])
    clock.advance(200)
    expect([shown(), buffer.open.length]).toEqual([['0 01 one'], 1])
    open.get('/a')?.lost()
    logs.set([{ ...source('a', 1), before: { exitCode: 3 } }])
    open.get('/a')?.data([`${at(4)} four`, { text: `${at(5)} five`, open: true }])
    clock.advance(200)
    expect(shown()).toEqual(['0 01 one', '0 02 two', '0  undefined', '0 04 four'])
    logs.set([])
    clock.advance(200)
    expect([shown().at(-1), buffer.open]).toEqual(['0 05 five', []])
  })
})

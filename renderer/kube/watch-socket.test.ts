import { describe, expect, test } from 'vitest'
import { FakeClock } from './testing/fake-clock.ts'
import { type Notice, type SocketLike, type SocketState, type WatchHandlers, WatchSocket } from './watch-socket.ts'

class FakeSocket implements SocketLike {
  sent: { op: string; id: number; path?: string }[] = []
  onopen: SocketLike['onopen'] = null
  onclose: SocketLike['onclose'] = null
  onmessage: SocketLike['onmessage'] = null
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { op: string; id: number })
  }
  close(): void {}
  open(): void {
    this.onopen?.(new Event('open'))
  }
  drop(): void {
    this.onclose?.(new Event('close') as CloseEvent)
  }
  frame(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent)
  }
}

function setUp() {
  const clock = new FakeClock()
  const sockets: FakeSocket[] = []
  const states: SocketState[] = []
  const notices: Notice[] = []
  const socket = new WatchSocket({
    clock,
    random: () => 0,
    changed: (state) => states.push(state),
    notice: (notice) => notices.push(notice),
    connect: () => {
      const made = new FakeSocket()
      sockets.push(made)
      return made
    },
  })
  const log: string[] = []
  const handlers = (name: string): WatchHandlers => ({
    open: () => log.push(`${name} open`),
    data: (events) => log.push(`${name} ${JSON.stringify(events)}`),
    end: () => log.push(`${name} end`),
    error: (status) => log.push(`${name} error ${status}`),
    lost: () => log.push(`${name} lost`),
  })
  const current = () => {
    const made = sockets.at(-1)
    if (!made) throw new Error('no socket was opened')
    return made
  }
  return { clock, sockets, states, notices, socket, log, handlers, current }
}

describe('WatchSocket', () => {
  test('connects before the first watch when it is told to, once', () => {
    const { socket, sockets, log, handlers, current, clock } = setUp()
    socket.connect()
    socket.connect()
    expect(sockets).toHaveLength(1)
    socket.watch('local', '/a', 'x', handlers('a'))
    expect(sockets).toHaveLength(1)
    current().open()
    current().frame({ id: 1, t: 'open', status: 200 })
    expect(log).toEqual(['a open'])
    current().drop()
    // It waits for its next try.
    socket.connect()
    expect(sockets).toHaveLength(1)
    clock.advance(250)
    expect(sockets).toHaveLength(2)
  })

  test('connects with the first watch and sends what waited', () => {
    const { socket, sockets, handlers, current } = setUp()
    expect(sockets).toHaveLength(0)
    socket.watch('local', '/a', 'x', handlers('a'))
    socket.watch('local', '/b', 'x', handlers('b'))
    expect(current().sent).toEqual([])
    current().open()
    expect(current().sent.map((m) => m.path)).toEqual(['/a', '/b'])
    expect(sockets).toHaveLength(1)
  })

  test('frames reach their feed only; an end or an error is the last', () => {
    const { socket, log, handlers, current } = setUp()
    socket.watch('local', '/a', 'x', handlers('a'))
    socket.watch('local', '/b', 'x', handlers('b'))
    current().open()
    current().frame({ id: 2, t: 'data', lines: [{ type: 'ADDED' }] })
    current().frame({ id: 1, t: 'error', status: 403, body: {} })
    current().frame({ id: 1, t: 'data', lines: [1] })
    current().frame({ id: 2, t: 'end' })
    current().frame({ t: 'error', status: 400, body: {} })
    expect(log).toEqual(['b [{"type":"ADDED"}]', 'a error 403', 'b end'])
    expect(socket.watches).toBe(0)
  })

  test('a lost socket tells every feed, waits, and comes back with what was asked meanwhile', () => {
    const { socket, log, handlers, current, sockets, clock, states } = setUp()
    socket.watch('local', '/a', 'x', { ...handlers('a'), lost: () => socket.watch('local', '/again', 'x', handlers('again')) })
    current().open()
    current().drop()
    expect(states.at(-1)).toEqual({ phase: 'lost', retryAt: clock.now() + 250 })
    clock.advance(250)
    expect(sockets).toHaveLength(2)
    current().open()
    expect(current().sent.map((m) => m.path)).toEqual(['/again'])
    expect(log).toEqual([])
  })

  test('a kick tries at once; waits double up to ten seconds', () => {
    const { socket, handlers, current, sockets, clock } = setUp()
    socket.watch('local', '/a', 'x', handlers('a'))
    for (let i = 0; i < 8; i++) {
      current().drop()
      clock.advance(10_000)
    }
    expect(sockets).toHaveLength(9)
    current().drop()
    socket.kick()
    expect(sockets).toHaveLength(10)
    clock.advance(60_000)
    expect(sockets).toHaveLength(10)
  })

  test('a closed watch is closed at the server, once', () => {
    const { socket, handlers, current } = setUp()
    const watch = socket.watch('local', '/a', 'x', handlers('a'))
    current().open()
    watch.close()
    watch.close()
    expect(current().sent.map((m) => m.op)).toEqual(['open', 'close'])
  })

  test('what the gateway tells by itself reaches nobody who watches', () => {
    const { socket, handlers, current, log, notices } = setUp()
    socket.watch('local', '/a', 'x', handlers('a'))
    current().open()
    const state = { context: 'c', phase: 'live', since: 0 }
    current().frame({ t: 'cluster', state })
    current().frame({ t: 'contexts' })
    expect(notices).toEqual([{ t: 'cluster', state }, { t: 'contexts' }])
    expect(log).toEqual([])
  })
})

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { nextTurn, turnsWaited } from '../machinery/turns.ts'
import { Connections, type Protocol } from './connections.ts'
import type { ConnectionState } from './exchange.ts'
import { connectionBounds, phaseLimits } from './limits.ts'

/** What `Connections` sees of a socket. */
class FakeSocket extends EventEmitter {
  destroyed = false
  readonly localAddress = '127.0.0.1'
  readonly remotePort: number
  readonly remoteAddress: string

  constructor(remotePort: number, remoteAddress: string) {
    super()
    this.remotePort = remotePort
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}

class Client implements Protocol {
  readonly socket: FakeSocket
  readonly state: ConnectionState = { peerCertificate: undefined, memo: new Map() }
  active = 0
  checked = 0

  constructor(port: number, address: string) {
    this.socket = new FakeSocket(port, address)
  }

  check(elapsed: number): void {
    this.checked += elapsed
  }

  evict(): void {
    this.socket.destroy()
  }
}

class House {
  readonly clock = new FakeClock()
  readonly connections: Connections
  #port = 0

  constructor(bounds = { total: 20, anonymous: 10, anonymousPerAddress: 6 }) {
    this.connections = new Connections(this.clock, bounds)
  }

  /** A connection that has got no further than TCP. */
  tcp(address = '10.0.0.1'): Client {
    const client = new Client(++this.#port, address)
    this.connections.admit(client.socket as unknown as Socket)
    return client
  }

  /** One whose handshake is done. */
  tls(address?: string): Client {
    const client = this.tcp(address)
    this.connections.established(client.socket as unknown as Socket, client.state, client)
    return client
  }

  /** One that has logged in. */
  known(address?: string): Client {
    const client = this.tls(address)
    client.state.authenticated = true
    return client
  }
}

const many = <T>(n: number, make: (i: number) => T): T[] => new Array(n).fill(0).map((_, i) => make(i))
const left = (clients: Client[]): number => clients.filter((c) => !c.socket.destroyed).length

test('nothing is looked at each second on a port without connections', () => {
  const house = new House()
  const intervals: number[] = []
  const setInterval = house.clock.setInterval.bind(house.clock)
  let running = 0
  house.clock.setInterval = (fn, ms) => {
    intervals.push(ms)
    running++
    const timer = setInterval(fn, ms)
    return {
      cancel: () => {
        running--
        timer.cancel()
      },
    }
  }
  house.clock.advance(60_000)
  expect(intervals).toEqual([])
  const [one, other] = [house.tls(), house.tls()]
  expect(intervals).toEqual([1000])
  house.clock.advance(3000)
  expect([one.checked, other.checked]).toEqual([3000, 3000])
  one.socket.destroy()
  other.socket.destroy()
  house.clock.advance(1000)
  expect(running).toBe(0)
  house.clock.advance(60_000)
  const late = house.tls()
  house.clock.advance(2000)
  expect([intervals.length, late.checked]).toEqual([2, 2000])
  house.connections.close()
  house.tls()
  expect(running).toBe(0)
})

describe('the number of connections', () => {
  test('before login: when there are too many, the oldest of the same address go, then the oldest of all', () => {
    const house = new House()
    const flood = many(6, () => house.tcp('10.0.0.66'))
    const others = many(4, (i) => house.tls(`10.0.0.${i}`))
    house.clock.advance(6000)
    const late = house.tcp('10.0.0.66')
    expect(flood.map((c) => c.socket.destroyed)).toEqual([true, false, false, false, false, false])
    const other = house.tcp('10.0.0.7')
    expect(flood.map((c) => c.socket.destroyed)).toEqual([true, true, false, false, false, false])
    expect(left([...others, late, other])).toBe(6)
  })

  test('many clients that come at once are not silent yet: they have five seconds, up to the bound of all', () => {
    const house = new House()
    const storm = many(20, (i) => house.tls(`10.0.1.${i}`))
    expect(left(storm)).toBe(20)
    house.tcp()
    expect(storm[0]!.socket.destroyed).toBe(true)
    expect(house.connections.size).toBe(20)
  })

  test('silent ones never shut a new client out, and those who have logged in stay', () => {
    const house = new House()
    const known = many(15, () => house.known('127.0.0.1'))
    for (let i = 0; i < 1000; i++) {
      const last = house.tls('127.0.0.1')
      expect(last.socket.destroyed).toBe(false)
      if (i % 7 === 0) house.clock.advance(1000)
    }
    expect(left(known)).toBe(15)
    const guest = house.known('127.0.0.1')
    many(1000, () => house.tls('127.0.0.1'))
    expect(guest.socket.destroyed).toBe(false)
    expect(house.connections.size).toBe(20)
  })

  test('one with a request goes after those without', () => {
    const house = new House()
    const busy = many(3, () => house.tls())
    for (const client of busy) client.active = 1
    const idle = many(3, () => house.tls())
    house.clock.advance(6000)
    many(3, () => house.tls())
    expect([left(busy), left(idle)]).toEqual([3, 0])
  })

  test('full of those who have logged in: the oldest idle one goes; when all are busy the new one is refused', () => {
    const house = new House()
    const clients = many(20, () => house.known())
    clients[0]!.active = 1
    house.known()
    expect(clients.map((c) => c.socket.destroyed).indexOf(true)).toBe(1)
    for (const client of clients) client.active = 1
    many(100, () => {
      const client = house.known()
      client.active = 1
      return client
    })
    expect(left(clients)).toBe(19)
    expect(house.connections.size).toBe(20)
    expect(house.tcp().socket.destroyed).toBe(true)
  })

  test('never more than the bound, whatever comes and goes', () => {
    const step = fc.record({ kind: fc.constantFrom('tcp', 'tls', 'known', 'close', 'login', 'wait'), n: fc.nat(30) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const house = new House({ total: 8, anonymous: 4, anonymousPerAddress: 2 })
        const clients: Client[] = []
        for (const { kind, n } of steps) {
          const client = clients[n % Math.max(1, clients.length)]
          if (kind === 'close') client?.socket.destroy()
          else if (kind === 'login') client && (client.state.authenticated = true)
          else if (kind === 'wait') house.clock.advance(n * 300)
          else clients.push(house[kind as 'tcp' | 'tls' | 'known'](`10.0.0.${n % 3}`))
          expect(left(clients)).toBe(house.connections.size)
          expect(house.connections.size).toBeLessThanOrEqual(8)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('bounds stay below the descriptors, and hold ten thousand where there are enough', () => {
    expect(connectionBounds(20_000, 0.75, 16_384)).toEqual({ total: 15_000, anonymous: 4096, anonymousPerAddress: 2048 })
    expect(connectionBounds(512, 0.75, 16_384)).toEqual({ total: 384, anonymous: 192, anonymousPerAddress: 96 })
    expect(connectionBounds(Infinity, 0.75, 16_384).total).toBe(16_384)
  })
})

describe('time', () => {
  test('a handshake has its limit, however much of it has arrived; a second later nothing is left', async () => {
    const house = new House()
    const silent = house.tcp()
    const client = house.tls()
    house.clock.advance(phaseLimits.handshake - 1000)
    expect(silent.socket.destroyed).toBe(false)
    house.clock.advance(2000)
    while (turnsWaited() > 0) await nextTurn()
    expect([silent.socket.destroyed, client.socket.destroyed]).toEqual([true, false])
    expect(house.connections.size).toBe(1)
  })

  test('protocols hear of every second, before login and after, until they are gone', () => {
    const house = new House()
    const clients = [house.tls(), house.known(), house.tls()]
    house.clock.advance(5000)
    clients[2]!.socket.destroy()
    house.clock.advance(5000)
    expect(clients.map((c) => c.checked)).toEqual([10_000, 10_000, 5000])
    house.connections.close()
    house.clock.advance(5000)
    expect(clients[0]!.checked).toBe(10_000)
  })

  test('time in which this process stood still is not held against the clients', () => {
    let tick: () => void = () => {}
    let now = 0
    const clock = {
      now: () => now,
      monotonic: () => now,
      setTimeout: () => ({ cancel() {} }),
      setInterval: (fn: () => void) => ((tick = fn), { cancel() {} }),
    }
    const connections = new Connections(clock, { total: 9, anonymous: 9, anonymousPerAddress: 9 })
    const socket = new FakeSocket(1, '10.0.0.1')
    connections.admit(socket as unknown as Socket)
    now += 60_000
    tick()
    expect(socket.destroyed).toBe(false)
  })
})

test('the cost of a newcomer does not grow with the number of connections', () => {
  /** Looks at clients while `n` silent ones are pushed out by as many others, some of them busy. */
  const looks = (n: number): number => {
    const house = new House({ total: 4 * n, anonymous: n, anonymousPerAddress: n })
    let seen = 0
    const join = (i: number): void => {
      const client = house.tls(`10.0.0.${i % 5}`)
      Object.defineProperty(client, 'active', { get: () => (seen++, i % 10 === 0 ? 1 : 0) })
    }
    many(n, join)
    house.clock.advance(6000)
    many(n, join)
    // The busy ones were passed over, so that young ones came first in the end.
    expect(house.connections.size).toBeLessThanOrEqual(n * 1.1)
    return seen
  }
  expect(looks(2000)).toBeLessThanOrEqual(looks(1000) * 2 + 20)
})

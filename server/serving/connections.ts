import type { Socket } from 'node:net'
import type { Clock, Timer } from '../machinery/clock.ts'
import { Closer } from './closer.ts'
import type { ConnectionState } from './exchange.ts'
import { phaseLimits, type ConnectionBounds } from './limits.ts'

/** What is spoken on a connection once its handshake is done. */
export interface Protocol {
  /** Requests whose answers are not complete. */
  readonly active: number
  /** Called once a second with the milliseconds since: ends a connection of which a phase takes too long. */
  check(elapsedMs: number): void
  /** Ends it at once, to make room for others. */
  evict(): void
}

interface Connection {
  readonly socket: Socket
  readonly address: string
  age: number
  /** Absent until the handshake is done. */
  protocol?: Protocol
  state?: ConnectionState
}

const sweepMs = 1000
/** Younger ones may simply wait for us: when a thousand clients come back at once, nobody is a silent one yet. */
const patienceMs = 5000
/** How many busy connections are passed over in the search for an idle one. */
const looks = 16

/**
 * The connections of one port: how many there may be, and how long each may take. When there is no room, those give way that nobody has
 * logged in on, the oldest first; then idle ones. A new connection is refused only when every other one is known and busy.
 */
export class Connections {
  readonly #clock: Clock
  readonly #bounds: ConnectionBounds
  // In the order in which they came, so that the first is the oldest.
  readonly #anonymous = new Set<Connection>()
  readonly #anonymousOf = new Map<string, Set<Connection>>()
  readonly #known = new Set<Connection>()
  readonly #byPeer = new Map<string, Connection>()
  readonly #closer = new Closer()
  /** While there are connections: a process has thousands of ports that nobody calls, where it plays as many nodes. */
  #sweep: Timer | undefined
  #at = 0
  #closed = false

  constructor(clock: Clock, bounds: ConnectionBounds) {
    this.#clock = clock
    this.#bounds = bounds
  }

  get size(): number {
    return this.#anonymous.size + this.#known.size
  }

  /** Takes one more, from TCP on, when the others are within bounds. False when there is no room for it, and its socket is destroyed. */
  admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ''
    const { total, anonymous, anonymousPerAddress } = this.#bounds
    const neighbours = this.#anonymousOf.get(address)
    if (neighbours !== undefined) this.#evictAnonymous(neighbours, anonymousPerAddress, patienceMs)
    this.#evictAnonymous(this.#anonymous, anonymous, patienceMs)
    if (this.size >= total && !this.#evictAnonymous(this.#anonymous, 1, 0) && !this.#evictKnown()) {
      socket.destroy()
      return false
    }
    const connection: Connection = { socket, address, age: 0 }
    this.#anonymous.add(connection)
    this.#beginSweeps()
    const same = this.#anonymousOf.get(address)
    if (same === undefined) this.#anonymousOf.set(address, new Set([connection]))
    else same.add(connection)
    const peer = peerOf(socket)
    this.#byPeer.set(peer, connection)
    socket.once('close', () => {
      this.#forget(connection)
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer)
    })
    return true
  }

  /** The client has ended an admitted one before it said anything. */
  ended(socket: Socket): void {
    this.#closer.close(socket)
  }

  /** The handshake is done: `socket` is the one that TLS made of an admitted one. */
  established(socket: Socket, state: ConnectionState, protocol: Protocol): void {
    const connection = this.#byPeer.get(peerOf(socket))
    if (connection === undefined) return void socket.destroy()
    connection.protocol = protocol
    connection.state = state
  }

  destroyAll(): void {
    for (const { socket } of [...this.#anonymous, ...this.#known]) socket.destroy()
  }

  /** No more checks. */
  close(): void {
    this.#closed = true
    this.#endSweeps()
  }

  #beginSweeps(): void {
    if (this.#sweep !== undefined || this.#closed) return
    this.#at = this.#clock.now()
    this.#sweep = this.#clock.setInterval(() => this.#check(), sweepMs)
  }

  #endSweeps(): void {
    this.#sweep?.cancel()
    this.#sweep = undefined
  }

  #check(): void {
    if (this.size === 0) return this.#endSweeps()
    const now = this.#clock.now()
    // While this process stood still its peers could not make themselves heard: that time is not theirs.
    const elapsed = Math.min(now - this.#at, 2 * sweepMs)
    this.#at = now
    for (const connection of this.#anonymous) {
      connection.age += elapsed
      if (connection.state?.authenticated === true) this.#learn(connection)
      else if (connection.protocol !== undefined) connection.protocol.check(elapsed)
      else if (connection.age >= phaseLimits.handshake) this.#closer.close(connection.socket)
    }
    for (const connection of this.#known) connection.protocol?.check(elapsed)
  }

  /** Ends one of `among` if it holds `bound` or more. False when it does not, or when its oldest is younger than `patience`. */
  #evictAnonymous(among: Set<Connection>, bound: number, patience: number): boolean {
    for (let looked = 0; among.size >= bound; ) {
      const oldest = first(among)
      // Filters only leave a mark on the state; connections change sides when somebody looks.
      if (oldest.state?.authenticated === true) this.#learn(oldest)
      else if (oldest.age < patience) return false
      else if (looked++ < looks && (oldest.protocol?.active ?? 0) > 0) this.#toTheEnd(oldest)
      else {
        this.#end(oldest)
        return true
      }
    }
    return false
  }

  #evictKnown(): boolean {
    for (let looked = 0; looked < looks && this.#known.size > 0; looked++) {
      const oldest = first(this.#known)
      this.#known.delete(oldest)
      if ((oldest.protocol?.active ?? 0) === 0) {
        this.#end(oldest)
        return true
      }
      this.#known.add(oldest)
    }
    return false
  }

  #toTheEnd(connection: Connection): void {
    for (const set of [this.#anonymous, this.#anonymousOf.get(connection.address)!]) {
      set.delete(connection)
      set.add(connection)
    }
  }

  #learn(connection: Connection): void {
    this.#forget(connection)
    this.#known.add(connection)
  }

  #end(connection: Connection): void {
    this.#forget(connection)
    if (connection.protocol === undefined) connection.socket.destroy()
    else connection.protocol.evict()
  }

  #forget(connection: Connection): void {
    this.#known.delete(connection)
    if (!this.#anonymous.delete(connection)) return
    const same = this.#anonymousOf.get(connection.address)!
    same.delete(connection)
    if (same.size === 0) this.#anonymousOf.delete(connection.address)
  }
}

const first = (of: Set<Connection>): Connection => of.values().next().value!

/** TLS sockets and the TCP sockets under them have these in common, and no two open ones share them. */
const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`

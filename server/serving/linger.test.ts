import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { lingeringClose } from './linger.ts'

const limits = { linger: 1000, stall: 10_000, body: 30_000 }

/** A peer that takes one write each time it is asked to. */
function slowPeer(): { socket: Duplex; take: () => void } {
  const held: (() => void)[] = []
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => void held.push(callback) })
  return { socket, take: () => held.shift()?.() }
}

const close = (socket: Duplex, clock: FakeClock): void => lingeringClose(socket as unknown as Socket, clock, limits)

describe('the end of a connection', () => {
  test('our side at once, the whole a second later', async () => {
    const clock = new FakeClock()
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() })
    socket.write('last words')
    close(socket, clock)
    await new Promise((resolve) => socket.once('finish', resolve))
    expect(socket.destroyed).toBe(false)
    clock.advance(1000)
    expect(socket.destroyed).toBe(true)
  })

  test('waits for what is written as long as it leaves', async () => {
    const clock = new FakeClock()
    const { socket, take } = slowPeer()
    for (let i = 0; i < 5; i++) socket.write(Buffer.alloc(10))
    close(socket, clock)
    for (let i = 0; i < 4; i++) {
      clock.advance(5000)
      take()
      await new Promise(setImmediate)
      expect(socket.destroyed).toBe(false)
    }
    take()
    clock.advance(1000)
    expect(socket.destroyed).toBe(true)
  })

  test('not for a peer that takes nothing, nor for ever', async () => {
    const clock = new FakeClock()
    const stuck = slowPeer()
    stuck.socket.write('x')
    close(stuck.socket, clock)
    clock.advance(9000)
    expect(stuck.socket.destroyed).toBe(false)
    clock.advance(1000)
    expect(stuck.socket.destroyed).toBe(true)
    const drip = slowPeer()
    for (let i = 0; i < 100; i++) drip.socket.write('x')
    close(drip.socket, clock)
    for (let i = 0; i < 30; i++) {
      clock.advance(1000)
      drip.take()
      await new Promise(setImmediate)
    }
    expect(drip.socket.destroyed).toBe(true)
  })
})

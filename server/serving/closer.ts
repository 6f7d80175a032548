import type { Socket } from 'node:net'
import { takeTurns, type TakesTurns } from '../machinery/turns.ts'

/** A few milliseconds: the kernel takes some 50 µs for each. */
const AT_ONCE = 48

/** Closes sockets, of which thousands may end at one moment, in turns with other work. */
export class Closer implements TakesTurns {
  readonly #sockets: Socket[] = []

  close(socket: Socket): void {
    if (this.#sockets.push(socket) === 1) takeTurns(this)
  }

  turn(): boolean {
    for (const socket of this.#sockets.splice(-AT_ONCE)) socket.destroy()
    return this.#sockets.length > 0
  }
}

const firstSize = 1024

/** Bytes that arrive in pieces, in one buffer that grows: a piece of one byte costs one byte, and pins nothing of what it came in. */
export class Gather {
  length = 0
  #bytes: Buffer

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(firstSize, expected))
  }

  add(bytes: Buffer, start: number, end: number): void {
    const needed = this.length + end - start
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.length)
      this.release()
      this.#bytes = larger
    }
    bytes.copy(this.#bytes, this.length, start, end)
    this.length = needed
  }

  /** Gives the memory back now: a server at rest collects no garbage, and would keep what a client has left behind. Nothing can be read after it. */
  release(): void {
    const { buffer } = this.#bytes
    if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  }

  /** Everything so far, not copied. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }
}

const NEWLINE = 10

/** Cuts a stream of bytes into lines without copying, except for lines that span chunks. */
export class LineSplitter {
  readonly #limit: number
  #rest: Buffer[] = []
  #restLength = 0

  /** A line longer than `limit` bytes throws. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The lines that `chunk` completes, without their line feeds; empty lines are left out. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      const line = this.#take()
      if (line.length > 0) lines.push(line)
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
    return lines
  }

  /** What is left without a line feed at the end of the stream. */
  rest(): Buffer {
    return this.#take()
  }

  #keep(part: Buffer): void {
    this.#restLength += part.length
    if (this.#restLength > this.#limit) throw new RangeError(`a line is longer than ${this.#limit} bytes`)
    this.#rest.push(part)
  }

  #take(): Buffer {
    const [only] = this.#rest
    const line = this.#rest.length === 1 && only !== undefined ? only : Buffer.concat(this.#rest, this.#restLength)
    this.#rest = []
    this.#restLength = 0
    return line
  }
}

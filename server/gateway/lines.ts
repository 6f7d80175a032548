const NEWLINE = 10

/** Cuts a stream of bytes into lines without copying, except for lines that span chunks. */
export class LineSplitter {
  readonly #limit: number
  readonly #cuts: boolean
  readonly #lengths = new WeakMap<Buffer, number>()
  #rest: Buffer[] = []
  #restLength = 0
  #over = 0

  /** A line longer than `limit` bytes throws, or loses what is beyond when `long` is `cut`. */
  constructor(limit: number, long: 'throw' | 'cut' = 'throw') {
    this.#limit = limit
    this.#cuts = long === 'cut'
  }

  /** How many bytes the line had, when it was cut. */
  lengthOfCut(line: Buffer): number | undefined {
    return this.#lengths.get(line)
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

  /** How many bytes of a line without its line feed there are so far, those included that were cut. */
  get openBytes(): number {
    return this.#restLength + this.#over
  }

  /** The same as `rest`, which stays. */
  open(): Buffer {
    const line = Buffer.concat(this.#rest, this.#restLength)
    this.#rest = line.length > 0 ? [line] : []
    if (this.#over > 0) this.#lengths.set(line, this.openBytes)
    return line
  }

  #keep(part: Buffer): void {
    const room = this.#limit - this.#restLength
    if (part.length > room && !this.#cuts) throw new RangeError(`a line is longer than ${this.#limit} bytes`)
    const kept = part.length > room ? part.subarray(0, room) : part
    this.#over += part.length - kept.length
    if (kept.length === 0) return
    this.#restLength += kept.length
    this.#rest.push(kept)
  }

  #take(): Buffer {
    const [only] = this.#rest
    const line = this.#rest.length === 1 && only !== undefined ? only : Buffer.concat(this.#rest, this.#restLength)
    if (this.#over > 0) this.#lengths.set(line, line.length + this.#over)
    this.#rest = []
    this.#restLength = 0
    this.#over = 0
    return line
  }
}

import { setImmediate as turn } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ZippedWatch } from './zipped-watch.ts'

class Output {
  readonly written: Buffer[] = []
  room = true
  ended = false
  drained: (() => void) | undefined
  write(chunk: Buffer): boolean {
    this.written.push(chunk)
    return this.room
  }
  onDrain(callback: () => void): void {
    this.drained = callback
  }
  end(): void {
    this.ended = true
  }
  get text(): string {
    return gunzipSync(Buffer.concat(this.written)).toString()
  }
}

test('what is written in one turn goes out together, and can be read at once', async () => {
  const output = new Output()
  const zipped = new ZippedWatch(output)
  expect([zipped.write(Buffer.from('a\n')), zipped.write(Buffer.from('b\n'))]).toEqual([true, true])
  expect(output.written).toEqual([])
  await turn()
  expect([output.written.length, output.text]).toEqual([1, 'a\nb\n'])
  zipped.write(Buffer.from('c\n'))
  zipped.end()
  expect([output.written.length, output.text, output.ended]).toEqual([2, 'a\nb\nc\n', true])
  await turn()
  expect(output.written.length).toBe(2)
})

test('one frame for many watchers is compressed once', async () => {
  const [one, other] = [new Output(), new Output()]
  const frame = Buffer.from('event\n')
  for (const output of [one, other]) new ZippedWatch(output).write(frame)
  await turn()
  expect(one.written[0]).toBe(other.written[0])
})

test('much is not gathered, and a client that does not read is waited for', () => {
  const output = new Output()
  output.room = false
  const zipped = new ZippedWatch(output)
  const frame = Buffer.alloc(40_000, 'x')
  expect([zipped.write(frame), zipped.write(frame)]).toEqual([true, false])
  expect(output.written.length).toBe(1)
  let goes = false
  zipped.onDrain(() => (goes = true))
  expect(goes).toBe(false)
  output.room = true
  output.drained!()
  expect([goes, zipped.write(frame), output.text.length]).toEqual([true, true, 80_000])
})

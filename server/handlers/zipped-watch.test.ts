import { setImmediate as turn } from 'node:timers/promises'
import { constants, gunzipSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ZippedWatch } from './zipped-watch.ts'

const HEAD = 10

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
  /** What a client that reads one member, as RFC 1952 has it, has been able to read so far. */
  get text(): string {
    return inflateRawSync(Buffer.concat(this.written).subarray(HEAD), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
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
  expect([output.written.length, output.text, output.ended]).toEqual([3, 'a\nb\nc\n', true])
  await turn()
  expect(output.written.length).toBe(3)
})

test('one frame for many watchers is compressed once', async () => {
  const [one, other] = [new Output(), new Output()]
  const [first, second] = [new ZippedWatch(one), new ZippedWatch(other)]
  const frame = Buffer.from('event\n')
  for (const watch of [first, second]) watch.write(Buffer.from('begin\n'))
  await turn()
  for (const watch of [first, second]) watch.write(frame)
  await turn()
  expect(one.written[1]).toBe(other.written[1])
})

test('the whole is one member with the sum of all that was written, also where nothing was', async () => {
  const [some, none] = [new Output(), new Output()]
  const zipped = new ZippedWatch(some)
  for (const text of ['event\n', 'another event\n', 'event\n']) {
    zipped.write(Buffer.from(text))
    await turn()
  }
  zipped.end()
  new ZippedWatch(none).end()
  expect(gunzipSync(Buffer.concat(some.written)).toString()).toBe('event\nanother event\nevent\n')
  expect(gunzipSync(Buffer.concat(none.written)).length).toBe(0)
})

test('much is not gathered, others have their turn behind it, and a client that does not read is waited for', async () => {
  const output = new Output()
  const zipped = new ZippedWatch(output)
  const frame = Buffer.alloc(40_000, 'x')
  let goes = 0
  const goOn = (): void => void goes++
  expect([zipped.write(frame), zipped.write(frame)]).toEqual([true, false])
  zipped.onDrain(goOn)
  expect([output.written.length, goes, output.drained]).toEqual([1, 0, undefined])
  await turn()
  expect(goes).toBe(1)
  output.room = false
  expect([zipped.write(frame), zipped.write(frame)]).toEqual([true, false])
  zipped.onDrain(goOn)
  await turn()
  expect([output.written.length, goes]).toEqual([2, 1])
  output.room = true
  output.drained!()
  expect([goes, zipped.write(frame), output.text.length]).toEqual([2, true, 160_000])
})

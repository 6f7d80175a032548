import { setImmediate as turn } from 'node:timers/promises'
import { constants, gunzipSync, inflateRawSync } from 'node:zlib'
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

test('all that was written can be read before the next member begins', async () => {
  const output = new Output()
  new ZippedWatch(output).write(Buffer.from('event\n'))
  await turn()
  const [HEAD, LAST_BLOCK, TRAILER] = [10, 5, 8]
  const flushed = output.written[0]!.subarray(HEAD, -LAST_BLOCK - TRAILER)
  expect(flushed.subarray(-4).toString('hex')).toBe('0000ffff')
  expect(inflateRawSync(flushed, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).toBe('event\n')
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

import { expect, test } from 'vitest'
import { Resting } from './rest.ts'

test('one at a time, a tenth of the time, also when it fails', async () => {
  let now = 1000
  const resting = new Resting(() => now)
  const take =
    (ms: number, fails = false) =>
    async (): Promise<string> => {
      now += ms
      if (fails) throw new Error('failed')
      return 'taken'
    }
  expect(await resting.run(take(500))).toBe('taken')
  now += 500
  await expect(resting.run(take(1))).rejects.toMatchObject({ retryAfterSeconds: 4 })
  now += 3999
  await expect(resting.run(take(1))).rejects.toMatchObject({ retryAfterSeconds: 1 })
  now += 1
  await expect(resting.run(take(100, true))).rejects.toThrow('failed')
  now += 899
  await expect(resting.run(take(1))).rejects.toMatchObject({ retryAfterSeconds: 1 })
  now += 1
  const first = Promise.withResolvers<void>()
  const running = resting.run(() => first.promise)
  now += 3_600_000
  await expect(resting.run(take(1))).rejects.toMatchObject({ retryAfterSeconds: 1 })
  first.resolve()
  await running
})

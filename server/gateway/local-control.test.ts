import { describe, expect, test } from 'vitest'
import type { Transport } from '../client/transport.ts'
import { FakeClock } from '../machinery/clock.ts'
import { InProcessControl, type RunningControlPlane } from './local-control.ts'

const transport: Transport = {
  request: () => Promise.reject(new Error('not used here')),
  stream: () => Promise.reject(new Error('not used here')),
  close: async () => {},
}

/** A control plane whose boots the test decides. */
function harness() {
  const clock = new FakeClock()
  const boots: { signal: AbortSignal; ok(): { fail(e: Error): void; closed(): boolean }; fail(message: string): void }[] = []
  const order: string[] = []
  const told: string[] = []
  const control = new InProcessControl({
    kubeconfig: '/data/kubeconfig',
    store: 'sqlite',
    clock,
    changed: ({ state, message }) => told.push(message === undefined ? state : `${state}: ${message}`),
    boot: (signal) =>
      new Promise<RunningControlPlane>((resolve, reject) => {
        order.push('boot')
        boots.push({
          signal,
          ok: () => {
            let closed = false
            let fail: (e: Error) => void = () => {}
            const failed = new Promise<never>((_, rej) => (fail = rej))
            resolve({
              url: 'https://127.0.0.1:1',
              reach: { transport },
              failed,
              close: async () => {
                order.push('close')
                closed = true
              },
            })
            return { fail: (e) => fail(e), closed: () => closed }
          },
          fail: (message) => reject(new Error(message)),
        })
      }),
  })
  return { clock, boots, control, order, told }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the local control plane', () => {
  test('is starting, then running and reachable, then stopped', async () => {
    const { clock, boots, control, told } = harness()
    expect(control.status().state).toBe('stopped')
    await control.settled()
    const started = control.start()
    await settle()
    expect(control.status().state).toBe('starting')
    let over = false
    const settled = control.settled().then(() => (over = true))
    await settle()
    expect(over).toBe(false)
    expect(control.reach()).toBeUndefined()
    const running = boots[0]?.ok()
    await started
    await settled
    expect(control.status()).toMatchObject({ state: 'running', url: 'https://127.0.0.1:1', startedAt: clock.now(), restarts: 0 })
    expect(control.reach()).toEqual({ transport })
    await control.stop()
    expect(running?.closed()).toBe(true)
    expect(control.status()).toMatchObject({ state: 'stopped', url: '' })
    expect(told).toEqual(['starting', 'running', 'stopped'])
  })

  test('a failure closes it and starts it again after a growing delay', async () => {
    const { clock, boots, control, order, told } = harness()
    const started = control.start()
    await settle()
    const running = boots[0]?.ok()
    await started
    running?.fail(new Error('the store went away'))
    await settle()
    expect(control.status()).toMatchObject({ state: 'failed', message: 'the store went away' })
    expect(told.at(-1)).toBe('failed: the store went away')
    expect(control.status().log.at(-1)).toMatchObject({ level: 'error', message: 'the store went away' })
    clock.advance(499)
    await settle()
    expect(boots).toHaveLength(1)
    clock.advance(1)
    await settle()
    expect(order).toEqual(['boot', 'close', 'boot'])
    const settled = control.settled()
    boots[1]?.fail('still away')
    await settle()
    await settled
    clock.advance(999)
    await settle()
    expect(boots).toHaveLength(2)
    clock.advance(1)
    await settle()
    boots[2]?.ok()
    await settle()
    expect(control.status()).toMatchObject({ state: 'running', restarts: 2 })
  })

  test('gives up after six failures in a row, until somebody starts it', async () => {
    const { clock, boots, control } = harness()
    void control.start().catch(() => undefined)
    for (let i = 0; i < 6; i++) {
      await settle()
      boots[i]?.fail('no')
      await settle()
      clock.advance(60_000)
    }
    await settle()
    expect(boots).toHaveLength(6)
    expect(control.status()).toMatchObject({ state: 'failed', restarts: 5 })
    const again = control.start()
    await settle()
    boots[6]?.ok()
    await again
    expect(control.status().state).toBe('running')
  })

  test('a stop while it starts aborts the boot and ends stopped', async () => {
    const { boots, control } = harness()
    const started = control.start().catch((e: unknown) => e)
    await settle()
    const stopped = control.stop()
    expect(boots[0]?.signal.aborted).toBe(true)
    boots[0]?.fail('aborted')
    await Promise.all([started, stopped])
    expect(control.status().state).toBe('stopped')
    expect(control.status().message).toBeUndefined()
  })

  test('a boot that finishes in spite of the stop is closed', async () => {
    const { boots, control } = harness()
    const started = control.start()
    await settle()
    const stopped = control.stop()
    const running = boots[0]?.ok()
    await Promise.all([started, stopped])
    expect(running?.closed()).toBe(true)
    expect(control.status().state).toBe('stopped')
  })

  test('keeps the last 200 lines of the log', () => {
    const { control } = harness()
    for (let i = 0; i < 250; i++) control.record('info', `line ${i}`)
    const { log } = control.status()
    expect(log).toHaveLength(200)
    expect(log[0]?.message).toBe('line 50')
  })
})

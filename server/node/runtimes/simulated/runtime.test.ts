import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../machinery/clock.ts'
import { ImagePullError } from '../../runtime.ts'
import { collect } from '../../testing/collect.ts'
import { containerConfig, runtimeSuite, sandboxConfig, type RuntimeUnderTest } from '../../testing/runtime-suite.ts'
import { AddressPool } from './address-pool.ts'
import { createSimulatedRuntime } from './runtime.ts'

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

async function create(): Promise<RuntimeUnderTest & { clock: FakeClock }> {
  const clock = new FakeClock()
  const advance = async (ms: number): Promise<void> => {
    await settle()
    clock.advance(ms)
    await settle()
  }
  return { clock, advance, runtime: createSimulatedRuntime({ clock, version: '0.1.0' }) }
}

runtimeSuite('simulated', create)

describe('simulated runtime', () => {
  test('says that it is one', async () => {
    const { runtime } = await create()
    expect(runtime.disclosure?.nodeLabels).toEqual({ 'binnacle.dev/runtime': 'simulated' })
    expect((await runtime.pullImage({ image: 'nginx', policy: 'IfNotPresent', annotations: {} })).imageRef).toBe('simulated://nginx')
  })

  test('a command it cannot follow stays running and says so in its log', async () => {
    const { runtime, advance } = await create()
    const config = sandboxConfig()
    const sandbox = await runtime.runPodSandbox(config)
    const id = await runtime.createContainer(sandbox.id, containerConfig(['nginx', '-g', 'daemon off;']))
    await runtime.startContainer(id)
    await advance(3_600_000)
    expect((await runtime.status(config.uid))!.containers[0]!.state).toBe('running')
    const lines = await collect(runtime.logs(id, {}))
    expect(lines.map((l) => l.text)).toEqual([
      'simulated: nginx -g daemon off; is not executed; this container stays running until it is stopped',
    ])
  })

  test('annotations: exit, heartbeat, one container only', async () => {
    const { runtime, advance } = await create()
    const config = sandboxConfig({
      annotations: {
        'simulated.binnacle.dev/exit-after-seconds.c': '10',
        'simulated.binnacle.dev/exit-code.c': '42',
        'simulated.binnacle.dev/heartbeat-seconds': '4',
      },
    })
    const sandbox = await runtime.runPodSandbox(config)
    const c = await runtime.createContainer(sandbox.id, containerConfig(['sleep', 'infinity']))
    const other = await runtime.createContainer(sandbox.id, containerConfig(['sleep', 'infinity'], { name: 'other' }))
    await runtime.startContainer(c)
    await runtime.startContainer(other)
    await advance(11_000)
    const status = await runtime.status(config.uid)
    expect(status!.containers.find((x) => x.id === c)).toMatchObject({ state: 'exited', exitCode: 42 })
    expect(status!.containers.find((x) => x.id === other)).toMatchObject({ state: 'running' })
    expect((await collect(runtime.logs(c, {}))).map((l) => l.text)).toEqual(['simulated: heartbeat 1', 'simulated: heartbeat 2'])
  })

  test('SIGTERM: 143 at once; ignored: 137 when the grace is over, or sooner when asked again', async () => {
    const { runtime, clock } = await create()
    const stubborn = sandboxConfig({ annotations: { 'simulated.binnacle.dev/ignore-sigterm': 'true' } })
    const polite = sandboxConfig()
    const start = async (config: typeof polite): Promise<string> => {
      const sandbox = await runtime.runPodSandbox(config)
      const id = await runtime.createContainer(sandbox.id, containerConfig(['sleep', '3600']))
      await runtime.startContainer(id)
      return id
    }
    await runtime.stopContainer(await start(polite), 30)
    expect((await runtime.status(polite.uid))!.containers[0]).toMatchObject({ exitCode: 143, reason: 'Error' })
    const id = await start(stubborn)
    const stopped = runtime.stopContainer(id, 30)
    clock.advance(5000)
    expect((await runtime.status(stubborn.uid))!.containers[0]!.state).toBe('running')
    void runtime.stopContainer(id, 1)
    clock.advance(1000)
    await stopped
    expect((await runtime.status(stubborn.uid))!.containers[0]).toMatchObject({ state: 'exited', exitCode: 137 })
  })

  test('a failing pull', async () => {
    const { runtime } = await create()
    const request = { image: 'x', policy: 'IfNotPresent', annotations: { 'simulated.binnacle.dev/pull-error': 'not found' } } as const
    await expect(runtime.pullImage(request)).rejects.toBeInstanceOf(ImagePullError)
  })

  test('the address pool gives every address once, then says it is empty, and takes them back', () => {
    const pool = new AddressPool('10.1.2.0/29')
    const all = [1, 2, 3, 4, 5].map(() => pool.take())
    expect(all).toEqual(['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6'])
    expect(() => pool.take()).toThrow(RangeError)
    pool.free('10.1.2.4')
    expect(pool.take()).toBe('10.1.2.4')
    const wide = new AddressPool('fd00:10:244::/64')
    expect([wide.take(), wide.take()]).toEqual(['fd00:10:244::2', 'fd00:10:244::3'])
    expect(() => new AddressPool('fd00::/127')).toThrow(RangeError)
    expect(() => new AddressPool('10.1.2.0')).toThrow(RangeError)
    expect(() => new AddressPool('300.1.2.0/24')).toThrow(RangeError)
  })
})

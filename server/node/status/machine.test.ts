import os from 'node:os'
import { describe, expect, test } from 'vitest'
import { createSimulatedRuntime } from '../runtimes/simulated/runtime.ts'
import { FakeClock } from '../../machinery/clock.ts'
import { parseMeminfo, parseNetDev, readMachine, readUsage, type MachineUsage } from './machine.ts'
import { allocatableOf, capacityOf, generateNodeStatus, nodeStateOf, type NodeStatusInput } from './node-status.ts'
import { rate, UsageSampler, type Reading } from './usage-sampler.ts'

describe('the machine', () => {
  test('/proc/meminfo and /proc/net/dev', () => {
    expect(parseMeminfo('MemTotal:       24684084 kB\nHugePages_Total:       0\nInactive(file):   12 kB\n')).toEqual(
      new Map([
        ['MemTotal', 24684084 * 1024],
        ['Inactive(file)', 12 * 1024],
      ]),
    )
    const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
  eth0: 100 2 3 4 5 6 7 8 900 10 11 12 13 14 15 16
`
    expect(parseNetDev(dev)).toEqual([{ name: 'eth0', rxBytes: 100, rxErrors: 3, txBytes: 900, txErrors: 11 }])
  })

  test('this one', async () => {
    const now = Date.UTC(2026, 0, 1)
    const m = await readMachine(os.tmpdir(), now)
    // Only the machine's uptime, not the date, decides between when it started and now.
    expect(Math.abs(now - m.bootTime - os.uptime() * 1000)).toBeLessThan(60_000)
    expect(m).toMatchObject({ cpus: os.availableParallelism(), memoryBytes: os.totalmem(), kernelVersion: os.release() })
    expect(capacityOf(m, 110)).toMatchObject({ cpu: String(m.cpus), pods: '110' })
    expect(Number(allocatableOf(m, 110)['ephemeral-storage'])).toBe(Math.floor(m.storageBytes * 0.9))
    const u = await readUsage(os.tmpdir(), 5)
    expect(u.memoryAvailableBytes + u.memoryWorkingSetBytes).toBe(m.memoryBytes)
    expect(u.cpuNanoSeconds).toBeGreaterThan(0)
  })

  test('readings are shared for a second, and rates look back', async () => {
    const clock = new FakeClock()
    const sampler = new UsageSampler(clock, os.tmpdir())
    const [a, b] = await Promise.all([sampler.read(), sampler.read()])
    expect(a).toBe(b)
    expect(sampler.before).toBeUndefined()
    clock.advance(999)
    expect(await sampler.read()).toBe(a)
    clock.advance(1)
    expect(await sampler.read(1001)).toBe(a)
    expect(await sampler.read()).not.toBe(a)
    expect(sampler.before).toBe(a)
    const at = (time: number, nanos: number): Reading => ({ machine: { time } as MachineUsage, processCpuNanos: nanos, processRssBytes: 0 })
    expect(rate(at(2000, 5e8), at(1000, 0), 'process')).toBe(500_000_000)
    expect(rate(at(2000, 5e8), undefined, 'process')).toBe(0)
  })
})

describe('node conditions', () => {
  const input = async (more: Partial<NodeStatusInput>): Promise<NodeStatusInput> => ({
    identity: { name: 'n', address: 'a', kubeletPort: 1, maxPods: 110, podCIDRs: [''], labels: {} },
    machine: await readMachine(os.tmpdir(), 0),
    usage: await readUsage(os.tmpdir(), 0),
    runtime: { name: 'containerd', version: '2.0' },
    runtimeError: undefined,
    last: [],
    now: 0,
    ...more,
  })
  const short = async (): Promise<MachineUsage> => {
    const u = await readUsage(os.tmpdir(), 0)
    return { ...u, memoryAvailableBytes: 1024, storage: { ...u.storage, availableBytes: 0 } }
  }

  test('pressure, by a kubelet’s limits', async () => {
    const { status, events } = generateNodeStatus(await input({ usage: await short() }))
    expect(status.conditions?.map((c) => `${c.type} ${c.status} ${c.reason}: ${c.message}`)).toEqual([
      'MemoryPressure True KubeletHasInsufficientMemory: kubelet has insufficient memory available',
      'DiskPressure True KubeletHasDiskPressure: kubelet has disk pressure',
      'PIDPressure False KubeletHasSufficientPID: kubelet has sufficient PID available',
      'Ready True KubeletReady: kubelet is posting ready status',
    ])
    expect(events).toEqual(['NodeHasInsufficientMemory', 'NodeHasDiskPressure', 'NodeHasSufficientPID', 'NodeReady'])
    const again = generateNodeStatus(await input({ usage: await short(), last: status.conditions!, now: 60_000 }))
    expect(again.events).toEqual([])
    expect(again.status.conditions?.[0]).toMatchObject({
      lastTransitionTime: '1970-01-01T00:00:00Z',
      lastHeartbeatTime: '1970-01-01T00:01:00Z',
    })
  })

  test('pods that weigh nothing put no pressure on it', async () => {
    const runtime = createSimulatedRuntime({ clock: new FakeClock(), version: '0' })
    const { status } = generateNodeStatus(await input({ usage: await short(), runtime }))
    expect(status.conditions?.slice(0, 3).map((c) => c.status)).toEqual(['False', 'False', 'False'])
  })

  test('a runtime in trouble', async () => {
    const { status, events } = generateNodeStatus(await input({ runtimeError: 'container runtime is down' }))
    expect(status.conditions?.at(-1)).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'container runtime is down',
    })
    expect(events.at(-1)).toBe('NodeNotReady')
  })

  test('two states are the same where the statuses are, but for their times', async () => {
    const runtime = createSimulatedRuntime({ clock: new FakeClock(), version: '0' })
    const cases = [
      {},
      { now: 60_000 },
      { usage: await short() },
      { usage: await short(), runtime },
      { runtimeError: '' },
      { runtimeError: 'container runtime is down' },
      { runtimeError: 'no space' },
    ]
    const inputs = await Promise.all(cases.map(input))
    const untimed = (i: NodeStatusInput): string =>
      JSON.stringify(generateNodeStatus(i).status.conditions!.map(({ type, status, reason, message }) => [type, status, reason, message]))
    for (const a of inputs) for (const b of inputs) expect(nodeStateOf(a) === nodeStateOf(b)).toBe(untimed(a) === untimed(b))
  })
})

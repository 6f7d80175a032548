import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContainerNotFoundError, type ContainerConfig, type LogEntry, type Runtime, type SandboxConfig } from '../runtime.ts'
import { collect } from './collect.ts'

/** What a runtime brings to the suite. `advance` lets time pass: a fake clock's advance, or a real wait. */
export interface RuntimeUnderTest {
  runtime: Runtime
  advance(ms: number): Promise<void>
}

let sequence = 0

export const sandboxConfig = (more: Partial<SandboxConfig> = {}): SandboxConfig => ({
  uid: `uid-${++sequence}`,
  name: `pod-${sequence}`,
  namespace: 'default',
  hostname: `pod-${sequence}`,
  hostNetwork: false,
  attempt: 0,
  labels: {},
  annotations: {},
  podCIDRs: ['10.244.3.0/24'],
  ...more,
})

export const containerConfig = (command: string[], more: Partial<ContainerConfig> = {}): ContainerConfig => ({
  name: 'c',
  attempt: 0,
  image: 'busybox:1.37',
  command,
  args: [],
  env: {},
  cpuRequest: 0.1,
  memoryRequest: 64 * 1024 * 1024,
  ...more,
})

/** Every guarantee of `runtime.ts` as a test; each runtime runs it. */
export function runtimeSuite(name: string, create: () => Promise<RuntimeUnderTest>): void {
  describe(`runtime contract: ${name}`, () => {
    let t: RuntimeUnderTest
    let events: string[]

    beforeEach(async () => {
      t = await create()
      events = []
      t.runtime.onEvent((e) => events.push(`${e.type} ${e.containerId}`))
    })
    afterEach(() => t.runtime.close())

    async function start(command: string[], config = sandboxConfig()): Promise<{ uid: string; sandboxId: string; id: string }> {
      const sandbox = await t.runtime.runPodSandbox(config)
      const id = await t.runtime.createContainer(sandbox.id, containerConfig(command))
      await t.runtime.startContainer(id)
      return { uid: config.uid, sandboxId: sandbox.id, id }
    }
    const container = async (uid: string, id: string) => (await t.runtime.status(uid))?.containers.find((c) => c.id === id)
    const read = async (id: string, options = {}): Promise<LogEntry[]> => collect(t.runtime.logs(id, options))

    test('is ready', async () => {
      expect(await t.runtime.problem()).toBeUndefined()
    })

    test('sandboxes have addresses of the range, each its own', async () => {
      const sandboxes = await Promise.all([1, 2, 3].map(() => t.runtime.runPodSandbox(sandboxConfig())))
      expect(new Set(sandboxes.flatMap((s) => s.ips)).size).toBe(3)
      for (const s of sandboxes) expect(s.ips).toEqual([expect.stringMatching(/^10\.244\.3\.\d+$/)])
    })

    test('and of two ranges one of each, which are free again when it stops', async () => {
      const podCIDRs = ['10.244.4.0/24', 'fd00:10:244:4::/126']
      for (let i = 0; i < 5; i++) {
        const { id, ips } = await t.runtime.runPodSandbox(sandboxConfig({ podCIDRs }))
        expect(ips).toEqual([expect.stringMatching(/^10\.244\.4\.\d+$/), expect.stringMatching(/^fd00:10:244:4::\d$/)])
        await t.runtime.stopPodSandbox(id)
      }
    })

    test('host network has no address of its own', async () => {
      expect((await t.runtime.runPodSandbox(sandboxConfig({ hostNetwork: true }))).ips).toEqual([])
    })

    test('a container goes created, running, exited', async () => {
      const config = sandboxConfig()
      const sandbox = await t.runtime.runPodSandbox(config)
      const id = await t.runtime.createContainer(sandbox.id, containerConfig(['sleep', '1']))
      expect((await container(config.uid, id))?.state).toBe('created')
      await t.runtime.startContainer(id)
      expect(await container(config.uid, id)).toMatchObject({ state: 'running', finishedAt: 0 })
      await t.advance(2000)
      const done = await container(config.uid, id)
      expect(done).toMatchObject({ state: 'exited', exitCode: 0, reason: 'Completed' })
      expect(done!.startedAt).toBeGreaterThan(0)
      expect(done!.finishedAt).toBeGreaterThanOrEqual(done!.startedAt)
      expect(events).toEqual([`created ${id}`, `started ${id}`, `stopped ${id}`])
    })

    test.for([
      [['false'], 1],
      [['true'], 0],
      [['sh', '-c', 'exit 3'], 3],
      [['sh', '-c', 'false || exit 7'], 7],
    ] as const)('%j exits with %i', async ([command, code]) => {
      const { uid, id } = await start([...command])
      await t.advance(200)
      expect(await container(uid, id)).toMatchObject({ state: 'exited', exitCode: code, reason: code === 0 ? 'Completed' : 'Error' })
    })

    test('an exited container is not started again', async () => {
      const { id } = await start(['true'])
      await t.advance(200)
      await expect(t.runtime.startContainer(id)).rejects.toThrow()
    })

    test('stop ends a running container and resolves when it has exited', async () => {
      const { uid, id } = await start(['sh', '-c', 'trap "" 0; sleep 3600'])
      await t.runtime.stopContainer(id, 0)
      expect(await container(uid, id)).toMatchObject({ state: 'exited', exitCode: 137 })
      await t.runtime.stopContainer(id, 0)
      expect(events.filter((e) => e.startsWith('stopped'))).toHaveLength(1)
    })

    test('logs: order, streams, tail, since; kept after the exit', async () => {
      const { id } = await start(['sh', '-c', 'echo one; echo two 1>&2; sleep 1; echo three'])
      await t.advance(2000)
      const all = await read(id)
      expect(all.map((e) => [e.stream, e.text])).toEqual([
        ['stdout', 'one'],
        ['stderr', 'two'],
        ['stdout', 'three'],
      ])
      expect((await read(id, { tail: 1 })).map((e) => e.text)).toEqual(['three'])
      expect(await read(id, { tail: 0 })).toEqual([])
      expect((await read(id, { since: all[2]!.time })).map((e) => e.text)).toEqual(['three'])
    })

    test('a follower sees each entry once and ends with the container', async () => {
      const { id } = await start(['sh', '-c', 'echo one; sleep 1; echo two; sleep 1; echo three'])
      const followed = read(id, { follow: true })
      await t.advance(1500)
      await t.advance(1500)
      expect((await followed).map((e) => e.text)).toEqual(['one', 'two', 'three'])
    })

    test('an aborted follower ends', async () => {
      const { id } = await start(['sleep', '3600'])
      const abort = new AbortController()
      const followed = read(id, { follow: true, signal: abort.signal })
      abort.abort()
      expect(await followed).toEqual([])
    })

    test('logs of an unknown container are an error', async () => {
      await expect(read('nobody')).rejects.toBeInstanceOf(ContainerNotFoundError)
    })

    test('stopping and removing a sandbox ends its containers; both may be repeated', async () => {
      const { uid, sandboxId, id } = await start(['sleep', '3600'])
      await t.runtime.stopPodSandbox(sandboxId)
      expect((await t.runtime.status(uid))?.sandbox.ready).toBe(false)
      expect((await container(uid, id))?.state).toBe('exited')
      await t.runtime.stopPodSandbox(sandboxId)
      await t.runtime.removePodSandbox(sandboxId)
      await t.runtime.removePodSandbox(sandboxId)
      expect(await t.runtime.status(uid)).toBeUndefined()
      expect((await t.runtime.list()).map((p) => p.uid)).not.toContain(uid)
    })

    test('newest attempt comes first', async () => {
      const { uid, sandboxId } = await start(['false'])
      await t.advance(200)
      const second = await t.runtime.createContainer(sandboxId, containerConfig(['sleep', '3600'], { attempt: 1 }))
      await t.runtime.startContainer(second)
      expect((await t.runtime.status(uid))?.containers.map((c) => [c.attempt, c.state])).toEqual([
        [1, 'running'],
        [0, 'exited'],
      ])
    })

    test('stats are those of running containers', async () => {
      const { uid, id } = await start(['sleep', '3600'])
      const [usage] = await t.runtime.stats(uid)
      expect(usage).toMatchObject({ name: 'c' })
      expect(usage!.usageCoreNanoSeconds).toBeGreaterThanOrEqual(0)
      await t.runtime.stopContainer(id, 0)
      expect(await t.runtime.stats(uid)).toEqual([])
    })
  })
}

import { growth, stepsOf } from '../../machinery/testing/steps.ts'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../client/client.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime.ts'
import { container, testPod, WorkerBench } from '../testing/worker-host.ts'
import type { Container, Pod } from '../types.ts'
import { attemptsByName, generateStatus, type StatusInput } from './pod-status.ts'
import { podRequests } from './resources.ts'
import { statusPatch } from './status-patch.ts'
import { StatusWriter } from './status-writer.ts'

/** Twice the containers take twice the work; a look through all of them for each would take four times as much. */
const LINEAR = 2.4

const containers = (n: number, prefix = 'c'): Container[] => Array.from({ length: n }, (_, i) => container(`${prefix}${i}`, 'sleep 1000'))

function runtimeOf(pod: Pod): PodRuntimeStatus {
  const running = (c: Container): ContainerRuntimeStatus => ({
    id: `id-${c.name}`,
    name: c.name,
    attempt: 0,
    image: 'i',
    imageRef: 'i',
    state: 'running',
    createdAt: 1,
    startedAt: 1,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
  })
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(running)
  return {
    uid: 'u1',
    name: 'p',
    namespace: 'ns',
    sandbox: { id: 's', ips: [], ready: true, attempt: 0, createdAt: 1 },
    containers: all,
  }
}

function statusInput(pod: Pod): StatusInput {
  return {
    pod,
    runtimeName: 'simulated',
    runtime: runtimeOf(pod),
    last: undefined,
    waiting: new Map(),
    hostIP: '192.0.2.9',
    now: 1000,
    terminal: false,
    stopped: undefined,
    disclosure: undefined,
  }
}

describe('a pod costs in proportion to its containers', () => {
  test('its status, anew and beside the one before', () => {
    const make = (n: number): StatusInput => statusInput(testPod({ containers: containers(n), initContainers: containers(n, 'i') }))
    expect(growth(300, make, generateStatus)).toBeLessThan(LINEAR)
    expect(
      growth(
        300,
        (n) => {
          const input = make(n)
          return { ...input, last: generateStatus(input) }
        },
        generateStatus,
      ),
    ).toBeLessThan(LINEAR)
    expect(growth(300, (n) => make(n).runtime, attemptsByName)).toBeLessThan(LINEAR)
  })

  test('readiness gates', () => {
    const make = (n: number): StatusInput => {
      const readinessGates = Array.from({ length: n }, (_, i) => ({ conditionType: `t${i}` }))
      const conditions = readinessGates.map(({ conditionType: type }) => ({ type, status: 'True' as const }))
      return statusInput({ ...testPod({ readinessGates }), status: { conditions } })
    }
    expect(growth(300, make, generateStatus)).toBeLessThan(LINEAR)
  })

  test('what it asks for, each container and sidecar a resource of its own', () => {
    const make = (n: number): Pod => {
      const initContainers = containers(n, 'i').map(
        (c, i): Container => ({
          ...c,
          ...(i % 2 === 0 ? { restartPolicy: 'Always' } : {}),
          resources: { requests: { [`r${i}`]: '1' } },
        }),
      )
      return testPod({ containers: containers(n).map((c, i) => ({ ...c, resources: { requests: { [`q${i}`]: '1' } } })), initContainers })
    }
    expect(growth(200, make, podRequests)).toBeLessThan(LINEAR)
  })

  test('the patch between two of its statuses', () => {
    const make = (n: number) => {
      const input = statusInput(testPod({ containers: containers(n) }))
      return [generateStatus(input), generateStatus({ ...input, now: 9000 })] as const
    }
    expect(growth(300, make, ([a, b]) => statusPatch(a, b))).toBeLessThan(LINEAR)
  })

  test('its whole life: start, end of each container, restart, deletion', async () => {
    const live = async (n: number): Promise<number> => {
      const spec = {
        containers: containers(n),
        initContainers: containers(2, 'i').map((c) => ({ ...c, restartPolicy: 'Always' as const })),
      }
      const bench = new WorkerBench(testPod(spec))
      const until = async (what: () => boolean): Promise<void> => {
        for (let turns = 0; !what(); turns++) {
          if (turns > 10_000) expect.fail(`stuck as ${bench.status.phase}: ${bench.errors.join()}`)
          await setImmediate()
          bench.clock.advance(10_000)
        }
      }
      const ready = (): boolean => bench.condition('Ready') === 'True'
      return stepsOf(async () => {
        bench.worker.poke()
        await until(ready)
        const { containers: all } = (await bench.runtime.status('u1'))!
        // Ends that come together are looked at together.
        await Promise.all(all.map((c) => bench.runtime.stopContainer(c.id, 0)))
        await until(() => ready() && bench.status.containerStatuses!.every((s) => s.restartCount === 1))
        await bench.update((pod) => ({
          ...pod,
          metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 },
        }))
        await until(() => bench.deleted.length > 0)
      })
    }
    await live(10)
    const once = await live(60)
    expect((await live(120)) / once).toBeLessThan(2.6)
  })
})

test('statuses of many pods are written one after the other', async () => {
  const write = (n: number): Promise<number> => {
    const body = Buffer.from(JSON.stringify({ metadata: { resourceVersion: '1' } }))
    const transport = {
      request: () => Promise.resolve({ status: 200, headers: {}, body }),
      stream: () => Promise.reject(new Error('unused')),
      close: () => Promise.resolve(),
    }
    const clock = new FakeClock()
    const client = createClient(transport, { userAgent: 'kubelet/test', clock })
    const writer = new StatusWriter({
      clientOf: () => client,
      clock,
      signal: new AbortController().signal,
    })
    return stepsOf(async () => {
      for (let i = 0; i < n; i++) writer.set(testPod({}, { uid: `u${i}` }), { phase: 'Running' })
      while (writer.pending > 0) await setImmediate()
    })
  }
  await write(10)
  const once = await write(500)
  expect((await write(1000)) / once).toBeLessThan(LINEAR)
})

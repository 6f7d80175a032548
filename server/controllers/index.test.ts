import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../authz/rbac/bootstrap-policy.ts'
import { absentControllers, controllerNamed } from '../options/controller-names.ts'
import { knownControllers, local } from '../options/local.ts'
import { FakeClock } from '../machinery/clock.ts'
import { WorkQueueMetrics } from '../machinery/work-queue-metrics.ts'
import type { Controller } from './controller.ts'
import { accountOf, controllers, selectControllers, startControllers, UnknownControllerError } from './index.ts'

const names = (list: string[]): string[] => selectControllers(list).map((c) => c.name)
const all = controllers.filter((c) => c.disabledByDefault !== true).map((c) => c.name)

describe('--controllers', () => {
  test.each([
    [['*'], all],
    [[], []],
    [[''], []],
    [['namespace-controller'], ['namespace-controller']],
    [
      ['deployment', 'replicaset'],
      ['replicaset-controller', 'deployment-controller'],
    ],
    [['*', '-deployment-controller'], all.filter((n) => n !== 'deployment-controller')],
    [['-garbagecollector', '*'], all.filter((n) => n !== 'garbage-collector-controller')],
    [['-namespace-controller'], []],
    [['tokencleaner'], ['token-cleaner-controller']],
  ])('%j', (list, expected) => {
    expect(names(list)).toEqual(expected)
  })

  test('an unknown name is refused with the usual text', () => {
    expect(() => names(['*', '-nope'])).toThrow(new UnknownControllerError('"nope" is not in the list of known controllers'))
  })
})

test('the flags know every controller; what does not run is told why', () => {
  for (const { name } of controllers) expect(knownControllers).toContain(name)
  for (const name of knownControllers.filter((n) => n !== 'kube-scheduler')) {
    const absent = Object.hasOwn(absentControllers, controllerNamed(name))
    expect([name, selectControllers([name]).map((c) => c.name)]).toEqual([name, absent ? [] : [controllerNamed(name)]])
    const warnings = local.warnings!({ ...local.defaults, controllers: ['*', name] }, new Set())
    expect(warnings.map((w) => w.includes(controllerNamed(name)))).toEqual(absent ? [true] : [])
  }
})

test('every controller writes as an account that has a default role', () => {
  const bound = [...defaultPolicy()].filter((p) => p.resource.endsWith('bindings')).flatMap((p) => p.object.subjects as { name: string }[])
  const names = bound.map((s) => s.name)
  for (const c of controllers) expect(names).toContain(accountOf(c) || 'system:kube-controller-manager')
})

test('those that run are told apart from one that could not start', async () => {
  const errors: string[] = []
  const one = (name: string, start: () => Promise<void>): Controller => ({ name, start })
  const selected = [one('job-controller', () => Promise.resolve()), one('lost-controller', () => Promise.reject(new Error('no way')))]
  const context = {
    clientOf: () => undefined,
    signal: new AbortController().signal,
    onError: (_: unknown, what: string) => errors.push(what),
    recorder: () => undefined,
  }
  expect(await startControllers(selected, context as never)).toEqual(['job-controller'])
  expect(errors).toEqual(['lost-controller'])
})

test('each is told when it has started, or why not; queues of one name are counted together', async () => {
  const told: string[] = []
  const queueMetrics = new WorkQueueMetrics()
  const one = (name: string, error?: Error): Controller => ({
    name,
    start: (ctx) => {
      ctx.workQueue('shared').add(name)
      return error === undefined ? Promise.resolve() : Promise.reject(error)
    },
  })
  await startControllers([one('job-controller'), one('lost-controller', new Error('no way'))], {
    ...{ clientOf: () => undefined, clock: new FakeClock(), signal: new AbortController().signal },
    ...{ onError: () => undefined, recorder: () => undefined, queueMetrics },
    onStart: (name: string, error?: unknown) => void told.push(`${name}: ${String(error)}`),
  } as never)
  expect(told.sort()).toEqual(['job-controller: undefined', 'lost-controller: Error: no way'])
  const depth = await queueMetrics.sources()[0]!.get()
  expect(depth.values).toEqual([{ labels: { name: 'shared' }, value: 2 }])
})

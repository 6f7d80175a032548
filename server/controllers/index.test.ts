import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../authz/rbac/bootstrap-policy.ts'
import { knownControllers } from '../options/local.ts'
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

test('the flags know every controller, and no other', () => {
  for (const { name } of controllers) expect(knownControllers).toContain(name)
  const chosen = knownControllers.filter((name) => name !== 'kube-scheduler').map((name) => selectControllers([name]).length)
  expect(new Set(chosen)).toEqual(new Set([1]))
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

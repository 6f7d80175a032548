import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../kube/api-error.ts'
import { FakeClock } from '../../../kube/testing/fake-clock.ts'
import type { Pod } from '../../pods/types.ts'
import { type DrainApi, type DrainState, drain } from './run.ts'

const pod = (name: string): Pod => ({ metadata: { name, namespace: 'sea', uid: name } })
const held = new ApiError({
  code: 429,
  reason: 'TooManyRequests',
  message: 'a budget',
  causes: [
    { reason: 'DisruptionBudget', message: 'cart needs 8' },
    { reason: 'Other', message: 'no' },
  ],
})

/** A node whose pods go as the test says. */
function cluster(names: string[]) {
  const there = new Set(names)
  const log: string[] = []
  const refuse = new Map<string, ApiError>()
  const api: DrainApi = {
    cordon: (node) => Promise.resolve(void log.push(`cordon ${node}`)),
    evict({ metadata: { name } }) {
      log.push(`evict ${name}`)
      const why = refuse.get(name)
      return why ? Promise.reject(why) : Promise.resolve()
    },
    podsOn: () => Promise.resolve(new Set(there)),
  }
  return { api, there, log, refuse }
}

/** Runs until nothing more happens without time passing. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 50; n++) await Promise.resolve()
}

function start(api: DrainApi, names: string[]) {
  const clock = new FakeClock()
  const stop = new AbortController()
  let state: DrainState | undefined
  const ended = drain(
    api,
    clock,
    names.map((name) => ({ node: 'n', pod: pod(name) })),
    ['n'],
    stop.signal,
    (next) => (state = next),
  )
  const pods = (): Record<string, string> => Object.fromEntries((state?.pods ?? []).map((p) => [p.name, p.state]))
  return { clock, stop, ended, pods, state: () => state }
}

describe('draining a node', () => {
  test('cordons first, evicts, and ends when the last pod is gone', async () => {
    const { api, there, log } = cluster(['a', 'b'])
    const run = start(api, ['a', 'b'])
    await settle()
    expect(log).toEqual(['cordon n', 'evict a', 'evict b'])
    expect(run.pods()).toEqual({ a: 'going', b: 'going' })
    there.delete('a')
    run.clock.advance(1_000)
    await settle()
    expect(run.pods()).toEqual({ a: 'gone', b: 'going' })
    there.delete('b')
    run.clock.advance(1_000)
    await run.ended
    expect(run.state()?.phase).toBe('done')
  })

  test('a pod that a budget holds is tried again every five seconds, with the budget’s words', async () => {
    const { api, there, log, refuse } = cluster(['a'])
    refuse.set('a', held)
    const run = start(api, ['a'])
    await settle()
    expect(run.state()?.pods[0]).toMatchObject({ state: 'held', message: 'a budget cart needs 8' })
    for (let n = 0; n < 5; n++) {
      run.clock.advance(1_000)
      await settle()
    }
    expect(log.filter((line) => line === 'evict a')).toHaveLength(2)
    refuse.clear()
    for (let n = 0; n < 5; n++) {
      run.clock.advance(1_000)
      await settle()
    }
    expect(run.pods()).toEqual({ a: 'going' })
    there.delete('a')
    run.clock.advance(1_000)
    await run.ended
    expect(run.state()?.phase).toBe('done')
  })

  test('an eviction without an answer has not failed: the pod may be going, and else it is asked for again', async () => {
    const { api, there, log, refuse } = cluster(['a', 'b'])
    const lost = new ApiError({ code: 504, reason: 'Timeout', message: 'no answer', request: 'POST /clusters/c/api/v1/pods/a/eviction' })
    for (const name of ['a', 'b']) refuse.set(name, lost)
    const run = start(api, ['a', 'b'])
    await settle()
    expect(run.pods()).toEqual({ a: 'waiting', b: 'waiting' })
    there.delete('a')
    refuse.clear()
    for (let n = 0; n < 5; n++) {
      run.clock.advance(1_000)
      await settle()
    }
    expect(run.pods()).toEqual({ a: 'gone', b: 'going' })
    expect(log.filter((line) => line === 'evict a')).toHaveLength(1)
    there.delete('b')
    run.clock.advance(1_000)
    await run.ended
    expect(run.state()?.phase).toBe('done')
  })

  test('stopping evicts nothing more; the node stays cordoned', async () => {
    const { api, refuse } = cluster(['a'])
    refuse.set('a', held)
    const run = start(api, ['a'])
    await settle()
    run.stop.abort()
    await run.ended
    expect(run.state()).toMatchObject({ phase: 'stopped', cordoned: ['n'], pods: [{ state: 'stopped' }] })
  })

  test('one that is gone is gone, one that may not be evicted fails alone, and a node that cannot be cordoned loses no pod', async () => {
    const { api, there, log, refuse } = cluster(['b'])
    refuse.set('a', new ApiError({ code: 404, reason: 'NotFound', message: 'gone' }))
    refuse.set('b', new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }))
    const run = start(api, ['a', 'b'])
    await run.ended
    expect(run.pods()).toEqual({ a: 'gone', b: 'failed' })
    expect(run.state()?.phase).toBe('failed')
    there.clear()
    log.length = 0
    const forbidden = { ...api, cordon: () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' })) }
    const other = start(forbidden, ['a'])
    await other.ended
    expect(other.state()).toMatchObject({ phase: 'failed', error: { code: 403 } })
    expect(log).toEqual([])
  })
})

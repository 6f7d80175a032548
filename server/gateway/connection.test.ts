import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { defaultTimes, timesFrom } from './connection-times.ts'
import { ClusterConnection } from './connection.ts'
import type { ConnectionState } from './contract.ts'
import { GatewayError } from './errors.ts'

const S = 1000
const PODS = '/api/v1/pods'
const silent = (): GatewayError => new GatewayError('NoAnswer', 'https://c did not answer within 8 s')

/** A cluster whose probes a test answers by hand; `down` fails them when their time is up. */
function setUp() {
  const clock = new FakeClock()
  const start = clock.now()
  const states: ConnectionState[] = []
  const probes: { at: number; resolve(status: number): void; reject(e: unknown): void; signal: AbortSignal }[] = []
  const resets: Error[] = []
  const connection = new ClusterConnection({
    context: 'c',
    clock,
    times: defaultTimes,
    probe: (signal, limitMs) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      probes.push({ at: (clock.now() - start) / S, resolve, reject, signal })
      clock.setTimeout(() => reject(silent()), limitMs)
      return promise
    },
    reset: (why) => resets.push(why),
    changed: (state) => states.push(state),
  })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  /** Second by second, so that promises settle on the way. */
  const pass = async (seconds: number): Promise<void> => {
    for (let n = 0; n < seconds * 2; n++) {
      clock.advance(S / 2)
      await settle()
    }
  }
  const seconds = (): number => (clock.now() - start) / S
  /** A list that is answered at once and a watch that follows it. */
  const live = () => {
    const question = connection.ask('GET', `${PODS}?limit=500`)
    question.sent()
    question.answered(200)
    const watch = connection.watch()
    watch.opened()
    return watch
  }
  return { clock, start, states, probes, resets, connection, settle, pass, seconds, live, phase: () => connection.state.phase }
}

describe('a cluster that answers', () => {
  test('is connecting until the first answer and live from then on, without a probe', async () => {
    const { connection, probes, pass, live, phase, states } = setUp()
    expect(phase()).toBe('idle')
    const watch = live()
    expect(phase()).toBe('live')
    for (let n = 0; n < 40; n++) {
      await pass(5)
      watch.heard()
    }
    expect(states.map((s) => s.phase)).toEqual(['connecting', 'live'])
    expect(probes).toEqual([])
    connection.close()
    expect(phase()).toBe('idle')
  })

  test('silence is told after 10 s with when it began; after 30 s it is asked, and an answer makes it live again', async () => {
    const { start, probes, pass, live, connection } = setUp()
    live()
    await pass(9)
    expect(connection.state).toMatchObject({ phase: 'live', since: 0 })
    await pass(3)
    expect(connection.state).toEqual({ context: 'c', phase: 'quiet', since: start })
    await pass(17)
    expect(probes).toEqual([])
    await pass(2)
    expect(probes.map((p) => p.at)).toEqual([30])
    probes[0]?.resolve(200)
    await pass(1)
    expect(connection.state.phase).toBe('live')
    // The answer counts as something heard.
    await pass(27)
    expect(probes).toHaveLength(1)
    await pass(3)
    expect(probes).toHaveLength(2)
  })

  test('nobody looks any more: nothing is asked and no timer is left', async () => {
    const { probes, pass, live, phase, states } = setUp()
    live().ended()
    await pass(29)
    expect(phase()).toBe('quiet')
    await pass(2)
    probes[0]?.resolve(200)
    await pass(59)
    for (const probe of probes) probe.resolve(200)
    await pass(5)
    expect(phase()).toBe('idle')
    const known = [probes.length, states.length]
    await pass(600)
    expect([probes.length, states.length]).toEqual(known)
  })
})

describe('a cluster that falls silent', () => {
  test('is unreachable after 38 s, since it was last heard; all that waits on it is ended', async () => {
    const { start, resets, pass, live, connection } = setUp()
    live()
    await pass(37)
    expect(connection.state.phase).toBe('quiet')
    expect(resets).toEqual([])
    await pass(1)
    expect(connection.state).toEqual({ context: 'c', phase: 'unreachable', since: start, message: silent().message })
    expect(resets.map((e) => e.message)).toEqual([silent().message])
  })

  test('somebody who asks for something learns it after 13 s', async () => {
    const { resets, pass, live, connection, probes } = setUp()
    live()
    await pass(2)
    const question = connection.ask('GET', '/apis/apps/v1/deployments')
    question.sent()
    await pass(4.5)
    expect(probes).toEqual([])
    await pass(8.5)
    expect(connection.state.phase).toBe('unreachable')
    expect(resets).toHaveLength(1)
  })

  test('one that never answered is unreachable within 10 s, since it was asked', async () => {
    const { start, pass, connection } = setUp()
    await pass(3)
    connection.ask('GET', PODS).sent()
    await pass(9)
    expect(connection.state).toEqual({ context: 'c', phase: 'connecting', since: start + 3 * S })
    await pass(0.5)
    expect(connection.state).toMatchObject({ phase: 'unreachable', since: start + 3 * S })
  })

  test('it is asked again after 1, 2, 5 and then every 5 s while somebody looks; an answer heals it', async () => {
    const { probes, pass, settle, live, connection, seconds } = setUp()
    live()
    await pass(38)
    const gone = seconds()
    const refuse = async (): Promise<void> => {
      probes.at(-1)?.reject(new GatewayError('Connect', 'nothing listens'))
      await settle()
    }
    for (const wait of [1, 2, 5, 5, 5]) {
      await pass(wait)
      await refuse()
    }
    expect(probes.slice(1, 6).map((p) => p.at - gone)).toEqual([1, 3, 8, 13, 18])
    expect(connection.state).toMatchObject({ phase: 'unreachable', message: 'nothing listens' })
    await pass(5)
    probes.at(-1)?.resolve(200)
    await pass(0.5)
    expect(connection.state.phase).toBe('live')
  })

  test('a byte that arrives while the probe waits proves the probe wrong', async () => {
    const { resets, pass, live, connection } = setUp()
    const watch = live()
    await pass(35)
    watch.heard()
    await pass(4)
    expect(resets).toEqual([])
    expect(connection.state.phase).toBe('live')
  })
})

describe('a request that fails', () => {
  test('is not yet a cluster that is gone: the probe decides, both ways', async () => {
    const { probes, pass, live, connection, settle } = setUp()
    live()
    await pass(1)
    connection.ask('GET', PODS).failed(new GatewayError('Connect', 'the connection was closed'), false)
    expect(connection.state.phase).toBe('live')
    expect(probes).toHaveLength(1)
    probes[0]?.resolve(200)
    await settle()
    expect(connection.state.phase).toBe('live')
    connection.ask('GET', PODS).failed(new GatewayError('Connect', 'the connection was closed'), false)
    probes[1]?.reject(new GatewayError('Connect', 'nothing listens at that address'))
    await settle()
    expect(connection.state).toMatchObject({ phase: 'unreachable', message: 'nothing listens at that address' })
  })

  test('one that the window gave up says nothing', async () => {
    const { probes, live, connection } = setUp()
    live()
    connection.ask('GET', PODS).failed(new GatewayError('Credentials', 'the request was cancelled'), true)
    expect(connection.state.phase).toBe('live')
    expect(probes).toEqual([])
  })

  test('a request that is slow makes the cluster be asked once, not for ever', async () => {
    const { probes, pass, live, connection } = setUp()
    const watch = live()
    connection.ask('GET', '/api/v1/namespaces/a/pods/b/log?follow=true').sent()
    await pass(6)
    expect(probes).toHaveLength(1)
    probes[0]?.resolve(200)
    for (let n = 0; n < 6; n++) {
      await pass(5)
      watch.heard()
    }
    expect(probes).toHaveLength(1)
  })
})

describe('credentials', () => {
  test('a plugin is named once it takes a moment, and not when the watches run on', async () => {
    const { clock, start, pass, live, connection, states } = setUp()
    const quick = connection.plugin('aws')
    connection.ask('GET', PODS)
    clock.advance(400)
    quick()
    await pass(1)
    expect(states.map((s) => s.phase)).toEqual(['connecting'])
    const slow = connection.plugin('aws')
    await pass(1)
    expect(connection.state).toEqual({ context: 'c', phase: 'plugin', since: start + 1400, plugin: 'aws' })
    slow()
    expect(connection.state.phase).toBe('connecting')
    live()
    connection.plugin('aws')
    await pass(2)
    expect(connection.state.phase).toBe('live')
  })

  test('credentials that cannot be had are signed out, with the reason; the plugin is not run by us again', async () => {
    const { pass, connection, probes } = setUp()
    connection.watch()
    connection.ask('GET', PODS).failed(new GatewayError('Credentials', 'Run: aws sso login'), false)
    expect(connection.state).toMatchObject({ phase: 'signedOut', message: 'Run: aws sso login' })
    await pass(120)
    expect(probes).toEqual([])
    const again = connection.ask('GET', PODS)
    again.sent()
    again.answered(200)
    expect(connection.state.phase).toBe('live')
  })

  test('401 is signed out until something is accepted', async () => {
    const { connection, phase } = setUp()
    connection.ask('GET', PODS).answered(401)
    expect(phase()).toBe('signedOut')
    connection.ask('GET', '/apis').answered(200)
    expect(phase()).toBe('signedOut')
    connection.ask('GET', PODS).answered(200)
    expect(phase()).toBe('live')
  })

  test('credentials that the probe finds accepted are so, and those that it finds refused are not', async () => {
    const { connection, phase, pass, probes } = setUp()
    connection.watch()
    connection.ask('GET', PODS).answered(401)
    await pass(30)
    probes[0]?.resolve(200)
    await pass(1)
    expect(phase()).toBe('live')
    await pass(30)
    probes[1]?.resolve(401)
    await pass(1)
    expect(phase()).toBe('signedOut')
  })

  test('403 is forbidden only while no watch runs; proxies and other requests say nothing', async () => {
    const { connection, phase } = setUp()
    connection.ask('GET', '/api').answered(403)
    expect(phase()).toBe('live')
    connection.ask('GET', '/api/v1/nodes/n/proxy/logs/').answered(401)
    connection.ask('POST', '/api/v1/namespaces').answered(403)
    expect(phase()).toBe('live')
    connection.ask('GET', PODS).answered(403)
    expect(phase()).toBe('forbidden')
    const watch = connection.watch()
    watch.opened()
    expect(phase()).toBe('live')
    watch.ended()
    expect(phase()).toBe('forbidden')
  })
})

test('a clock that is set back hides no silence', async () => {
  const { clock, probes, live, pass, phase } = setUp()
  live()
  const now = clock.now.bind(clock)
  clock.now = () => now() - 3600 * S
  await pass(25)
  expect(phase()).toBe('quiet')
  await pass(9)
  expect(probes).toHaveLength(1)
})

test('the pace of tests divides every wait; nonsense counts as none', () => {
  expect(timesFrom({})).toBe(defaultTimes)
  expect(timesFrom({ BINNACLE_CONNECTION_PACE: 'fast' })).toBe(defaultTimes)
  expect(timesFrom({ BINNACLE_CONNECTION_PACE: '0.1' })).toBe(defaultTimes)
  expect(timesFrom({ BINNACLE_CONNECTION_PACE: '10' })).toMatchObject({ probeAfter: 3_000, probeLimit: 800, again: [100, 200, 500] })
})

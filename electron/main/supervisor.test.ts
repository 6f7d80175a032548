import { describe, expect, test } from 'vitest'
import type { HostLogLine, HostStatus } from '../ipc/contract.ts'
import { type HostProcess, Supervisor } from './supervisor.ts'

/** Time that a test moves, and hosts that end when a test says so. */
function harness() {
  let now = 1_000_000
  const timers: { at: number; fn: () => void }[] = []
  const states: string[] = []
  const logged: HostLogLine[] = []
  const hosts: { ready(): void; line(text: string): void; exit(code: number): void; asked: number; killed: number }[] = []
  const supervisor = new Supervisor({
    timers: {
      now: () => now,
      after(ms, fn) {
        const timer = { at: now + ms, fn }
        timers.push(timer)
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1))
      },
    },
    onStatus: (s: HostStatus) => states.at(-1) !== s.state && states.push(s.state),
    onLog: (line) => logged.push(line),
    launch(): HostProcess {
      let ready = (): void => {}
      let line = (_: 'stdout' | 'stderr', __: string): void => {}
      let exit = (_: number): void => {}
      const host = { ready: () => ready(), line: (t: string) => line('stderr', t), exit: (c: number) => exit(c), asked: 0, killed: 0 }
      hosts.push(host)
      return {
        onReady: (cb) => (ready = cb),
        onLine: (cb) => (line = cb),
        onExit: (cb) => (exit = cb),
        requestStop: () => void host.asked++,
        kill: () => void host.killed++,
      }
    },
  })
  const advance = (ms: number): void => {
    now += ms
    for (const timer of timers.filter((t) => t.at <= now)) {
      timers.splice(timers.indexOf(timer), 1)
      timer.fn()
    }
  }
  return { supervisor, hosts, states, logged, advance, timers }
}

describe('the supervisor', () => {
  test('starting, running, and stopped when asked', async () => {
    const { supervisor, hosts, states } = harness()
    supervisor.start()
    supervisor.start()
    expect(hosts).toHaveLength(1)
    hosts[0]?.ready()
    expect(supervisor.status()).toEqual({ state: 'running', startedAt: 1_000_000, restarts: 0, message: undefined })
    const stopped = supervisor.stop()
    expect(hosts[0]?.asked).toBe(1)
    hosts[0]?.exit(0)
    await stopped
    expect(states).toEqual(['starting', 'running', 'stopped'])
  })

  test('an unexpected end is followed by a start, each time after a longer wait', () => {
    const { supervisor, hosts, advance } = harness()
    supervisor.start()
    for (const delay of [500, 1000, 2000, 4000, 8000]) {
      const count = hosts.length
      hosts.at(-1)?.exit(1)
      expect(supervisor.status().state).toBe('restarting')
      advance(delay - 1)
      expect(hosts).toHaveLength(count)
      advance(1)
      expect(hosts).toHaveLength(count + 1)
    }
    expect(supervisor.status().restarts).toBe(5)
  })

  test('six failures in a row end in a clear state with the last words of the host; a person can start again', () => {
    const { supervisor, hosts, advance, timers, logged } = harness()
    supervisor.start()
    for (let i = 0; i < 6; i++) {
      hosts[i]?.line('the data folder cannot be written')
      hosts[i]?.exit(3)
      advance(30_000)
    }
    expect(hosts).toHaveLength(6)
    expect(timers).toHaveLength(0)
    expect(supervisor.status()).toMatchObject({ state: 'failed', message: 'It ended with code 3: the data folder cannot be written' })
    expect(logged.at(-1)).toMatchObject({ stream: 'shell', text: 'It ended with code 3: the data folder cannot be written' })
    supervisor.start()
    hosts[6]?.ready()
    expect(supervisor.status()).toMatchObject({ state: 'running', message: undefined })
  })

  test('a minute of running forgives what was before', () => {
    const { supervisor, hosts, advance } = harness()
    supervisor.start()
    for (let i = 0; i < 10; i++) {
      hosts.at(-1)?.ready()
      advance(60_000)
      hosts.at(-1)?.exit(1)
      advance(500)
    }
    expect(hosts).toHaveLength(11)
    expect(supervisor.status().state).toBe('restarting')
  })

  test('a host that does not end is killed after ten seconds; two askers wait for the same end', async () => {
    const { supervisor, hosts, advance } = harness()
    supervisor.start()
    const first = supervisor.stop()
    const second = supervisor.stop()
    expect(hosts[0]?.asked).toBe(1)
    advance(9_999)
    expect(hosts[0]?.killed).toBe(0)
    advance(1)
    expect(hosts[0]?.killed).toBe(1)
    hosts[0]?.exit(137)
    await Promise.all([first, second])
    expect(supervisor.status().state).toBe('stopped')
  })

  test('a stop while it waits ends the waiting', async () => {
    const { supervisor, hosts, advance, timers } = harness()
    supervisor.start()
    hosts[0]?.exit(1)
    await supervisor.stop()
    expect(timers).toHaveLength(0)
    advance(60_000)
    expect(hosts).toHaveLength(1)
    expect(supervisor.status()).toMatchObject({ state: 'stopped' })
  })

  test('restart starts a new one when the old one has ended', async () => {
    const { supervisor, hosts } = harness()
    supervisor.start()
    const restarted = supervisor.restart()
    expect(hosts).toHaveLength(1)
    hosts[0]?.exit(0)
    await restarted
    expect(hosts).toHaveLength(2)
  })

  test('a late word of an old host changes nothing', async () => {
    const { supervisor, hosts } = harness()
    supervisor.start()
    const stopped = supervisor.stop()
    hosts[0]?.ready()
    expect(supervisor.status().state).toBe('starting')
    hosts[0]?.exit(0)
    await stopped
    supervisor.start()
    hosts[0]?.exit(1)
    expect(supervisor.status().state).toBe('starting')
    expect(hosts).toHaveLength(2)
  })

  test('the log keeps the last thousand lines', () => {
    const { supervisor, hosts } = harness()
    supervisor.start()
    for (let i = 0; i < 1200; i++) hosts[0]?.line(`line ${i}`)
    expect(supervisor.log()).toHaveLength(1000)
    expect(supervisor.log()[0]?.text).toBe('line 200')
  })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { StatusError } from '../machinery/status.ts'
import type { Client } from './client.ts'
import { runLeaderElection } from './leader-election.ts'
import type { Lease } from './objects.ts'

/** A server that keeps one Lease, and may be away. */
class Leases {
  stored: Lease | undefined
  down = false
  writes = 0
  #revision = 0

  readonly client = {
    resource: () => ({
      get: () => this.#answer(() => this.stored ?? this.#fail(404, 'NotFound')),
      create: (lease: Lease) => this.#answer(() => (this.stored === undefined ? this.#put(lease) : this.#fail(409, 'AlreadyExists'))),
      update: (lease: Lease) =>
        this.#answer(() =>
          this.stored?.metadata.resourceVersion === lease.metadata.resourceVersion ? this.#put(lease) : this.#fail(409, 'Conflict'),
        ),
    }),
  } as unknown as Client

  put(spec: Lease['spec']): void {
    this.#put({ metadata: { name: 'loops', namespace: 'kube-system' }, spec })
  }

  #put(lease: Lease): Lease {
    this.writes++
    this.stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(++this.#revision) } }
    return this.stored
  }

  async #answer(work: () => Lease): Promise<Lease> {
    await Promise.resolve()
    if (this.down) throw new Error('the store is away')
    return structuredClone(work())
  }

  #fail(code: number, reason: 'NotFound' | 'AlreadyExists' | 'Conflict'): never {
    throw new StatusError(code, reason, reason)
  }
}

let clock: FakeClock
let leases: Leases
const ends: (() => Promise<void>)[] = []
beforeEach(() => {
  clock = new FakeClock()
  leases = new Leases()
})
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

interface Candidate {
  readonly terms: AbortSignal[]
  readonly errors: string[]
  leads(): boolean
  stop(): Promise<void>
}

function candidate(identity: string): Candidate {
  const abort = new AbortController()
  const terms: AbortSignal[] = []
  const errors: string[] = []
  const done = runLeaderElection({
    ...{ client: leases.client, clock, signal: abort.signal, name: 'loops', identity, random: () => 0 },
    lead: (term) => void terms.push(term),
    onError: (e) => void errors.push(e instanceof Error ? e.message : String(e)),
  })
  const stop = (): Promise<void> => {
    abort.abort()
    return done
  }
  ends.push(stop)
  return { terms, errors, leads: () => terms.at(-1)?.aborted === false, stop }
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    await settle()
    clock.advance(1000)
  }
  await settle()
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('the first makes the Lease and renews it every two seconds', async () => {
  const a = candidate('a')
  await pass(0)
  expect(a.leads()).toBe(true)
  expect(leases.stored?.spec).toEqual({
    ...{ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 },
    ...{ acquireTime: '2026-01-01T00:00:00.000000Z', renewTime: '2026-01-01T00:00:00.000000Z' },
  })
  await pass(10)
  expect(leases.stored?.spec).toMatchObject({ acquireTime: '2026-01-01T00:00:00.000000Z', renewTime: '2026-01-01T00:00:10.000000Z' })
  expect(leases.writes).toBe(6)
})

test('the second waits, and leads at once when the first gives the Lease back', async () => {
  const [a, b] = [candidate('a'), candidate('b')]
  await pass(60)
  expect([a.leads(), b.terms.length]).toEqual([true, 0])
  await a.stop()
  expect(a.leads()).toBe(false)
  expect(leases.stored?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 })
  await pass(3)
  expect(b.leads()).toBe(true)
  expect(leases.stored?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
})

test("a Lease that nobody renews is taken after its duration, whatever its holder's clock said", async () => {
  leases.put({ holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2036-01-01T00:00:00.000000Z', leaseTransitions: 4 })
  const a = candidate('a')
  await pass(14)
  expect(a.terms).toEqual([])
  await pass(3)
  expect(a.leads()).toBe(true)
  expect(leases.stored?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 5 })
})

test('who comes back as the same need not wait for itself', async () => {
  leases.put({ holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: '2025-12-31T00:00:00.000000Z', leaseTransitions: 4 })
  const a = candidate('a')
  await pass(0)
  expect(a.leads()).toBe(true)
  expect(leases.stored?.spec).toMatchObject({ acquireTime: '2025-12-31T00:00:00.000000Z', leaseTransitions: 4 })
})

test('a leader that cannot renew stops before others may take over, and stands again', async () => {
  const [a, b] = [candidate('a'), candidate('b')]
  await pass(4)
  leases.down = true
  await pass(13)
  expect([a.leads(), b.leads()]).toEqual([false, false])
  expect(a.errors).toContain('leader election lost')
  leases.down = false
  await pass(20)
  expect([a.leads(), b.leads()].filter(Boolean)).toHaveLength(1)
})

test('a leader whose Lease was taken stops', async () => {
  const a = candidate('a')
  await pass(1)
  leases.stored = {
    ...leases.stored!,
    metadata: { ...leases.stored!.metadata, resourceVersion: '99' },
    spec: { holderIdentity: 'b', leaseDurationSeconds: 15 },
  }
  await pass(13)
  expect(a.leads()).toBe(false)
  await pass(10)
  expect(a.leads()).toBe(true)
})

test('a clock that is set lets nobody take what another holds', async () => {
  const jump = { by: 0 }
  const real = clock
  clock = Object.assign(Object.create(real) as FakeClock, {
    now: () => real.now() + jump.by,
    monotonic: () => real.monotonic(),
    advance: (ms: number) => real.advance(ms),
    setTimeout: (fn: () => void, ms: number) => real.setTimeout(fn, ms),
  })
  const [a, b] = [candidate('a'), candidate('b')]
  await pass(4)
  for (const by of [3_600_000, -86_400_000, 0]) {
    jump.by = by
    await pass(20)
    expect([a.terms.length, a.leads(), b.terms.length]).toEqual([1, true, 0])
  }
})

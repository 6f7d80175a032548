import { setImmediate as turn } from 'node:timers/promises'
import { administrator, controllerAccount, controllerManager, scheduler } from '../../authn/components.ts'
import type { UserInfo } from '../../authn/contract.ts'
import { createClient, type Client } from '../../client/client.ts'
import { createInformerFactory } from '../../client/informer.ts'
import type { Pod } from '../../client/objects.ts'
import { CORE_EVENTS, PODS, type ResourceId } from '../../client/resource.ts'
import type { Transport, TransportRequest } from '../../client/transport.ts'
import { formatTime, type FakeClock } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import { turnsWaited } from '../../machinery/turns.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { type Storage, StorageUnavailableError } from '../../storage/contract.ts'
import { startTestServer } from '../../testing/api-server.ts'
import type { Controller, ControllerOptions } from '../controller.ts'
import { startControllers } from '../index.ts'

/** An API server in this process with control loops on it. Time moves only when a test says so; nobody plays the kubelet. */
export interface TestCluster {
  readonly client: Client
  readonly clock: FakeClock
  /** What control loops reported; empty in a healthy run. */
  readonly errors: string[]
  create<T extends KubeObject>(id: ResourceId, obj: T): Promise<T>
  get<T extends KubeObject>(id: ResourceId, name: string): Promise<T>
  list<T extends KubeObject>(id: ResourceId): Promise<T[]>
  /** Writes a pod's status as its kubelet would. */
  report(pod: KubeObject, status: Record<string, unknown>): Promise<void>
  /** `REASON: message` of the events so far, sorted, a repeated one once. */
  events(): Promise<string[]>
  /** Moves time second by second, letting the loops work, until `probe` gives something other than undefined or false. */
  until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T>
  /** Moves time by that many seconds, letting the loops work after each. */
  pass(seconds: number): Promise<void>
  /** Answers the loops' GETs of this path: an API that another server would serve. */
  serve(path: string, answer: () => Promise<unknown>): void
  /** From now on the loops hear nothing of what becomes of these requests, which the server carries out. */
  loseAnswers(of: (req: TransportRequest) => boolean): void
  /** From now on the loops' requests of that kind, and what open watches of it hear, wait until they are let go. */
  holdUp(of: (req: TransportRequest) => boolean): Held
  /** From now on the store answers nothing, but that the next write is carried out all the same; or it answers again. */
  storeIs(state: 'away' | 'back'): void
  /** Requests that changed something and reached the server from the loops. */
  writes(): number
  close(): Promise<void>
}

interface Held {
  /** How many requests wait. */
  waiting(): number
  letGo(): void
}

const NAMESPACE = 'default'
const MAX_STEPS = 200
// Round trips to the server in a row during which the loops ask for nothing: what one second set off has come to rest.
const QUIET = 4
const TURNS_A_TRIP = 10

type Options = ControllerOptions & { serviceRanges?: readonly string[] }
type Serve = TestCluster['serve']
type Given = Controller | Options | ((client: Client, serve: Serve) => Promise<void>)

/** Options of the controllers and of the server may be among them, and what is to be made, or served to them, before they start. */
export async function startTestCluster(...given: Given[]): Promise<TestCluster> {
  const loops = given.filter((g): g is Controller => 'start' in g)
  const { serviceRanges, ...options }: Options = Object.assign({}, ...given.filter((g) => typeof g === 'object' && !('start' in g)))
  const store = new FailingStore()
  const server = await startTestServer({
    through: (storage) => store.over(storage),
    ...(serviceRanges === undefined ? {} : { serviceRanges }),
  })
  const { clock } = server
  const abort = new AbortController()
  const errors: string[] = []
  let writes = 0
  let requests = 0
  let inFlight = 0
  const holds = new Holds()
  let isLost: (req: TransportRequest) => boolean = () => false
  const served = new Map<string, () => Promise<unknown>>()
  const servedTo = (req: TransportRequest): (() => Promise<unknown>) | undefined =>
    req.method === 'GET' ? served.get(req.path.replace(/[?].*$/, '')) : undefined
  const counting = (transport: Transport): Transport => ({
    ...transport,
    // A watch comes from the server, unless the answer in its place is that there is none.
    stream: async (req) => {
      await servedTo(req)?.()
      const answer = await transport.stream(req)
      return { ...answer, body: lateOn(answer.body, () => holds.passed(req)) }
    },
    request: async (req) => {
      await holds.passed(req)

      const own = servedTo(req)
      if (own !== undefined) return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(await own())) }
      if (req.method !== 'GET' && !req.path.includes('/events')) writes++
      requests++
      inFlight++
      const answer = transport.request(req).finally(() => void inFlight--)
      if (!isLost(req)) return answer
      return answer.then(() => Promise.reject(new Error('socket hang up')))
    },
  })
  const clientAs = (user: UserInfo): Client =>
    createClient(counting(server.api.transport(user)), { userAgent: 'kube-controller-manager/test', clock })
  const client = createClient(server.api.transport(administrator), { userAgent: 'test/v1', clock })
  const onError = (e: unknown, what: unknown): void => void errors.push(`${JSON.stringify(what)}: ${String(e)}`)
  const informers = createInformerFactory({ client: clientAs(controllerManager), signal: abort.signal, clock, onError })
  // The scheduler's loop is tested here too, and is no controller.
  const clientOf = (account: string): Client => clientAs(account === 'kube-scheduler' ? scheduler : controllerAccount(account))
  const serve: Serve = (path, answer) => void served.set(path, answer)
  for (const prepare of given) if (typeof prepare === 'function') await prepare(client, serve)
  const starting = startControllers(loops, { clientOf, informers, clock, signal: abort.signal, onError, options })

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET; quiet++) {
      const before = requests
      await client.resource(PODS).list({ namespace: NAMESPACE }).catch(store.pardon)
      for (let i = 0; i < TURNS_A_TRIP; i++) await turn()
      // Long work goes on in turns, more of them the busier the machine is.
      if (inFlight > 0 || requests !== before || turnsWaited() > 0) quiet = -1
    }
  }
  // Some wait a while for what does not come. When they are up, what they do is left to the test.
  const isUp = (): Promise<boolean> => Promise.race([starting.then(() => true), settle().then(() => false)])
  for (let i = 0; i < MAX_STEPS && !(await isUp()); i++) clock.advance(1000)
  await starting
  const cluster: TestCluster = {
    client,
    clock,
    errors,
    create: (id, obj) => client.resource<typeof obj>(id).create(obj, id.namespaced ? { namespace: NAMESPACE } : {}),
    get: <T extends KubeObject>(id: ResourceId, name: string) => client.resource<T>(id).get(name, { namespace: NAMESPACE }),
    async list<T extends KubeObject>(id: ResourceId) {
      return (await client.resource<T>(id).list(id.namespaced ? { namespace: NAMESPACE } : {})).items
    },
    async report(pod, status) {
      const { name = '', namespace } = pod.metadata
      await client.resource(PODS).patch(name, { type: 'strategic', body: { status } }, { namespace, subresource: 'status' })
    },
    async events() {
      const events = await cluster.list<KubeObject & { reason?: string; message?: string }>(CORE_EVENTS)
      return events.map((e) => `${e.reason}: ${e.message}`).sort()
    },
    async until(what, probe) {
      for (let i = 0; i < MAX_STEPS; i++) {
        await settle()
        const found = await probe()
        if (found !== undefined && found !== false) return found
        clock.advance(1000)
      }
      throw new Error(`never: ${what}; ${errors.join('; ')}`)
    },
    async pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        clock.advance(1000)
        await settle()
      }
    },
    serve,
    loseAnswers: (of) => void (isLost = of),
    holdUp: (of) => holds.add(of),
    storeIs: (state) => store.set(state),
    writes: () => writes,
    async close() {
      abort.abort()
      await server.close()
    },
  }
  return cluster
}

/** Requests that wait. */
class Holds {
  readonly #open = new Set<{ of: (req: TransportRequest) => boolean; over: Promise<void>; waiting: number }>()

  add(of: (req: TransportRequest) => boolean): Held {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const hold = { of, over, waiting: 0 }
    this.#open.add(hold)
    return {
      waiting: () => hold.waiting,
      letGo: () => {
        this.#open.delete(hold)
        resolve()
      },
    }
  }

  async passed(req: TransportRequest): Promise<void> {
    for (const hold of this.#open) {
      if (!hold.of(req)) continue
      hold.waiting++
      await hold.over
    }
  }
}

async function* lateOn<T>(chunks: AsyncIterable<T>, passed: () => Promise<void>): AsyncGenerator<T> {
  for await (const chunk of chunks) {
    await passed()
    yield chunk
  }
}

const READS = ['get', 'list', 'currentRevision']
const WRITES = ['create', 'update', 'delete']

/** A store that goes away and comes back; watches of it stay open and silent, as those of a server that hangs. */
class FailingStore {
  #away = false
  #mayWrite = false

  set(state: 'away' | 'back'): void {
    this.#away = this.#mayWrite = state === 'away'
  }

  /** @throws what has another cause */
  readonly pardon = (e: unknown): void => {
    if (!this.#away) throw e
  }

  over(storage: Storage): Storage {
    const refuse = (): Promise<never> => Promise.reject(new StorageUnavailableError('the store is away'))
    return new Proxy(storage, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>
        if (!READS.includes(String(name)) && !WRITES.includes(String(name))) return method
        // Whoever has taken the method before is refused as well.
        return (...args: unknown[]) => {
          if (!this.#away) return method(...args)
          const carriedOut = this.#mayWrite && WRITES.includes(String(name))
          if (!carriedOut) return refuse()
          this.#mayWrite = false
          return method(...args).then(refuse)
        }
      },
    })
  }
}

/** The status of a pod whose one container has ended. */
export function ended(clock: FakeClock, exitCode: number, container = 'c'): Record<string, unknown> {
  const finishedAt = formatTime(clock.now())
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [
      { name: container, image: 'i', imageID: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } },
    ],
  }
}

/** The status of a pod that runs and is ready. */
export function ready(clock: FakeClock): Record<string, unknown> {
  return { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(clock.now()) }] }
}

export const isAlive = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp == null && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'

/** Waits until an object is no more. */
export async function gone(cluster: TestCluster, id: ResourceId, name: string, namespace?: string): Promise<void> {
  await cluster.until(`${name} gone`, () =>
    cluster.client
      .resource(id)
      .get(name, namespace === undefined ? {} : { namespace })
      .then(
        () => false,
        (e: unknown) => isStatusError(e, 'NotFound'),
      ),
  )
}

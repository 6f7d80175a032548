import { createInterface } from 'node:readline'
import { controllerAccount, controllerManager } from '../../../server/authn/components.ts'
import type { ControllerOptions } from '../../../server/controllers/controller.ts'
import { selectControllers, startControllers } from '../../../server/controllers/index.ts'
import { systemClock, type Clock } from '../../../server/machinery/clock.ts'
import { complain, loopClients } from '../loop-clients.ts'

/**
 * Our control loops in place of the controllers that Kubernetes' integration tests start in their own process (outside.go): standard input
 * says line by line which loop begins on which server and when it ends, and which feature gates are not as from the start; standard output
 * what has begun and ended, standard error what went wrong.
 */
interface Order {
  id: number
  /** host:port */
  host: string
  token: string
  /** As --controllers takes them. */
  loops: readonly string[] | null
  options?: ControllerOptions & {
    /** How many times as fast the loop's clock runs, where the test's controller has shorter periods than kube-controller-manager. */
    speed?: number
    /** Where external.metrics.k8s.io is served, which is not the server. */
    externalMetrics?: string
  }
  stop?: boolean
  /** Those that are otherwise than by default, from now on. */
  gates: Readonly<Record<string, boolean>> | null
}

const MANAGER = 'kube-controller-manager'

function faster(speed: number): Clock {
  const [began, from] = [systemClock.now(), systemClock.monotonic()]
  const passed = (): number => (systemClock.monotonic() - from) * speed
  return {
    now: () => Math.round(began + passed()),
    monotonic: () => from + passed(),
    setTimeout: (fn, ms) => systemClock.setTimeout(fn, ms / speed),
    setInterval: (fn, ms) => systemClock.setInterval(fn, ms / speed),
  }
}

let gates: Readonly<Record<string, boolean>> = {}

const tell = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

/** @returns what ends it */
function begin({ id, host, token, loops, options: { speed = 1, externalMetrics = '', ...options } = {} }: Order): () => Promise<void> {
  const abort = new AbortController()
  const { signal } = abort
  const clients = loopClients(`https://${host}`, token, {
    ...{ clock: systemClock, signal },
    elsewhere: externalMetrics === '' ? {} : { '/apis/external.metrics.k8s.io/': externalMetrics },
  })
  const starting = startControllers(selectControllers(loops ?? []), {
    clientOf: (account) => clients.clientAs(controllerAccount(account), MANAGER),
    informers: clients.informersAs(controllerManager, MANAGER),
    clock: speed === 1 ? systemClock : faster(speed),
    ...{ signal, onError: complain, options: { ...options, isGateOpen: (gate) => gates[gate] } },
  })
  starting.then((started) => tell({ id, started })).catch((e: unknown) => complain(e, loops))
  return async () => {
    abort.abort()
    await Promise.allSettled([starting, clients.close()])
    tell({ id, ended: true })
  }
}

const running = new Map<number, () => Promise<void>>()
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order
  if (order.gates != null) gates = order.gates
  else if (order.stop === true) void running.get(order.id)?.()
  else running.set(order.id, begin(order))
}
process.exit(0)

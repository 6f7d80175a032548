import { existsSync } from 'node:fs'
import { api, createNamespace } from '../bench/load.ts'
import type { Contestant, Spec } from '../bench/contestants.ts'
import type { Target } from './attack.ts'

/** A server that is attacked, started again when an attack has ended it. */
export interface Side {
  readonly name: string
  /** It runs already: not ours to start or stop. */
  readonly isGiven: boolean
  target: Target
  /** Processes whose memory counts; none when they are not known. */
  pids: readonly number[]
  alive(): Promise<boolean>
  restart(): Promise<void>
  stop(): Promise<void>
}

const NAMESPACE = 'abuse'
const PROBED = 'probed'
const ALIVE_LIMIT_MS = 10_000
export const PROBED_PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/${PROBED}`

async function furnish(target: Target): Promise<void> {
  const { url, token, namespace } = target
  await createNamespace(url, token, namespace)
  const probed = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: PROBED }, data: { a: 'b' } }
  const { status, body } = await api(url, token, 'POST', `/api/v1/namespaces/${namespace}/configmaps`, probed)
  if (status !== 201 && status !== 409) throw new Error(`the object to be asked for could not be made: ${status} ${body.toString()}`)
}

const livez = async (url: string, token: string): Promise<boolean> => {
  const limit = new Promise<false>((resolve) => setTimeout(() => resolve(false), ALIVE_LIMIT_MS).unref())
  const asked = api(url, token, 'GET', '/livez').then(
    ({ status }) => status === 200,
    () => false,
  )
  return Promise.race([asked, limit])
}

/** Processes that have ended stay visible as zombies for a moment; the answer to /livez decides. */
const running = (pids: readonly number[]): boolean => pids.every((pid) => existsSync(`/proc/${pid}`))

export async function started(spec: Spec): Promise<Side> {
  let server: Contestant | undefined
  let stopped = false
  const side: Side = {
    name: spec.name,
    isGiven: false,
    target: undefined!,
    pids: [],
    alive: async () => running(side.pids) && (await livez(side.target.url, side.target.token)),
    async restart() {
      if (stopped) throw new Error('it has been stopped')
      await server?.stop()
      server = await spec.start()
      side.target = { url: server.url, token: server.token, viewerToken: server.viewerToken, namespace: NAMESPACE }
      side.pids = server.pids
      await furnish(side.target)
    },
    async stop() {
      stopped = true
      await server?.stop()
    },
  }
  await side.restart()
  return side
}

/** A server that runs already and is not ours to start or stop. */
export async function given(url: string, token: string, viewerToken: string, pids: readonly number[]): Promise<Side> {
  const target = { url, token, viewerToken, namespace: NAMESPACE }
  await furnish(target)
  const restart = (): Promise<void> => Promise.reject(new Error('the server has ended and cannot be started again from here'))
  return {
    name: 'given',
    isGiven: true,
    target,
    pids,
    alive: async () => running(pids) && (await livez(url, token)),
    restart,
    stop: () => Promise.resolve(),
  }
}

import type { Node } from '../../client/objects.ts'
import { NODES } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'

/** How long kubelets may believe what they have read, by the number of nodes. Steps overlap, so that one node more or less changes nothing. */
const STEPS = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
] as const

/** The step for so many nodes, coming from one. */
export function stepFor(nodes: number, from: number): number {
  let step = from
  while (nodes > STEPS[step]!.max) step++
  while (nodes < STEPS[step]!.min) step--
  return step
}

/** A number as Go's Atoi reads it. */
const secondsOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined

/** Writes on each node for how long its kubelet may keep secrets and config maps. */
export const ttlController: Controller = {
  name: 'ttl-controller',
  async start(ctx) {
    const queue = ctx.workQueue('ttlcontroller')
    const nodes = ctx.informers.informer<Node>(NODES)
    let step = 0
    const look = (node: Node): void => queue.add(node.metadata.name ?? '')
    const recount = (): void => {
      const next = stepFor(nodes.lister.size, step)
      if (next === step) return
      step = next
      for (const node of nodes.lister.list()) look(node)
    }
    nodes.addHandler({
      added: (node) => {
        recount()
        look(node)
      },
      updated: look,
      deleted: recount,
    })
    await nodes.synced()
    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `node ${key}`),
      async sync(name) {
        const node = nodes.lister.get(name)
        const wanted = STEPS[step]!.seconds
        if (node === undefined || secondsOf(node.metadata.annotations?.[ANNOTATION]) === wanted) return
        const body = { metadata: { annotations: { [ANNOTATION]: String(wanted) } } }
        try {
          await ctx.client.resource(NODES).patch(name, { type: 'strategic', body }, { signal: ctx.signal })
        } catch (e) {
          if (!isStatusError(e, 'NotFound')) throw e
        }
      },
    })
  },
}

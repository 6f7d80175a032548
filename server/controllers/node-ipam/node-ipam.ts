import { dropManagedFields } from '../../client/informer.ts'
import type { Node } from '../../client/objects.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { NODES } from '../../client/resource.ts'
import { parseCidr } from '../../machinery/ip.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { messageOf, unlessConflict, type Controller } from '../controller.ts'
import { CidrSet } from './cidr-set.ts'

const podCIDRs = ({ spec }: Node): readonly string[] => (spec as { podCIDRs?: string[] } | undefined)?.podCIDRs ?? []

/** Gives each node a part of the cluster's addresses for its pods: --allocate-node-cidrs (kubernetes pkg/controller/nodeipam). */
export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  account: 'node-controller',
  async start(ctx) {
    const { nodeIpam } = ctx.options
    if (nodeIpam === undefined) return
    const { client, signal } = ctx
    const sets = nodeIpam.clusterCIDRs.map(({ cidr, nodeMask }) => new CidrSet(cidr, nodeMask))
    for (const service of nodeIpam.serviceCIDRs) {
      nodeIpam.clusterCIDRs.forEach(({ cidr }, i) => {
        if (overlap(cidr, service)) sets[i]!.occupy(service)
      })
    }
    const queue = ctx.workQueue('cidrallocator_node')
    const nodes = ctx.informers.informer<Node>(NODES, { transform: dropManagedFields })
    const recorder = ctx.recorder('cidrAllocator')
    /**
     * What was given to a node, by its name, until the cache shows it. While it is not known whether the node has got it, nobody else
     * gets it; kube-controller-manager never gives it to anybody again where the server timed out.
     */
    const given = new Map<string, { uid: string | undefined; cidrs: readonly string[]; isWritten: boolean }>()
    /** Back goes what the node does not have. */
    const takeBack = (name: string, kept: readonly string[]): void => {
      given.get(name)?.cidrs.forEach((cidr, i) => {
        if (kept[i] !== cidr) sets[i]!.release(cidr)
      })
      given.delete(name)
    }
    const occupy = (node: Node): void => {
      podCIDRs(node).forEach((cidr, i) => {
        const set = sets[i]
        const { name } = node.metadata
        if (set === undefined)
          throw new Error(`node:${name} has an allocated cidr: ${cidr} at index:${i} that does not exist in cluster cidrs configuration`)
        try {
          set.occupy(cidr)
        } catch (e) {
          throw new Error(`failed to mark cidr[${cidr}] at idx [${i}] as occupied for node: ${name}: ${messageOf(e)}`, { cause: e })
        }
      })
    }
    await nodes.synced()
    // Nobody is given what another has already.
    for (const node of nodes.lister.list()) occupy(node)
    const look = (node: Node): void => queue.add(node.metadata.name ?? '')
    nodes.addHandler({
      added: look,
      updated: look,
      deleted: (node) => {
        takeBack(node.metadata.name ?? '', podCIDRs(node))
        podCIDRs(node).forEach((cidr, i) => sets[i]?.release(cidr))
      },
    })
    startWorkers({
      queue,
      workers: 10,
      signal,
      onError: unlessConflict(ctx, (name) => `addresses of node ${name}`),
      async sync(name) {
        const node = nodes.lister.get(name)
        if (node === undefined || node.metadata.deletionTimestamp != null) return
        if (podCIDRs(node).length > 0) {
          takeBack(name, podCIDRs(node))
          return occupy(node)
        }
        const { uid } = node.metadata
        if (given.get(name)?.uid !== uid) takeBack(name, [])
        const before = given.get(name)
        if (before?.isWritten === true) return
        const say = (reason: string): void =>
          recorder.event({ apiVersion: 'v1', kind: 'Node', object: node }, 'Normal', reason, `Node ${name} status is now: ${reason}`)
        const cidrs = before?.cidrs ?? allocate(sets)
        if (typeof cidrs === 'number') {
          say('CIDRNotAvailable')
          throw new Error(
            `failed to allocate cidr from cluster cidr at idx:${cidrs}: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range`,
          )
        }
        given.set(name, { uid, cidrs, isWritten: false })
        const body = { spec: { podCIDR: cidrs[0], podCIDRs: cidrs } }
        try {
          await client.resource<Node>(NODES).patch(name, { type: 'strategic', body }, { signal })
          if (given.has(name)) given.set(name, { uid, cidrs, isWritten: true })
        } catch (e) {
          if (!leavesOpen(e)) takeBack(name, [])
          say('CIDRAssignmentFailed')
          throw e
        }
      },
    })
  },
}

/** One of each; the index of the one that has none left. */
function allocate(sets: readonly CidrSet[]): string[] | number {
  const cidrs: string[] = []
  for (const [i, set] of sets.entries()) {
    const cidr = set.allocate()
    if (cidr === undefined) {
      cidrs.forEach((c, of) => sets[of]!.release(c))
      return i
    }
    cidrs.push(cidr)
  }
  return cidrs
}

function overlap(a: string, b: string): boolean {
  const [x, y] = [parseCidr(a), parseCidr(b)]
  if (x === undefined || y === undefined || x.family !== y.family) return false
  const shift = BigInt((x.family === 4 ? 32 : 128) - Math.min(x.prefix, y.prefix))
  return x.bits >> shift === y.bits >> shift
}

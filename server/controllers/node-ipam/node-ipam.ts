import { dropManagedFields } from '../../client/informer.ts'
import type { Node } from '../../client/objects.ts'
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
      deleted: (node) => podCIDRs(node).forEach((cidr, i) => sets[i]?.release(cidr)),
    })
    startWorkers({
      queue,
      workers: 10,
      signal,
      onError: unlessConflict(ctx, (name) => `addresses of node ${name}`),
      async sync(name) {
        const node = nodes.lister.get(name)
        if (node === undefined || node.metadata.deletionTimestamp != null) return
        if (podCIDRs(node).length > 0) return occupy(node)
        const given: string[] = []
        const giveBack = (): void => given.forEach((cidr, i) => sets[i]!.release(cidr))
        const say = (reason: string): void =>
          recorder.event({ apiVersion: 'v1', kind: 'Node', object: node }, 'Normal', reason, `Node ${name} status is now: ${reason}`)
        for (const [i, set] of sets.entries()) {
          const cidr = set.allocate()
          if (cidr === undefined) {
            giveBack()
            say('CIDRNotAvailable')
            throw new Error(
              `failed to allocate cidr from cluster cidr at idx:${i}: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range`,
            )
          }
          given.push(cidr)
        }
        const body = { spec: { podCIDR: given[0], podCIDRs: given } }
        try {
          await client.resource<Node>(NODES).patch(name, { type: 'strategic', body }, { signal })
        } catch (e) {
          giveBack()
          say('CIDRAssignmentFailed')
          throw e
        }
      },
    })
  },
}

function overlap(a: string, b: string): boolean {
  const [x, y] = [parseCidr(a), parseCidr(b)]
  if (x === undefined || y === undefined || x.family !== y.family) return false
  const shift = BigInt((x.family === 4 ? 32 : 128) - Math.min(x.prefix, y.prefix))
  return x.bits >> shift === y.bits >> shift
}

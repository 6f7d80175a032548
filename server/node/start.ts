import path from 'node:path'
import { systemClock } from '../machinery/clock.ts'
import { canonicalCidr } from '../machinery/ip-range.ts'
import { Agent } from './agent.ts'
import type { NodeAgent, NodeAgentOptions, NodeAgentsOptions } from './options.ts'
import { SharedAgentParts } from './shared.ts'

/** Starts one node. Resolves when its kubelet API listens; registration goes on until it succeeds (`ready`). */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  let agent: Agent | undefined
  const shared = await SharedAgentParts.create({
    reader: options.client,
    clientOf: () => options.client,
    clock: options.clock ?? systemClock,
    only: options.nodeName,
    logDir: options.logDir,
    onError: (e) => agent?.log('warn', 'Request to the API server failed', { error: text(e) }),
  })
  try {
    agent = await Agent.start(shared, options)
  } catch (e) {
    shared.close()
    throw e
  }
  const one = agent
  return Object.assign(one, {
    close: async () => {
      await one.stop()
      shared.close()
    },
  })
}

/** `n` nodes in one process, which share a pod watch, a node watch, a status writer and an event budget. Logs go to `logDir/<node>`. */
export async function startNodeAgents(
  n: number,
  options: NodeAgentsOptions,
): Promise<{ agents: readonly NodeAgent[]; close(): Promise<void> }> {
  const nameOf = options.nameOf ?? ((i: number) => `binnacle-${i}`)
  const clock = options.clock ?? systemClock
  const agents: Agent[] = []
  const names = Array.from({ length: n }, (_, i) => nameOf(i))
  const clients = new Map(names.map((name) => [name, options.clientOf(name)]))
  const only = n === 1 ? names[0] : undefined
  const shared = await SharedAgentParts.create({
    reader: only === undefined ? options.reader : clients.get(only)!,
    clientOf: (name) => clients.get(name)!,
    clock,
    only,
    logDir: options.logDir,
    onError: (e) => agents[0]?.log('warn', 'Request to the API server failed', { error: text(e) }),
  })
  const close = async (): Promise<void> => {
    await Promise.all(agents.map((a) => a.stop()))
    shared.close()
  }
  try {
    for (const [i, nodeName] of names.entries()) {
      const client = clients.get(nodeName)!
      // One certificate for all would carry one name: an API server that checks it dials by address, which they have in common.
      const more = {
        client,
        nodeName,
        runtime: options.runtimeOf(nodeName, i),
        podCIDRs: (options.podFamilies ?? ['IPv4']).map((family) => podCidrOf(i, family)),
        logDir: path.join(options.logDir, nodeName),
      }
      agents.push(await Agent.start(shared, { ...options, ...more }))
    }
  } catch (e) {
    await close()
    throw e
  }
  return { agents, close }
}

/** Second bytes of the IPv4 networks that pods may have: what is usual for a cluster, then the shared address space (RFC 6598). */
const POD_NETWORKS = [
  { first: 10, from: 244, to: 255 },
  { first: 100, from: 64, to: 127 },
]
/** More have no addresses for their pods. */
export const MAX_NODES = POD_NETWORKS.reduce((sum, { from, to }) => sum + (to - from + 1) * 256, 0)

/**
 * 10.244.0.0/24 for the first node, 10.244.1.0/24 for the next, up to 10.255.255.0/24, then from 100.64.0.0/24 on; of IPv6 the ranges that kind gives.
 * @throws RangeError where there are no more
 */
export function podCidrOf(index: number, family: 'IPv4' | 'IPv6' = 'IPv4'): string {
  if (family === 'IPv6') return canonicalCidr(`fd00:10:244:${index.toString(16)}::/64`)!
  let left = Math.floor(index / 256)
  for (const { first, from, to } of POD_NETWORKS) {
    if (left >= 0 && left <= to - from) return `${first}.${from + left}.${index % 256}.0/24`
    left -= to - from + 1
  }
  throw new RangeError(`no pod CIDR for node ${index}: there are ${MAX_NODES}`)
}

const text = (e: unknown): string => (e instanceof Error ? e.message : String(e))

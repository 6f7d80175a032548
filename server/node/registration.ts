import type { Client } from '../client/client.ts'
import { NODES } from '../client/resource.ts'
import { delay } from '../client/rest.ts'
import type { Clock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { Node, NodeStatus } from './types.ts'

export interface RegistrationOptions {
  client: Client
  clock: Clock
  signal: AbortSignal
  onError: (error: unknown) => void
}

// A kubelet waits 200 ms after the first failure and up to 7 s after later ones.
const FIRST_WAIT_MS = 200
const MAX_WAIT_MS = 7000

/** Creates the Node, or takes over the one of that name; tries until it succeeds. Rejects only when the signal aborts. */
export async function register(wanted: Node, o: RegistrationOptions): Promise<Node> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, MAX_WAIT_MS)) {
    try {
      return await tryRegister(wanted, o)
    } catch (e) {
      if (o.signal.aborted) throw e
      o.onError(e)
    }
    await delay(o.clock, wait, o.signal)
  }
}

async function tryRegister(wanted: Node, { client, signal }: RegistrationOptions): Promise<Node> {
  const nodes = client.resource<Node>(NODES)
  try {
    return await nodes.create(wanted, { signal })
  } catch (e) {
    if (!isStatusError(e, 'AlreadyExists')) throw e
  }
  const name = wanted.metadata.name!
  const there = await nodes.get(name, { signal })
  const metadata = { labels: wanted.metadata.labels, annotations: wanted.metadata.annotations }
  // A range, once given, stays the node's.
  const spec = there.spec?.podCIDR === undefined ? { podCIDR: wanted.spec?.podCIDR, podCIDRs: wanted.spec?.podCIDRs } : {}
  await nodes.patch(name, { type: 'strategic', body: { metadata, spec } }, { signal })
  return writeNodeStatus(name, wanted.status!, { client, signal })
}

/** Conditions and addresses are joined by type; addresses of a former port or name go with `$patch: replace`. */
export function writeNodeStatus(name: string, status: NodeStatus, o: Pick<RegistrationOptions, 'client' | 'signal'>): Promise<Node> {
  const { addresses, conditions, ...rest } = status
  const body = {
    status: {
      ...rest,
      '$setElementOrder/conditions': conditions?.map(({ type }) => ({ type })),
      conditions,
      addresses: [...(addresses ?? []), { $patch: 'replace' }],
    },
  }
  return o.client.resource<Node>(NODES).patch(name, { type: 'strategic', body }, { subresource: 'status', signal: o.signal })
}

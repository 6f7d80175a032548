import { type IOptions, KVClient, LeaseClient, MaintenanceClient } from 'etcd3'
import { ConnectionPool } from 'etcd3/lib/connection-pool.js'
import { socketPath } from './socket-path.ts'
import type { Services } from './storage.ts'
import type { TlsMaterial } from './tls.ts'

/** etcd refuses pings more often than every 5 s. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5000, 'grpc.max_receive_message_length': -1 }

const asIs = (message: Buffer) => message

/** As gRPC names it (https://grpc.github.io/grpc/core/md_doc_naming.html). */
function grpcTarget(endpoint: string): string {
  const path = socketPath(endpoint)
  return path === undefined ? endpoint : `unix:${path}`
}

/**
 * Everything but the hot path, through the etcd3 package: it balances over the endpoints and retries, which these calls bear.
 * @param tls asked anew for every call, since a package's pool keeps what it was made with
 */
export function etcdServices(endpoints: string[], tls: () => TlsMaterial | undefined, timeoutMs: number): Services {
  const pools = new Map<string, Pool>()
  /** A connection for `hosts` with what is to be shown now. One that was made with another certificate ends with the calls and watches on it. */
  function poolOf(hosts: string[]): ConnectionPool {
    const [key, material] = [hosts.join(), tls()]
    const had = pools.get(key)
    if (had !== undefined && had.material === material) return had.connections
    const connections = new ConnectionPool(optionsOf(hosts, material, timeoutMs))
    pools.set(key, { connections, material })
    had?.connections.close()
    return connections
  }

  return {
    async grantLease(ttlSeconds) {
      const { ID } = await new LeaseClient(poolOf(endpoints)).leaseGrant({ TTL: ttlSeconds })
      return BigInt(ID)
    },
    async compact(revision) {
      await new KVClient(poolOf(endpoints)).compact({ revision })
    },
    async status() {
      const { version, dbSize } = await new MaintenanceClient(poolOf(endpoints)).status()
      return { version, sizeBytes: Number(dbSize) }
    },
    /** One pool for each endpoint, so that a watch goes where the writes go. */
    async openWatch(endpoint, attach) {
      await poolOf([endpoint]).withConnection('Watch', ({ client, metadata }) => {
        // A member cut off from its leader ends the watch instead of going silent.
        metadata.set('hasleader', 'true')
        attach(client.makeBidiStreamRequest<Buffer, Buffer>('/etcdserverpb.Watch/Watch', asIs, asIs, metadata))
      })
    },
    close() {
      for (const { connections } of pools.values()) connections.close()
    },
  }
}

interface Pool {
  readonly connections: ConnectionPool
  readonly material: TlsMaterial | undefined
}

function optionsOf(hosts: string[], material: TlsMaterial | undefined, timeoutMs: number): IOptions {
  return {
    hosts: hosts.map(grpcTarget),
    credentials: material && { rootCertificate: material.ca!, privateKey: material.key!, certChain: material.cert! },
    grpcOptions: KEEPALIVE,
    defaultCallOptions: (context) => (context.isStream ? {} : { deadline: Date.now() + timeoutMs }),
  }
}

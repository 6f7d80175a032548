import { type IOptions, KVClient, LeaseClient, MaintenanceClient } from 'etcd3'
import { ConnectionPool } from 'etcd3/lib/connection-pool.js'
import type { TlsMaterial } from './channel.ts'
import { socketPath } from './socket-path.ts'
import type { Services } from './storage.ts'

/** etcd refuses pings more often than every 5 s. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5000, 'grpc.max_receive_message_length': -1 }

const asIs = (message: Buffer) => message

/** As gRPC names it (https://grpc.github.io/grpc/core/md_doc_naming.html). */
function grpcTarget(endpoint: string): string {
  const path = socketPath(endpoint)
  return path === undefined ? endpoint : `unix:${path}`
}

/** Everything but the hot path, through the etcd3 package: it balances over the endpoints and retries, which these calls bear. */
export function etcdServices(endpoints: string[], tls: TlsMaterial | undefined, timeoutMs: number): Services {
  const options = (hosts: string[]): IOptions => ({
    hosts: hosts.map(grpcTarget),
    credentials: tls?.ca && { rootCertificate: tls.ca, privateKey: tls.key, certChain: tls.cert },
    grpcOptions: KEEPALIVE,
    defaultCallOptions: (context) => (context.isStream ? {} : { deadline: Date.now() + timeoutMs }),
  })
  const pool = new ConnectionPool(options(endpoints))
  const kv = new KVClient(pool)
  const leases = new LeaseClient(pool)
  const maintenance = new MaintenanceClient(pool)
  /** One per endpoint, so that a watch goes where the writes go. */
  const watchPools = new Map<string, ConnectionPool>()

  return {
    async grantLease(ttlSeconds) {
      const { ID } = await leases.leaseGrant({ TTL: ttlSeconds })
      return BigInt(ID)
    },
    async compact(revision) {
      await kv.compact({ revision })
    },
    async status() {
      const { version, dbSize } = await maintenance.status()
      return { version, sizeBytes: Number(dbSize) }
    },
    async openWatch(endpoint, attach) {
      const watchPool = watchPools.get(endpoint) ?? new ConnectionPool(options([endpoint]))
      watchPools.set(endpoint, watchPool)
      await watchPool.withConnection('Watch', ({ client, metadata }) => {
        // A member cut off from its leader ends the watch instead of going silent.
        metadata.set('hasleader', 'true')
        attach(client.makeBidiStreamRequest<Buffer, Buffer>('/etcdserverpb.Watch/Watch', asIs, asIs, metadata))
      })
    },
    close() {
      pool.close()
      for (const watchPool of watchPools.values()) watchPool.close()
    },
  }
}

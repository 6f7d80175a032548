import { type Clock, systemClock } from '../../machinery/clock.ts'
import { type Storage, StorageOpenError } from '../contract.ts'
import { Channel } from './channel.ts'
import { etcdServices } from './services.ts'
import { EtcdStorage } from './storage.ts'
import { type EtcdTls, tlsReader } from './tls.ts'

export interface EtcdOptions {
  /** URLs with scheme, as `--etcd-servers` takes them: `http://host:port`, `https://host:port`, `unix:///path`. */
  endpoints: string[]
  /** `--etcd-cafile`, `--etcd-certfile`, `--etcd-keyfile`. */
  tls?: EtcdTls
  /** Bound on every call; a write that takes longer has an unknown outcome. Default 10 s. */
  requestTimeoutMs?: number
  clock?: Clock
}

/** Opens a store on an etcd v3 cluster (3.4 or newer). Throws `StorageOpenError` when no endpoint answers. */
export async function openEtcdStorage(options: EtcdOptions): Promise<Storage> {
  const { clock = systemClock, requestTimeoutMs = 10_000 } = options
  const endpoints = options.endpoints.map((endpoint) => (/^https?:\/\/|^unix:/.test(endpoint) ? endpoint : `http://${endpoint}`))
  if (endpoints.length === 0) throw new StorageOpenError('No etcd endpoint is given; name at least one with --etcd-servers.')
  const tls = tlsReader(options.tls)
  const channel = new Channel(endpoints, tls, clock)
  const services = etcdServices(endpoints, tls, requestTimeoutMs)
  try {
    // The probe goes over the very connection that the requests will take, then asks what can be expected of the server.
    const storage = (progressOvertakes: boolean) => new EtcdStorage({ channel, services, clock, requestTimeoutMs, progressOvertakes })
    await storage(false).currentRevision()
    const { version } = await services.status()
    return storage(progressOvertakesEvents(version))
  } catch (error) {
    channel.close()
    services.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorageOpenError(
      `etcd cannot be used at ${endpoints.join(', ')} (${reason}); check that it runs there, and --etcd-servers with its certificates.`,
    )
  }
}

/** Servers before 3.4.25 and 3.5.8 may answer a progress request ahead of events that came before it (etcd issue 15220). */
export function progressOvertakesEvents(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  if (major !== 3) return false
  return minor < 4 || (minor === 4 && patch < 25) || (minor === 5 && patch < 8)
}

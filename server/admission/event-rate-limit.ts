import { hash } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import { errorText } from '../machinery/error-text.ts'
import { ExpiringCache } from '../machinery/expiring-cache.ts'
import { textAt } from '../machinery/json-walk.ts'
import { StatusError } from '../machinery/status.ts'
import { TokenBucket } from '../machinery/token-bucket.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'

export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject'
  readonly qps: number
  readonly burst: number
  /** How many buckets there may be; the one that was not asked for longest goes, and begins anew. */
  readonly cacheSize: number
}

const SOURCE_AND_OBJECT = ['component', 'host']
  .map((f) => `source.${f}`)
  .concat(['kind', 'namespace', 'name', 'uid', 'apiVersion'].map((f) => `involvedObject.${f}`))

/** Whose bucket an event is taken from. */
const keys: Readonly<Record<EventLimit['type'], (a: AdmissionAttributes) => string>> = {
  Server: () => '',
  Namespace: (a) => a.namespace,
  User: (a) => a.user.name,
  SourceAndObject: (a) => SOURCE_AND_OBJECT.map((path) => textAt(a.object, path)).join(''),
}

/** So many events a second, of all or of each (plugin/pkg/admission/eventratelimit). Those of events.k8s.io are not counted, as upstream. */
export function eventRateLimit(limits: readonly EventLimit[], clock: Clock): AdmissionPlugin {
  const buckets = limits.map(({ cacheSize }) => new ExpiringCache<TokenBucket>({ clock, maxEntries: cacheSize, maxBytes: Infinity }))
  const takes = ({ type, qps, burst }: EventLimit, i: number, a: AdmissionAttributes): string | undefined => {
    const key = keys[type](a)
    // A client says what stands in it, so its length is anybody's choice.
    const kept = hash('sha256', key, 'base64url')
    let bucket = buckets[i]!.get(kept)
    if (bucket === undefined) buckets[i]!.set(kept, (bucket = new TokenBucket(clock, qps, burst)), 0, Infinity)
    return bucket.take() ? undefined : `limit reached on type ${type} for key ${key}`
  }
  return {
    name: 'EventRateLimit',
    validate(a) {
      const { kind, group } = a.requested.kind
      if (kind !== 'Event' || group !== '' || a.dryRun || (a.operation !== 'CREATE' && a.operation !== 'UPDATE')) return
      const reached = limits.flatMap((limit, i) => takes(limit, i, a) ?? [])
      if (reached.length > 0) throw new StatusError(429, 'TooManyRequests', `Too many requests: ${errorText(reached)}`)
    },
  }
}

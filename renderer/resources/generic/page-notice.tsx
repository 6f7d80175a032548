import { isStale } from '../../kube/connection.ts'
import type { FeedState } from '../../kube/reflector.ts'
import { useConnection } from '../../queries/connection.ts'
import { useHub } from '../../queries/hub.ts'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { usePlace } from '../../ui/place.ts'

/** What a page that is not a list of one kind says while its feed, or its cluster, is not live: a watch hears last that the way is cut. */
export function PageNotice({ state, count }: { state: FeedState | undefined; count: number }) {
  const hub = useHub()
  const connection = useConnection(usePlace().context)
  return <FeedNotice state={state} count={count} connection={connection} onRetry={() => hub.kick()} />
}

/** Of a cluster that is away nobody can say that there is nothing. */
export const useAway = (context: string): boolean => isStale(useConnection(context))

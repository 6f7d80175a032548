import { baseContext, localContext } from '../kube/acting.ts'
import { systemClock } from '../kube/clock.ts'
import { FeedHost } from '../kube/feed-host.ts'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import type { ToWorker } from '../kube/protocol.ts'
import { holdKey, type SessionMessage, watchProtocols } from '../kube/session-key.ts'
import { kinds } from '../resources/kinds.ts'
import { summaries } from '../resources/summaries.ts'

/** The worker's own scope; the DOM library describes only a window's. */
interface WorkerScope {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent<ToWorker | SessionMessage>) => void) | null
  location: Location
}
const scope = self as unknown as WorkerScope

const socketUrl = new URL('/watch', scope.location.origin)
socketUrl.protocol = socketUrl.protocol === 'https:' ? 'wss:' : 'ws:'

const host = new FeedHost({
  post: (message) => scope.postMessage(message),
  connect: () => new WebSocket(socketUrl, watchProtocols()),
  list: (context, path, accept, signal) => requestJson(clusterPath(context, path), { signal, headers: { accept } }),
  kubelets: (context) => baseContext(context) === localContext,
  clock: systemClock,
  kinds,
  summaries,
})
scope.onmessage = ({ data }) => {
  if (data.op !== 'session') return host.receive(data)
  holdKey(data.key)
  // The page takes longer to know what it wants than a handshake takes.
  host.connect()
}

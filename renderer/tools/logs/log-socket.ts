import { systemClock } from '../../kube/clock.ts'
import { watchProtocols } from '../../kube/session-key.ts'
import { WatchSocket } from '../../kube/watch-socket.ts'

let socket: WatchSocket | undefined

/** One connection for all logs that are read many at a time: a browser opens six to one server, and each log would hold one. */
export function logSocket(): WatchSocket {
  const url = new URL('/watch', location.origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  socket ??= new WatchSocket({ connect: () => new WebSocket(url, watchProtocols()), clock: systemClock })
  return socket
}

/**
 * The launch's key, which every request for data carries beside the cookie: the browser sends the cookie to each port of 127.0.0.1.
 * The gateway's entrance puts it into localStorage, which no other port can read; the feed worker, which has none, is told by message.
 */
export const KEY_ITEM = 'binnacle.key'
const KEY_HEADER = 'x-binnacle-key'

export interface SessionMessage {
  op: 'session'
  key: string
}

let held = ''

export function holdKey(key: string): void {
  held = key
}

export const keyHeaders = (): Record<string, string> => (held === '' ? {} : { [KEY_HEADER]: held })

/** A page cannot set headers of a WebSocket: the key is offered as a subprotocol, and the gateway chooses the other one. */
export const watchProtocols = (): string[] => (held === '' ? ['binnacle.watch'] : ['binnacle.watch', held])

import type { ConnectionState } from './contract.ts'

/**
 * What the gateway tells a window on the watch socket without being asked: how a cluster is, and that `GET /api/contexts` has another
 * answer now. Frames of feeds carry an id (`frames.ts`), notices carry none.
 */
export type Notice = { t: 'cluster'; state: ConnectionState } | { t: 'contexts' }

export function noticeFrame(notice: Notice): Buffer {
  return Buffer.from(JSON.stringify(notice))
}

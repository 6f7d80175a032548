import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../machinery/clock.ts'
import { badRequest, tooManyRequests } from '../machinery/status.ts'
import type { Contexts } from './contexts.ts'
import { type ClientMessage, frame, parseClientMessage } from './frames.ts'
import { noticeFrame } from './notices.ts'
import { WatchFeed } from './watch-feed.ts'

export const MAX_FEEDS = 256
/** A message names one path; field selectors are the longest part of it. */
export const MAX_MESSAGE = 64 * 1024
/** More than this waiting in the socket stops reading from the clusters; less than the second figure goes on. */
const HIGH_WATER = 1024 * 1024
const LOW_WATER = 256 * 1024
const PING_MS = 30_000

/** All watches of one window over one WebSocket. Returns when everything is set up; it lives until the socket closes. */
export function serveWatchSocket(ws: WebSocket, contexts: Contexts, clock: Clock): void {
  const feeds = new Map<number, WatchFeed>()
  let slow = false
  let answered = true

  const sent = (): void => {
    if (!slow || ws.bufferedAmount > LOW_WATER) return
    slow = false
    for (const feed of feeds.values()) feed.resume()
  }
  const send = (data: Buffer): boolean => {
    if (ws.readyState !== ws.OPEN) return false
    ws.send(data, { binary: false }, sent)
    slow ||= ws.bufferedAmount > HIGH_WATER
    return !slow
  }
  const refuse = (error: ReturnType<typeof badRequest>, id?: number): void => {
    send(frame({ ...(id === undefined ? {} : { id }), t: 'error', status: error.code, body: error.status }))
  }
  const open = (m: Extract<ClientMessage, { op: 'open' }>): void => {
    if (feeds.has(m.id)) return refuse(badRequest(`feed ${m.id} is open already`))
    if (feeds.size >= MAX_FEEDS) return refuse(tooManyRequests(`a window may have ${MAX_FEEDS} feeds open`, 1), m.id)
    const feed = new WatchFeed(m.id, { send, ended: (id) => feeds.delete(id) }, clock)
    feeds.set(m.id, feed)
    void feed.open(contexts, m.context, m.path, m.accept)
  }
  const receive = (data: RawData, binary: boolean): void => {
    try {
      if (binary) throw new Error('messages are text')
      const m = parseClientMessage(data.toString())
      if (m.op === 'open') open(m)
      else feeds.get(m.id)?.close()
    } catch (e) {
      refuse(badRequest(e instanceof Error ? e.message : String(e)))
    }
  }

  const unlisten = contexts.listen((notice) => void send(noticeFrame(notice)))
  for (const state of contexts.connections()) send(noticeFrame({ t: 'cluster', state }))

  // A window on a sleeping laptop goes without a word.
  const ping = clock.setInterval(() => {
    if (!answered) return ws.terminate()
    answered = false
    ws.ping()
  }, PING_MS)
  ws.on('pong', () => (answered = true))
  ws.on('message', receive)
  // ws closes the socket itself after a protocol error; the listener keeps it from being thrown.
  ws.on('error', () => undefined)
  ws.once('close', () => {
    ping.cancel()
    unlisten()
    for (const feed of [...feeds.values()]) feed.close()
  })
}

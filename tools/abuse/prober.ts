import { type ClientHttp2Session, connect } from 'node:http2'
import { request } from 'node:https'
import { readFileSync } from 'node:fs'
import { Lag } from './lag.ts'

/**
 * The second client, a process of its own: it GETs one small object every 25 ms over a connection that it keeps, and /livez four times a
 * second over a new connection each time, as somebody who only comes now. The waits exclude what this process itself came late, and how long
 * the thread that serves was ready to run and the machine had no processor for it: neither is the server's doing.
 */
export interface Waits {
  /** Worst, in ms. */
  object: number
  livez: number
  /** Requests that got no 200. */
  failed: number
  /** How late this process itself was at worst, in ms. */
  ownLag: number
  /** What the serving thread waited for a processor in all, in ms. */
  queued: number
}

export type ToProber = { kind: 'start'; url: string; token: string; path: string; thread?: number } | { kind: 'begin' } | { kind: 'report' }

const OBJECT_MS = 25
const LIVEZ_MS = 250
const TICK_MS = 5
const MOST_OPEN = { object: 8, livez: 3 }
const ANSWER_LIMIT_MS = 20_000

const lag = new Lag(TICK_MS, () => performance.now())
const worst = { object: 0, livez: 0 }
const open = { object: 0, livez: 0 }
let failed = 0
/** The process whose first thread serves, where it is known. */
let thread: number | undefined
let queuedBefore = 0
let waiting: (() => void) | undefined
let session: ClientHttp2Session | undefined

/** Milliseconds that the serving thread has been ready to run without a processor (proc(5), schedstat). */
function queued(): number {
  if (thread === undefined) return 0
  try {
    return Number(readFileSync(`/proc/${thread}/task/${thread}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

/** Begins a measured request; the function that it returns ends it. */
function measure(kind: 'object' | 'livez'): (ok: boolean) => void {
  const [sent, late, queue] = [performance.now(), lag.total, queued()]
  open[kind]++
  let over = false
  return (ok) => {
    if (over) return
    over = true
    open[kind]--
    if (!ok) failed++
    // The two may have been at the same time, so only the longer counts.
    const notTheirs = Math.max(lag.total - late, queued() - queue)
    worst[kind] = Math.max(worst[kind], performance.now() - sent - notTheirs)
    if (open.object + open.livez === 0) waiting?.()
  }
}

function askObject(url: string, token: string, path: string): void {
  if (open.object >= MOST_OPEN.object) return
  const done = measure('object')
  if (session === undefined || session.closed || session.destroyed) {
    session = connect(url, { rejectUnauthorized: false })
    session.on('error', () => undefined)
  }
  const stream = session.request({ ':path': path, authorization: `Bearer ${token}` })
  let ok = false
  stream.on('response', (h) => (ok = h[':status'] === 200))
  stream.on('error', () => done(false))
  stream.on('close', () => done(ok))
  stream.setTimeout(ANSWER_LIMIT_MS, () => stream.destroy())
  stream.resume()
}

function askLivez(url: string): void {
  if (open.livez >= MOST_OPEN.livez) return
  const done = measure('livez')
  const req = request(`${url}/livez`, { rejectUnauthorized: false, agent: false, timeout: ANSWER_LIMIT_MS }, (res) => {
    res.resume()
    res.once('error', () => done(false))
    res.once('end', () => done(res.statusCode === 200))
  })
  req.once('timeout', () => req.destroy(new Error('no answer')))
  req.once('error', () => done(false))
  req.end()
}

async function report(): Promise<void> {
  // Requests of a server that stands still are waited for: theirs is the wait that counts.
  if (open.object + open.livez > 0) await new Promise<void>((resolve) => (waiting = resolve))
  waiting = undefined
  const waits: Waits = { ...worst, failed, ownLag: lag.takeWorst(), queued: queued() - queuedBefore }
  process.send!(waits)
}

process.once('disconnect', () => process.exit())
process.on('message', (m: ToProber) => {
  if (m.kind === 'start') {
    thread = m.thread
    setInterval(() => lag.tick(), TICK_MS)
    setInterval(() => waiting ?? askObject(m.url, m.token, m.path), OBJECT_MS)
    setInterval(() => waiting ?? askLivez(m.url), LIVEZ_MS)
  } else if (m.kind === 'begin') {
    worst.object = worst.livez = failed = 0
    queuedBefore = queued()
    lag.takeWorst()
  } else void report()
})

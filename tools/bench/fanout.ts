import http2 from 'node:http2'
import { WatchConnection } from './watch-connection.ts'
import { widget, WIDGET } from './widgets.ts'

/**
 * Fan-out of one resource to many watchers: how fast, and how late, events arrive. Run as a program of its own: URL TOKEN WATCHERS EVENTS RATE
 * [custom]. RATE is in events a second; `custom` watches the benchmark's custom kind (widgets.ts), which must be defined.
 */
export interface FanoutFigures {
  delivered: number
  expected: number
  rewatches: number
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

const LIMIT_MS = 120_000
const PER_CONNECTION = 50
const PAD = 'x'.repeat(1500)
const MARK = Buffer.from('"ts":"')
const VERSION = Buffer.from('"resourceVersion":"')

const [url = '', token = '', watcherCount = '200', eventCount = '300', rate = '200', which = ''] = process.argv.slice(2)
const [watchers, events] = [Number(watcherCount), Number(eventCount)]
const ns = `fanout-${Math.random().toString(36).slice(2, 8)}`
const isCustom = which === 'custom'
const path = isCustom ? `/apis/${WIDGET.group}/${WIDGET.version}/namespaces/${ns}/${WIDGET.plural}` : `/api/v1/namespaces/${ns}/configmaps`
const auth = { authorization: `Bearer ${token}` }
const main = http2.connect(url, { rejectUnauthorized: false })
const nowUs = (): number => Number(process.hrtime.bigint() / 1000n)

function call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const s = main.request({
      ':method': method,
      ':path': path,
      ...auth,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    })
    let status = 0
    const chunks: Buffer[] = []
    s.on('response', (h) => (status = Number(h[':status'])))
    s.on('data', (d: Buffer) => chunks.push(d))
    s.on('error', reject)
    s.on('end', () => resolve({ status, text: Buffer.concat(chunks).toString() }))
    s.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const latencies: number[] = []
let rewatches = 0
let over = false

/** Of each watch, by the number of its stream: the last version that was seen. */
class Watches {
  readonly #connection: WatchConnection
  readonly #last = new Map<number, string>()
  readonly #opened = new Map<number, () => void>()

  constructor() {
    this.#connection = new WatchConnection(url, token, {
      opened: (stream) => this.#opened.get(stream)?.(),
      line: (stream, bytes, start, end) => this.#line(stream, bytes, start, end),
      closed: (stream) => this.#again(stream),
    })
  }

  begin(from: string, opened: () => void = () => undefined): void {
    const stream = this.#connection.watch(`${path}?watch=1&resourceVersion=${from}&labelSelector=fan%3Dout`)
    this.#last.set(stream, from)
    this.#opened.set(stream, opened)
  }

  #line(stream: number, bytes: Buffer, start: number, end: number): void {
    const at = bytes.indexOf(MARK, start)
    if (at >= 0 && at < end) latencies.push(nowUs() - digits(bytes, at + MARK.length))
    const version = bytes.indexOf(VERSION, start)
    if (version >= 0 && version < end) this.#last.set(stream, String(digits(bytes, version + VERSION.length)))
  }

  // A watcher whose stream the server ends watches again from the last resourceVersion it saw, as client-go does.
  #again(stream: number): void {
    if (over) return
    rewatches++
    const from = this.#last.get(stream)!
    this.#last.delete(stream)
    this.#opened.delete(stream)
    setTimeout(() => this.begin(from), 20)
  }
}

/** The number that begins here, up to a quotation mark. */
function digits(bytes: Buffer, start: number): number {
  let value = 0
  for (let at = start; bytes[at] !== QUOTE; at++) value = value * 10 + (bytes[at]! - ZERO)
  return value
}
const [QUOTE, ZERO] = [0x22, 0x30]

function event(name: string, ts: string): object {
  const metadata = { name, labels: { fan: 'out' } }
  if (!isCustom) return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { pad: PAD, ts } }
  const { spec, ...type } = widget(name)
  return { ...type, metadata, spec: { ...spec, settings: { pad: PAD, ts } } }
}

await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } })
const start = (JSON.parse((await call('GET', path)).text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion
const connections = Array.from({ length: Math.ceil(watchers / PER_CONNECTION) }, () => new Watches())
await Promise.all(
  Array.from({ length: watchers }, (_, i) => new Promise<void>((done) => connections[i % connections.length]!.begin(start, done))),
)
await new Promise((r) => setTimeout(r, 500))
const t0 = performance.now()
for (let i = 0; i < events; i++) {
  const wait = t0 + (i * 1000) / Number(rate) - performance.now()
  if (wait > 0) await new Promise((r) => setTimeout(r, wait))
  const ts = String(nowUs()).padStart(16, '0')
  void call('POST', path, event(`e${i}`, ts))
}
while (latencies.length < watchers * events && performance.now() - t0 < LIMIT_MS) await new Promise((r) => setTimeout(r, 20))
const seconds = (performance.now() - t0) / 1000
over = true
latencies.sort((a, b) => a - b)
const quantile = (p: number): number => (latencies[Math.min(latencies.length - 1, Math.floor(p * latencies.length))] ?? 0) / 1000
const figures: FanoutFigures = {
  delivered: latencies.length,
  expected: watchers * events,
  rewatches,
  perSecond: latencies.length / seconds,
  p50: quantile(0.5),
  p99: quantile(0.99),
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
await call('DELETE', `/api/v1/namespaces/${ns}`)
process.exit(0)

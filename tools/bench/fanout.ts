import http2 from 'node:http2'
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
const connect = (): http2.ClientHttp2Session => http2.connect(url, { rejectUnauthorized: false })
const main = connect()
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

function after(line: Buffer, mark: Buffer): string | undefined {
  const k = line.indexOf(mark)
  return k < 0 ? undefined : line.subarray(k + mark.length, line.indexOf(34, k + mark.length)).toString()
}

// A watcher whose stream the server ends watches again from the last resourceVersion it saw, as client-go does.
function watch(session: http2.ClientHttp2Session, from: string, opened?: () => void): void {
  const s = session.request({
    ':path': `${path}?watch=1&resourceVersion=${from}&labelSelector=fan%3Dout`,
    ...auth,
  })
  let rest: Buffer = Buffer.alloc(0)
  let last = from
  s.on('response', () => opened?.())
  s.on('data', (d: Buffer) => {
    const now = nowUs()
    const buf = rest.length > 0 ? Buffer.concat([rest, d]) : d
    let at = 0
    for (let nl = buf.indexOf(10); nl >= 0; nl = buf.indexOf(10, at)) {
      const line = buf.subarray(at, nl)
      at = nl + 1
      const ts = after(line, MARK)
      if (ts !== undefined) latencies.push(now - Number(ts))
      last = after(line, VERSION) ?? last
    }
    rest = buf.subarray(at)
  })
  s.on('error', () => undefined)
  s.on('close', () => {
    if (over) return
    rewatches++
    setTimeout(() => watch(session, last), 20)
  })
}

function event(name: string, ts: string): object {
  const metadata = { name, labels: { fan: 'out' } }
  if (!isCustom) return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { pad: PAD, ts } }
  const { spec, ...type } = widget(name)
  return { ...type, metadata, spec: { ...spec, settings: { pad: PAD, ts } } }
}

await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } })
const start = (JSON.parse((await call('GET', path)).text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion
const sessions = Array.from({ length: Math.ceil(watchers / PER_CONNECTION) }, connect)
await Promise.all(
  Array.from({ length: watchers }, (_, i) => new Promise<void>((done) => watch(sessions[i % sessions.length]!, start, done))),
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

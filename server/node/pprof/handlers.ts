import type { ServerResponse } from 'node:http'
import type { Clock } from '../../machinery/clock.ts'
import { escapeHtml, httpError, send, type KubeletRequest } from '../kubelet/http.ts'
import { activeResources, ProfilerBusyError, takeCpuProfile, takeHeapProfile, takeResourceProfile } from './profiler.ts'
import { RestingError } from './rest.ts'

type Handler = (req: KubeletRequest, res: ServerResponse, clock: Clock) => void | Promise<void>

interface Entry {
  handler: Handler
  /** What the index says; absent for what it does not list. */
  about?: string
  count?: () => number
}

/** Header by which a reader tells that a text is pprof's (net/http/pprof). */
const GO_PPROF = { 'X-Go-Pprof': '1', 'X-Content-Type-Options': 'nosniff' }

const ENTRIES: Readonly<Record<string, Entry>> = {
  allocs: { handler: heap },
  cmdline: { handler: cmdline, about: 'The command line of this process, its words separated by NUL.', count: () => 0 },
  goroutine: {
    handler: goroutine,
    about: 'This process runs Node.js and has no goroutines: what keeps its event loop alive, by kind.',
    count: () => process.getActiveResourcesInfo().length,
  },
  heap: { handler: heap, about: 'Sampled allocations that are alive. gc=1 collects garbage before.', count: () => 1 },
  profile: { handler: profile, about: 'CPU profile of this process. seconds=N sets its length (30 unless told).', count: () => 0 },
  symbol: { handler: symbol },
  trace: { handler: trace },
}

/** GET /debug/pprof/{name}: real profiles of the agent's process, as gzipped pprof. */
export async function pprof(clock: Clock, name: string, req: KubeletRequest, res: ServerResponse): Promise<void> {
  if (name === '') return index(res)
  const entry = Object.hasOwn(ENTRIES, name) ? ENTRIES[name] : undefined
  if (entry === undefined) return send(res, 404, 'Unknown profile\n', GO_PPROF)
  await entry.handler(req, res, clock)
}

function index(res: ServerResponse): void {
  const listed = Object.entries(ENTRIES).filter(([, e]) => e.about !== undefined)
  const rows = listed.map(([name, e]) => {
    const href = name === 'goroutine' ? `${name}?debug=1` : name
    return `<tr><td>${e.count?.() ?? 0}</td><td><a href="${href}">${escapeHtml(name)}</a></td></tr>\n`
  })
  const about = listed.map(([name, e]) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(e.about!)}</li>\n`)
  const body =
    '<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/\n<br>\n' +
    "<p>Profiles of the node agent's process, a Node.js program.</p>\n<table>\n<thead><td>Count</td><td>Profile</td></thead>\n" +
    `${rows.join('')}</table>\n<a href="goroutine?debug=2">full resource dump</a>\n<br>\n<ul>\n${about.join('')}</ul>\n</body>\n</html>\n`
  send(res, 200, body, { 'Content-Type': 'text/html; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
}

const attachment = (res: ServerResponse, name: string, bytes: Buffer): void =>
  send(res, 200, bytes, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${name}"`,
    'X-Content-Type-Options': 'nosniff',
  })

const text = (res: ServerResponse, body: string): void => send(res, 200, body, { 'X-Content-Type-Options': 'nosniff' })

/** As Go reads it: anything that is not a positive number means 30. */
export function profileSeconds(value: string | null): number {
  const n = value === null || value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(n) && n > 0 ? Math.min(n, 3600) : 30
}

async function profile(req: KubeletRequest, res: ServerResponse, clock: Clock): Promise<void> {
  try {
    const bytes = await takeCpuProfile(clock, profileSeconds(req.query.get('seconds')) * 1000, req.signal)
    attachment(res, 'profile', bytes)
  } catch (e) {
    if (!(e instanceof ProfilerBusyError)) throw e
    send(res, 500, `Could not enable CPU profiling: ${e.message}\n`, GO_PPROF)
  }
}

const isText = (req: KubeletRequest): boolean => Number(req.query.get('debug') ?? 0) > 0

async function heap(req: KubeletRequest, res: ServerResponse, clock: Clock): Promise<void> {
  if (isText(req)) {
    const rows = Object.entries(process.memoryUsage()).map(([name, bytes]) => `# ${name} = ${bytes}\n`)
    return text(res, `heap of a Node.js process; the sampled profile is only to be had in pprof's format (without debug)\n${rows.join('')}`)
  }
  try {
    attachment(res, 'heap', await takeHeapProfile(clock, Number(req.query.get('gc') ?? 0) > 0))
  } catch (e) {
    if (!(e instanceof RestingError)) throw e
    send(res, 429, `No heap profile now: ${e.message}\n`, { ...GO_PPROF, 'Retry-After': String(e.retryAfterSeconds) })
  }
}

function goroutine(req: KubeletRequest, res: ServerResponse, clock: Clock): void {
  if (!isText(req)) return attachment(res, 'goroutine', takeResourceProfile(clock))
  const all = activeResources()
  const total = [...all.values()].reduce((a, b) => a + b, 0)
  const rows = [...all].map(([name, n]) => `${n} @ ${name}\n`)
  text(
    res,
    [
      `active resources: total ${total}`,
      '# This process runs Node.js: it has one JavaScript thread and no goroutines.',
      '# What keeps its event loop alive:',
      '',
      rows.join(''),
    ].join('\n'),
  )
}

function cmdline(_req: KubeletRequest, res: ServerResponse): void {
  text(res, [process.execPath, ...process.execArgv, ...process.argv.slice(1)].join('\0'))
}

/** Profiles carry their names; there is no address to look up. */
function symbol(_req: KubeletRequest, res: ServerResponse): void {
  text(res, 'num_symbols: 0\n')
}

function trace(_req: KubeletRequest, res: ServerResponse): void {
  httpError(res, 501, "An execution trace is a format of Go's runtime, and this process runs Node.js. Take /debug/pprof/profile instead.")
}

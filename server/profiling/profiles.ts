import type { Clock } from '../machinery/clock.ts'
import { escapeHtml } from '../machinery/html.ts'
import { activeResources, ProfilerBusyError, takeCpuProfile, takeHeapProfile, takeResourceProfile } from './profiler.ts'
import { RestingError } from './rest.ts'

export interface ProfileRequest {
  readonly query: { get(name: string): string | null | undefined }
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/** An answer of Go's net/http/pprof, whatever sends it. */
export interface ProfileAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type Taker = (req: ProfileRequest, clock: Clock) => ProfileAnswer | Promise<ProfileAnswer>

interface Entry {
  take: Taker
  /** What the index says; absent for what it does not list. */
  about?: string
  count?: () => number
}

const NOSNIFF = { 'x-content-type-options': 'nosniff' }
/** Header by which a reader tells that a text is pprof's (net/http/pprof). */
const GO_PPROF = { ...NOSNIFF, 'x-go-pprof': '1' }

const ENTRIES: Readonly<Record<string, Entry>> = {
  allocs: { take: heap },
  cmdline: { take: cmdline, about: 'The command line of this process, its words separated by NUL.', count: () => 0 },
  goroutine: {
    take: goroutine,
    about: 'This process runs Node.js and has no goroutines: what keeps its event loop alive, by kind.',
    count: () => process.getActiveResourcesInfo().length,
  },
  heap: { take: heap, about: 'Sampled allocations that are alive. gc=1 collects garbage before.', count: () => 1 },
  profile: { take: profile, about: 'CPU profile of this process. seconds=N sets its length (30 unless told).', count: () => 0 },
  symbol: { take: symbol },
  trace: { take: trace },
}

/** GET /debug/pprof/{name}: real profiles of this process, as gzipped pprof; the index for an empty name. */
export async function profileAnswer(clock: Clock, name: string, req: ProfileRequest): Promise<ProfileAnswer> {
  if (name === '') return index()
  const entry = Object.hasOwn(ENTRIES, name) ? ENTRIES[name] : undefined
  return entry === undefined ? text('Unknown profile\n', 404, GO_PPROF) : entry.take(req, clock)
}

function index(): ProfileAnswer {
  const listed = Object.entries(ENTRIES).filter(([, e]) => e.about !== undefined)
  const rows = listed.map(([name, e]) => {
    const href = name === 'goroutine' ? `${name}?debug=1` : name
    return `<tr><td>${e.count?.() ?? 0}</td><td><a href="${href}">${escapeHtml(name)}</a></td></tr>\n`
  })
  const about = listed.map(([name, e]) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(e.about!)}</li>\n`)
  const body =
    '<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/\n<br>\n' +
    '<p>Profiles of this process, a Node.js program.</p>\n<table>\n<thead><td>Count</td><td>Profile</td></thead>\n' +
    `${rows.join('')}</table>\n<a href="goroutine?debug=2">full resource dump</a>\n<br>\n<ul>\n${about.join('')}</ul>\n</body>\n</html>\n`
  return text(body, 200, { ...NOSNIFF, 'content-type': 'text/html; charset=utf-8' })
}

const attachment = (name: string, body: Buffer): ProfileAnswer => ({
  status: 200,
  headers: { ...NOSNIFF, 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` },
  body,
})

const text = (body: string, status = 200, headers: Readonly<Record<string, string>> = NOSNIFF): ProfileAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: Buffer.from(body),
})

/** As Go reads it: anything that is not a positive number means 30. */
function profileSeconds(value: string | null | undefined): number {
  const n = (value ?? '').trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(n) && n > 0 ? Math.min(n, 3600) : 30
}

async function profile(req: ProfileRequest, clock: Clock): Promise<ProfileAnswer> {
  try {
    return attachment('profile', await takeCpuProfile(clock, profileSeconds(req.query.get('seconds')) * 1000, req.signal))
  } catch (e) {
    if (!(e instanceof ProfilerBusyError)) throw e
    return text(`Could not enable CPU profiling: ${e.message}\n`, 500, GO_PPROF)
  }
}

const isText = (req: ProfileRequest): boolean => Number(req.query.get('debug') ?? 0) > 0

async function heap(req: ProfileRequest, clock: Clock): Promise<ProfileAnswer> {
  if (isText(req)) {
    const rows = Object.entries(process.memoryUsage()).map(([name, bytes]) => `# ${name} = ${bytes}\n`)
    return text(`heap of a Node.js process; the sampled profile is only to be had in pprof's format (without debug)\n${rows.join('')}`)
  }
  try {
    return attachment('heap', await takeHeapProfile(clock, Number(req.query.get('gc') ?? 0) > 0))
  } catch (e) {
    if (!(e instanceof RestingError)) throw e
    return text(`No heap profile now: ${e.message}\n`, 429, { ...GO_PPROF, 'retry-after': String(e.retryAfterSeconds) })
  }
}

function goroutine(req: ProfileRequest, clock: Clock): ProfileAnswer {
  if (!isText(req)) return attachment('goroutine', takeResourceProfile(clock))
  const all = activeResources()
  const total = [...all.values()].reduce((a, b) => a + b, 0)
  const rows = [...all].map(([name, n]) => `${n} @ ${name}\n`)
  return text(
    [
      `active resources: total ${total}`,
      '# This process runs Node.js: it has one JavaScript thread and no goroutines.',
      '# What keeps its event loop alive:',
      '',
      rows.join(''),
    ].join('\n'),
  )
}

function cmdline(): ProfileAnswer {
  return text([process.execPath, ...process.execArgv, ...process.argv.slice(1)].join('\0'))
}

/** Profiles carry their names; there is no address to look up. */
function symbol(): ProfileAnswer {
  return text('num_symbols: 0\n')
}

function trace(): ProfileAnswer {
  return text("An execution trace is a format of Go's runtime, and this process runs Node.js. Take /debug/pprof/profile instead.\n", 501)
}

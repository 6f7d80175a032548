import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { hostEnv, hostNodeFlags } from './host-flags.mjs'
import { nodeBin, root, say } from './setup.mjs'
import { type Change, seedItem, seedNamespaces } from './inspector-perf/objects.ts'
import * as inPage from './inspector-perf/in-page.ts'
import { type Processes, processesOf, residentKb, type Spent, spent } from './inspector-perf/processes.ts'

/*
 * The inspector's figures with many pods of which many change each second, in Chromium against the product as it is started:
 *   npm run perf:inspector -- [--pods 30000] [--rate 1000] [--seconds 10] [--dist DIR] [--profile FILE]
 * Changes come from a process of their own (tools/inspector-perf/changes.ts), over the API like anybody's.
 */
const { values: flags } = parseArgs({
  options: {
    pods: { type: 'string', default: '30000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    dist: { type: 'string', default: join(root, 'dist') },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    profile: { type: 'string' },
  },
})
const pods = Number(flags.pods)
const rate = Number(flags.rate)
const seconds = Number(flags.seconds)

const startLimitMs = 240_000
const scratch = mkdtempSync(join(tmpdir(), 'binnacle-perf-'))
const children: ChildProcess[] = []

interface Row {
  what: string
  figure: string
  budget?: string
  met?: boolean
}
const rows: Row[] = []
const note = (what: string, figure: string, budget?: string, met?: boolean): void => {
  rows.push({ what, figure, budget, met })
  say(`${what}: ${figure}${budget === undefined ? '' : ` (budget ${budget}${met ? '' : ', MISSED'})`}`)
}

async function writeSeed(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write('{"apiVersion":"v1","kind":"List","items":[')
  out.write(
    seedNamespaces()
      .map((o) => JSON.stringify(o))
      .join(',\n'),
  )
  for (let i = 0; i < pods; i++) if (!out.write(`,\n${JSON.stringify(seedItem(i))}`)) await once(out, 'drain')
  out.end(']}')
  await once(out, 'finish')
}

/** Starts the built server with the seed; the window's one-time address, and a kubeconfig for the changes. */
async function startServer(): Promise<{ window: string; kubeconfig: string; pid: number }> {
  const seed = join(scratch, 'seed.json')
  await writeSeed(seed)
  const kubeconfig = join(scratch, 'kubeconfig')
  const args = ['--data-dir', join(scratch, 'data'), '--secure-port', '0', '--gateway-port', '0', '--write-kubeconfig', kubeconfig]
  const child = spawn(nodeBin, [...hostNodeFlags, join(flags.dist, 'server/main.mjs'), ...args, '--seed', seed, '--log-format', 'text'], {
    env: { ...process.env, ...hostEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let told = ''
  let ready = false
  child.stderr.on('data', (part: Buffer) => (told += part.toString()))
  child.stdout.on('data', (part: Buffer) => (ready ||= part.toString().includes('ready')))
  const window = await until(startLimitMs, () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${told.slice(-500)}`)
    return ready ? /http:\/\/\S+\?session=\S+/.exec(told)?.[0] : undefined
  })
  return { window, kubeconfig, pid: child.pid ?? 0 }
}

async function until<T>(limitMs: number, look: () => T | undefined): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error('it took too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Makes `rate` changes a second until it is killed; resolves once changes arrive, with a reading of how many were made so far. */
async function startChanges(kubeconfig: string): Promise<{ made(): Change; stop(): void; pid: number }> {
  const program = join(root, 'tools/inspector-perf/changes.ts')
  const child = spawn(nodeBin, [program, kubeconfig, String(rate), String(pods)], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  let last: Change = { at: 0, made: 0, failed: 0 }
  child.stdout.on('data', (part: Buffer) => {
    const line = part.toString().trim().split('\n').at(-1)
    if (line) last = JSON.parse(line) as Change
  })
  await until(30_000, () => (last.made > rate ? true : undefined))
  return { made: () => last, stop: () => child.kill(), pid: child.pid ?? 0 }
}

const all = pods.toLocaleString('en-US')
const untilAll = (page: Page): Promise<unknown> =>
  page.waitForFunction((n) => document.querySelector('[data-testid=counts]')?.textContent?.includes(n), all, {
    timeout: 120_000,
    polling: 50,
  })

async function measureFirstRows(browser: Browser, window: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })).newPage()
  await page.goto(window)
  await page.waitForSelector('.rail')
  const pods = `${new URL(window).origin}/c/local/pods`
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank')
    await page.addInitScript(inPage.markFirstRows)
    await page.goto(pods)
    await page.waitForSelector('.list-row')
    times.push(await page.evaluate(() => (globalThis as unknown as { firstRows: number }).firstRows))
    await untilAll(page)
    if (i === 4) note('all rows, from navigation', `${await page.evaluate(() => Math.round(performance.now()))} ms`)
  }
  times.sort((a, b) => a - b)
  const median = times[2] ?? 0
  note(
    'first rows, from navigation (median of 5)',
    `${median.toFixed(0)} ms (worst ${times.at(-1)?.toFixed(0)})`,
    '1,000 ms',
    median <= 1000,
  )
  return page
}

async function measureFilters(page: Page, when: string): Promise<void> {
  const texts = ['cart', 'cart-1', 'status:crash', 'label=app=web,tier=backend', 'field=spec.nodeName=worker-7', '-shop']
  const times = await page.evaluate(inPage.timeFilters, texts)
  const sorted = times.flat().sort((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? 0
  const worst = sorted.at(-1) ?? 0
  const slowest = texts[times.findIndex((pair) => pair.includes(worst))]
  note(
    `filter, key to frame, ${when}`,
    `median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms of ${sorted.length} (${slowest})`,
    '50 ms',
    worst <= 50,
  )
}

async function measureScroll(processes: Processes, page: Page, when: string): Promise<void> {
  const before = spent(processes)
  const began = performance.now()
  const f = await page.evaluate(inPage.timeScroll, { ms: seconds * 1000, step: 100 })
  const figure = `${f.fps.toFixed(1)} frames/s, p50 ${f.p50.toFixed(1)} p95 ${f.p95.toFixed(1)} p99 ${f.p99.toFixed(1)} max ${f.max.toFixed(0)} ms, ${f.late} of ${f.frames} late, ${f.blank} blank`
  note(`scrolling, ${when}`, figure, '60 frames/s', f.fps >= 58)
  const after = spent(processes)
  const took = performance.now() - began
  const perFrame = (part: keyof Spent): string => ((after[part] - before[part]) / f.frames).toFixed(1)
  const share = (...parts: (keyof Spent)[]): string =>
    `${((parts.reduce((total, part) => total + after[part] - before[part], 0) * 100) / took).toFixed(0)} %`
  note(
    `CPU for a frame, ${when}`,
    `main thread ${perFrame('main')} ms, feed worker ${perFrame('worker')} ms, raster and compositor ${perFrame('other')} ms, GPU process ${perFrame('gpu')} ms`,
    '16.7 ms main thread',
    (after.main - before.main) / f.frames < 16.7,
  )
  note(
    `where the CPU goes, ${when}`,
    `page ${share('main', 'worker', 'other')}, GPU process ${share('gpu')}, rest of Chromium ${share('browser')}, server ${share('server')}, changes ${share('changes')} of one core; load ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores`,
  )
}

async function measureMemory(renderer: number, page: Page, session: CDPSession): Promise<void> {
  await session.send('HeapProfiler.collectGarbage')
  const main = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize)
  const megabytes = residentKb(renderer) / 1024
  note(
    'renderer process, resident',
    `${megabytes.toFixed(0)} MiB (page's heap ${(main / 2 ** 20).toFixed(0)} MiB)`,
    '500 MiB',
    megabytes < 500,
  )
}

async function main(): Promise<number> {
  const { window, kubeconfig, pid } = await startServer()
  const browser = await chromium.launch({ executablePath: flags.chromium, args: ['--no-sandbox', '--enable-precise-memory-info'] })
  try {
    const page = await measureFirstRows(browser, window)
    const session = await page.context().newCDPSession(page)
    await measureFilters(page, 'at rest')
    await measureScroll(await processesOf(browser, pid, undefined), page, 'at rest')
    const changes = await startChanges(kubeconfig)
    const processes = await processesOf(browser, pid, changes.pid)
    const before = changes.made()
    if (flags.profile !== undefined) await session.send('Profiler.enable').then(() => session.send('Profiler.start'))
    await measureScroll(processes, page, `with ${rate} changes a second`)
    if (flags.profile !== undefined) writeFileSync(flags.profile, JSON.stringify((await session.send('Profiler.stop')).profile))
    await measureFilters(page, `with ${rate} changes a second`)
    const after = changes.made()
    note(
      'changes made meanwhile',
      `${(((after.made - before.made) * 1000) / (after.at - before.at)).toFixed(0)} a second, ${after.failed} failed`,
    )
    await measureMemory(processes.renderer, page, session)
    changes.stop()
  } finally {
    await browser.close()
  }
  process.stdout.write(`${rows.map((r) => `| ${r.what} | ${r.figure} | ${r.budget ?? ''} |`).join('\n')}\n`)
  return rows.some((r) => r.met === false) ? 1 : 0
}

try {
  process.exitCode = await main()
} finally {
  for (const child of children) child.kill()
  rmSync(scratch, { recursive: true, force: true })
}

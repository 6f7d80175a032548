import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { nodeBin, root } from '../setup.mjs'
import { scratch } from '../../e2e/fixtures/scratch.ts'
import { type Bench, mebibytes, openWindow, usedHeap } from './bench.ts'
import * as inPage from './in-page.ts'
import { withMetrics } from './metrics.ts'
import type { Change } from './objects.ts'
import { type Processes, processesOf, residentKb, type Spent, spent } from './processes.ts'
import { endOf, type Product, startProduct, until } from './product.ts'
import { writeSeed } from './seed.ts'

/** The list of pods with its columns of usage on: first rows, filters, scrolling at rest and while pods change, memory. */
export async function measureList(bench: Bench): Promise<void> {
  using dir = scratch()
  const seed = join(dir.path, 'seed.json')
  await writeSeed(seed, bench.pods)
  using product = await startProduct(bench.dist, { seed })
  await using metrics = await withMetrics(product.kubeconfig, bench.pods)
  const page = await measureFirstRows(bench, product)
  const session = await page.context().newCDPSession(page)
  await measureFilters(bench, page, 'at rest')
  await measureScroll(bench, await processesOf(bench.browser, product.pid, undefined), page, 'at rest')
  using changes = await startChanges(bench, product.kubeconfig)
  const processes = await processesOf(bench.browser, product.pid, changes.pid)
  const before = changes.made()
  if (bench.profile !== undefined) await session.send('Profiler.enable').then(() => session.send('Profiler.start'))
  await measureScroll(bench, processes, page, `with ${bench.rate} changes a second`)
  if (bench.profile !== undefined) writeFileSync(bench.profile, JSON.stringify((await session.send('Profiler.stop')).profile))
  await measureFilters(bench, page, `with ${bench.rate} changes a second`)
  const after = changes.made()
  bench.note(
    'changes made meanwhile',
    `${(((after.made - before.made) * 1000) / (after.at - before.at)).toFixed(0)} a second, ${after.failed} failed`,
  )
  await measureMemory(bench, processes.renderer, page, session)
  bench.note(
    'answers of the metrics API to the columns of usage',
    `${metrics.answered()}, each of ${bench.pods.toLocaleString('en-US')} pods`,
  )
  await page.context().close()
}

/** Makes `rate` changes a second until it is killed; resolves once changes arrive, with a reading of how many were made so far. */
async function startChanges({ rate, pods }: Bench, kubeconfig: string): Promise<Disposable & { made(): Change; pid: number }> {
  const program = join(root, 'tools/inspector-perf/changes.ts')
  const child = spawn(nodeBin, [program, kubeconfig, String(rate), String(pods)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = endOf(child)
  let last: Change = { at: 0, made: 0, failed: 0 }
  child.stdout.on('data', (part: Buffer) => {
    const line = part.toString().trim().split('\n').at(-1)
    if (line) last = JSON.parse(line) as Change
  })
  await until(30_000, () => (last.made > rate ? true : undefined))
  return { made: () => last, pid: child.pid ?? 0, [Symbol.dispose]: end }
}

const untilAll = (page: Page, pods: number): Promise<unknown> =>
  page.waitForFunction((n) => document.querySelector('[data-testid=counts]')?.textContent?.includes(n), pods.toLocaleString('en-US'), {
    timeout: 120_000,
    polling: 50,
  })

async function measureFirstRows(bench: Bench, product: Product): Promise<Page> {
  const page = await openWindow(bench, product)
  const columns = ['name', 'namespace', 'ready', 'status', 'restarts', 'cpuUsed', 'memoryUsed', 'node', 'ip', 'age']
  await page.evaluate((shown) => localStorage.setItem('binnacle.columns.pods', JSON.stringify(shown)), columns)
  const pods = `${product.origin}/c/local/pods`
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank')
    await page.addInitScript(inPage.markFirstRows)
    await page.goto(pods)
    await page.waitForSelector('.list-row')
    times.push(await page.evaluate(() => (globalThis as unknown as { firstRows: number }).firstRows))
    await untilAll(page, bench.pods)
    if (i === 4) await page.locator('.list-row .num', { hasText: 'MiB' }).first().waitFor({ timeout: 60_000 })
    if (i === 4) bench.note('all rows and what they use, from navigation', `${await page.evaluate(() => Math.round(performance.now()))} ms`)
  }
  times.sort((a, b) => a - b)
  const median = times[2] ?? 0
  bench.note(
    'first rows, from navigation (median of 5)',
    `${median.toFixed(0)} ms (worst ${times.at(-1)?.toFixed(0)})`,
    '1,000 ms',
    median <= 1000,
  )
  return page
}

async function measureFilters(bench: Bench, page: Page, when: string): Promise<void> {
  const texts = ['cart', 'cart-1', 'status:crash', 'label=app=web,tier=backend', 'field=spec.nodeName=worker-7', '-shop']
  const times = await page.evaluate(inPage.timeFilters, texts)
  const sorted = times.flat().sort((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? 0
  const worst = sorted.at(-1) ?? 0
  const slowest = texts[times.findIndex((pair) => pair.includes(worst))]
  bench.note(
    `filter, key to frame, ${when}`,
    `median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms of ${sorted.length} (${slowest})`,
    '50 ms',
    worst <= 50,
  )
}

async function measureScroll(bench: Bench, processes: Processes, page: Page, when: string): Promise<void> {
  const before = spent(processes)
  const began = performance.now()
  const f = await page.evaluate(inPage.timeScroll, { ms: bench.seconds * 1000, step: 100 })
  const figure = `${f.fps.toFixed(1)} frames/s, p50 ${f.p50.toFixed(1)} p95 ${f.p95.toFixed(1)} p99 ${f.p99.toFixed(1)} max ${f.max.toFixed(0)} ms, ${f.late} of ${f.frames} late, ${f.blank} blank`
  bench.note(`scrolling, ${when}`, figure, '60 frames/s', f.fps >= 58)
  const after = spent(processes)
  const took = performance.now() - began
  const perFrame = (part: keyof Spent): string => ((after[part] - before[part]) / f.frames).toFixed(1)
  const share = (...parts: (keyof Spent)[]): string =>
    `${((parts.reduce((total, part) => total + after[part] - before[part], 0) * 100) / took).toFixed(0)} %`
  bench.note(
    `CPU for a frame, ${when}`,
    `main thread ${perFrame('main')} ms, feed worker ${perFrame('worker')} ms, raster and compositor ${perFrame('other')} ms, GPU process ${perFrame('gpu')} ms`,
    '16.7 ms main thread',
    (after.main - before.main) / f.frames < 16.7,
  )
  bench.note(
    `where the CPU goes, ${when}`,
    `page ${share('main', 'worker', 'other')}, GPU process ${share('gpu')}, rest of Chromium ${share('browser')}, server ${share('server')}, changes ${share('changes')} of one core; load ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores`,
  )
}

async function measureMemory(bench: Bench, renderer: number, page: Page, session: CDPSession): Promise<void> {
  await session.send('HeapProfiler.collectGarbage')
  const megabytes = residentKb(renderer) / 1024
  bench.note(
    'renderer process, resident',
    `${megabytes.toFixed(0)} MiB (page's heap ${mebibytes(await usedHeap(page))})`,
    '500 MiB',
    megabytes < 500,
  )
}

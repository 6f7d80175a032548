import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Page, expect } from '@playwright/test'
import type { Api } from '../fixtures/api.ts'
import { test } from '../fixtures/desktop.ts'
import { podPath, writeManyPods } from '../fixtures/many-pods.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { Inspector } from '../pages/inspector.ts'

/** Figures of a large cluster, for a person to judge: BINNACLE_PERF=1. What is asserted is far off, so that no slow machine fails. */
const PODS = 30_000
const RATE = 1000

test.skip(process.env.BINNACLE_PERF !== '1', 'measures for minutes; BINNACLE_PERF=1 runs it')

test(`${PODS} pods, ${RATE} of them changing each second`, async ({ browser }) => {
  test.setTimeout(600_000)
  using dir = scratch()
  const seed = join(dir.path, 'seed.json')
  writeManyPods(seed, PODS)
  const began = performance.now()
  // The seed is applied before the ready line.
  await using server = await startServer({ dir: dir.path, gateway: true, flags: ['--seed', seed], startLimitMs: 300_000 })
  const figures: Record<string, number | string> = { 'start with the seed, ms': round(performance.now() - began) }
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({
    baseURL: origin,
    storageState,
    viewport: { width: 1440, height: 900 },
  })
  const page = await context.newPage()
  const inspector = new Inspector(page)

  await inspector.open('pods')
  await expect(inspector.grid.getByRole('row').nth(1)).toBeVisible({ timeout: 60_000 })
  figures['first rows, ms after navigation'] = round(await page.evaluate(() => performance.now()))
  await expect(inspector.counts).toHaveText('30,000 objects', { timeout: 60_000 })
  figures['all rows, ms after navigation'] = round(await page.evaluate(() => performance.now()))

  const filters: number[] = []
  for (const text of ['compass', 'compass-1', 'status:running', 'label=tier=web', '']) filters.push(await filterTime(page, text))
  figures['filter, ms (each of five)'] = filters.map(round).join(' ')

  figures['frames at rest and scrolling'] = describeFrames(await frames(page, 5000))
  const load = changing(server.api)
  await load.running
  const changedBefore = load.changed()
  const during = await frames(page, 10_000)
  figures['frames while changing and scrolling'] = describeFrames(during)
  figures['changes each second'] = round((load.changed() - changedBefore) / 10)
  figures['filter while changing, ms'] = round(await filterTime(page, 'sextant'))
  await load.stop()
  Object.assign(figures, await memory(page))
  console.log(
    Object.entries(figures)
      .map(([name, value]) => `${name.padEnd(40)} ${value}`)
      .join('\n'),
  )
  expect(during.length).toBeGreaterThan(10)
  expect(Math.max(...filters)).toBeLessThan(30_000)
  await context.close()
})

const round = (n: number): number => Math.round(n * 10) / 10

/** From the key to the count that follows it, on the page's own clock. */
function filterTime(page: Page, text: string): Promise<number> {
  return page.evaluate(
    (value) =>
      new Promise<number>((resolve, reject) => {
        const input = document.querySelector<HTMLInputElement>('[data-filter]')
        const counts = document.querySelector('[data-testid=counts]')
        if (input === null || counts === null) return reject(new Error('no filter here'))
        const before = counts.textContent
        const start = performance.now()
        const observer = new MutationObserver(() => {
          if (counts.textContent === before) return
          observer.disconnect()
          requestAnimationFrame(() => resolve(performance.now() - start))
        })
        observer.observe(counts, { childList: true, characterData: true, subtree: true })
        // Not every filter changes the count.
        setTimeout(() => resolve(-1), 5000)
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
        input.dispatchEvent(new Event('input', { bubbles: true }))
      }),
    text,
  )
}

/** The times between frames while the list scrolls, in ms. */
function frames(page: Page, forMs: number): Promise<number[]> {
  return page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const grid = document.querySelector('[role=grid]')
        const times: number[] = []
        const start = performance.now()
        let last = start
        const step = (now: number): void => {
          times.push(now - last)
          last = now
          grid?.scrollBy(0, 40)
          if (now - start < ms) requestAnimationFrame(step)
          else resolve(times.slice(1))
        }
        requestAnimationFrame(step)
      }),
    forMs,
  )
}

function describeFrames(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (q: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0)
  const perSecond = round((1000 * times.length) / times.reduce((sum, t) => sum + t, 0))
  return `${perSecond}/s, p50 ${at(0.5)} p95 ${at(0.95)} p99 ${at(0.99)} max ${at(1)} ms`
}

interface Load {
  /** Resolves when the first changes are through. */
  running: Promise<void>
  changed(): number
  stop(): Promise<void>
}

/** Patches pods one after another, as near to RATE a second as the server and this process allow. */
function changing(api: Api): Load {
  let changed = 0
  let stopped = false
  const start = performance.now()
  let first: () => void
  const running = new Promise<void>((resolve) => (first = resolve))
  const writer = async (): Promise<void> => {
    while (!stopped) {
      const n = changed++
      const ahead = (n / RATE) * 1000 - (performance.now() - start)
      if (ahead > 0) await new Promise((r) => setTimeout(r, ahead))
      const body = { metadata: { annotations: { turn: String(n) } } }
      await api.send('PATCH', podPath((n * 7919) % PODS), { body, type: 'application/merge-patch+json' })
      if (n === 100) first()
    }
  }
  const writers = Promise.all(Array.from({ length: 32 }, writer))
  return {
    running,
    changed: () => changed,
    stop: async () => {
      stopped = true
      await writers
    },
  }
}

/** Chromium's figures of the page, and the whole renderer process as the system counts it. */
async function memory(page: Page): Promise<Record<string, number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const heap = metrics.find((m) => m.name === 'JSHeapUsedSize')?.value ?? 0
  const browser = await page.context().browser()?.newBrowserCDPSession()
  const { processInfo } = (await browser?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const renderers = processInfo.filter((p) => p.type === 'renderer').map((p) => privateMegabytes(p.id))
  return { 'page heap, MB': round(heap / 1e6), 'largest renderer process, private MB': round(Math.max(0, ...renderers)) }
}

function privateMegabytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kb = [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce((sum, m) => sum + Number(m[1]), 0)
    return kb / 1000
  } catch {
    return 0
  }
}

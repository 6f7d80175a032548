import type { Browser, Page } from 'playwright-core'

/** The main thread's longest task while something was done: ms by the clock and of a processor, and what of it took longest. */
export interface LongestTask {
  wall: number
  cpu: number
  by: string
}

interface TraceEvent {
  name: string
  cat: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  tdur?: number
  args: { name?: string; data?: { functionName?: string; url?: string; lineNumber?: number } }
}

const categories = ['toplevel', 'devtools.timeline', 'v8', '__metadata', '-*']
const task = 'ThreadControllerImpl::RunTask'

/**
 * Holds a frame up as long as it runs. On a machine that others use too the clock also counts what they do: the processor's time is what
 * the page has to answer for.
 */
export async function longestTask(browser: Browser, page: Page, act: () => Promise<unknown>): Promise<LongestTask> {
  await browser.startTracing(page, { categories })
  try {
    await act()
    // What follows from it counts as well.
    await page.waitForTimeout(500)
  } finally {
    await page.evaluate(() => document.title).catch(() => undefined)
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  return longestOf(traceEvents)
}

function longestOf(events: readonly TraceEvent[]): LongestTask {
  const mains = new Set(events.flatMap((e) => (e.name === 'thread_name' && e.args.name === 'CrRendererMain' ? [`${e.pid} ${e.tid}`] : [])))
  const ofMain = events.filter((e) => e.ph === 'X' && mains.has(`${e.pid} ${e.tid}`))
  const longest = ofMain
    .filter((e) => e.name === task)
    .reduce<TraceEvent | undefined>((a, b) => ((b.tdur ?? 0) > (a?.tdur ?? 0) ? b : a), undefined)
  if (longest === undefined) return { wall: 0, cpu: 0, by: '' }
  const end = longest.ts + (longest.dur ?? 0)
  const inside = ofMain
    .filter(
      (e) =>
        e.tid === longest.tid && e.pid === longest.pid && e.ts >= longest.ts && e.ts + (e.dur ?? 0) <= end && !e.cat.startsWith('toplevel'),
    )
    .sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0))
    .slice(0, 2)
  return { wall: ms(longest.dur), cpu: ms(longest.tdur), by: inside.map(described).join(', ') }
}

const ms = (microseconds: number | undefined): number => Math.round((microseconds ?? 0) / 1000)

function described({ name, dur, args: { data } }: TraceEvent): string {
  const where = data?.functionName === undefined ? '' : ` ${data.functionName} ${data.url?.split('/').at(-1) ?? ''}:${data.lineNumber ?? 0}`
  return `${name}${where} ${ms(dur)} ms`
}

import { join } from 'node:path'
import { type Locator, type Page } from 'playwright-core'
import { logCluster, type StubPod } from '../../e2e/fixtures/log-cluster.ts'
import { scratch } from '../../e2e/fixtures/scratch.ts'
import { writeKubeconfig } from '../../e2e/fixtures/stub-cluster.ts'
import { type Bench, mebibytes, openWindow, usedHeap } from './bench.ts'
import { longestTask } from './frames.ts'
import { processesOf, residentKb } from './processes.ts'
import { startProduct } from './product.ts'

const frameBudgetMs = 100
/** As many as the view keeps. */
const many = 1_000_000
const longMiB = 60
/** What a million lines of some 110 characters may take in the renderer. */
const residentBudget = 700

/** A million lines and a line of 60 MiB in the log view of a pod, and all that one does with them. */
export async function measureLogs(bench: Bench): Promise<void> {
  using dir = scratch()
  const kubeconfig = join(dir.path, 'config')
  await using cluster = await logCluster([podOf('million'), podOf('more'), podOf('long')], ({ pod }) => logOf(pod))
  writeKubeconfig(kubeconfig, { stub: { cluster: { server: cluster.url } } })
  using product = await startProduct(bench.dist, { env: { KUBECONFIG: kubeconfig } })
  const page = await openWindow(bench, product)
  await measureMany(bench, page, product.origin, product.pid)
  await measureLong(bench, page, product.origin)
  await page.context().close()
}

async function measureMany(bench: Bench, page: Page, origin: string, pid: number): Promise<void> {
  const step = stepper(bench, page, 'a million lines')
  const counts = page.locator('.log-bar .counts')
  await step('while they come', async () => {
    const began = performance.now()
    await open(page, origin, 'million')
    await counts.filter({ hasText: '1,000,000 lines' }).waitFor({ timeout: 300_000 })
    bench.note('a million lines: all there, from the page', `${((performance.now() - began) / 1000).toFixed(1)} s`)
  })
  const log = page.locator('.log-lines')
  const filter = page.locator('.log-bar .text-input').last()
  const matching = (text: string): Promise<void> => counts.filter({ hasText: text }).waitFor({ timeout: 120_000 })
  await step('jump to the beginning and back', async () => {
    await log.evaluate((element) => (element.scrollTop = 0))
    await page.locator('.log-line', { hasText: 'line 12 ' }).waitFor()
    await log.evaluate((element) => (element.scrollTop = element.scrollHeight))
    await page.locator('.log-line', { hasText: `line ${many - 1} ` }).waitFor()
  })
  await step('scrolling', () => scroll(page, log))
  await step('a filter that finds a few', async () => {
    await filter.fill('line \\d*000 ')
    await matching('999 of 1,000,000')
  })
  await step('a filter that finds half', async () => {
    await filter.fill('cart|handler|Reconciled|stored')
    await matching('500,000 of 1,000,000')
  })
  await step('a filter that finds nothing', async () => {
    await filter.fill('no such word')
    await page.locator('.log-lines .empty').waitFor()
    await matching('0 of 1,000,000')
  })
  await filter.fill('')
  await matching('1,000,000 lines')
  await display(page, 'Errors', step, () => matching('125,000 of 1,000,000'))
  await display(page, 'All levels', step, () => matching('1,000,000 lines'))
  await display(page, 'JSON as fields', step)
  await display(page, 'UTC', step)
  await display(page, 'Wrap', step, async () => {
    await log.evaluate((element) => (element.scrollTop = 0))
    await page.locator('.log-line', { hasText: 'line 12 ' }).waitFor()
  })
  await step('scrolling, wrapped', () => scroll(page, log))
  await display(page, 'Wrap', step)
  await step('saving', async () => {
    const saved = page.waitForEvent('download', { timeout: 120_000 })
    await page.locator('.log-bar button[aria-label=Save]').click()
    await (await saved).delete()
  })
  await memory(bench, page, pid, 'a million lines')
  // What is left behind is collected, and what comes beyond a million is not kept.
  await step('half a million more', async () => {
    await open(page, origin, 'more')
    await page.locator('.log-line', { hasText: `line ${many * 1.5 - 1} ` }).waitFor({ timeout: 300_000 })
  })
  await memory(bench, page, pid, 'a million of one and a half million lines')
}

async function measureLong(bench: Bench, page: Page, origin: string): Promise<void> {
  const step = stepper(bench, page, `a line of ${longMiB} MiB`)
  await step('while it comes', async () => {
    await open(page, origin, 'long')
    await page.locator('.log-line', { hasText: 'after it' }).waitFor({ timeout: 120_000 })
  })
  const line = page.locator('.log-line').nth(1)
  await step('more of it', () => line.getByRole('button', { name: /more characters/ }).click())
  await display(page, 'Wrap', step, () => page.locator('.log-lines.wrap').waitFor())
  await step('a filter', async () => {
    await page.locator('.log-bar .text-input').last().fill('abcdefgh')
    await page.locator('.log-bar .counts', { hasText: '1 of 3' }).waitFor()
  })
  await display(page, 'Wrap', step)
}

const open = (page: Page, origin: string, pod: string): Promise<unknown> => page.goto(`${origin}/c/stub/pods/shop/${pod}?tab=logs`)

type Step = (what: string, act: () => Promise<unknown>) => Promise<void>

/** Notes the longest task of an action and of half a second after it. */
function stepper(bench: Bench, page: Page, of: string): Step {
  return async (what, act) => {
    const { wall, cpu, by } = await longestTask(bench.browser, page, act)
    const told = `longest task ${cpu} ms of the processor, ${wall} by the clock${by === '' ? '' : ` (${by})`}`
    bench.note(`${of}: ${what}`, told, `${frameBudgetMs} ms`, cpu <= frameBudgetMs)
  }
}

async function display(page: Page, item: string, step: Step, then: () => Promise<unknown> = async () => {}): Promise<void> {
  await page.getByRole('button', { name: 'How lines are shown' }).click()
  await step(`${item} on or off`, async () => {
    await page.locator('[role=menuitemcheckbox], [role=menuitemradio]').getByText(item, { exact: true }).click()
    await then()
  })
  await page.keyboard.press('Escape')
}

/** 300 px a frame for three seconds. */
async function scroll(page: Page, log: Locator): Promise<void> {
  await log.evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        const began = performance.now()
        const frame = (): void => {
          element.scrollTop += 300
          if (performance.now() - began < 3_000) requestAnimationFrame(frame)
          else resolve()
        }
        element.scrollTop = 0
        requestAnimationFrame(frame)
      }),
  )
}

async function memory(bench: Bench, page: Page, pid: number, when: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.detach()
  const resident = residentKb((await processesOf(bench.browser, pid, undefined)).renderer) / 1024
  const figure = `${resident.toFixed(0)} MiB resident, heap ${mebibytes(await usedHeap(page))}`
  bench.note(`renderer with ${when}`, figure, `${residentBudget} MiB`, resident <= residentBudget)
}

const podOf = (name: string): StubPod => ({
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '5', creationTimestamp: '2026-01-02T00:00:00Z' },
  spec: { containers: [{ name: 'app', image: 'x' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-02T00:00:00Z' } } }],
  },
})

const E = '\u001b'
/** What programs write: plain, coloured, klog, JSON, errors, a stack's line, a long one, wide characters. */
const forms: readonly ((n: number) => string)[] = [
  (n) => `line ${n} GET /checkout/cart 200 in 12 ms for customer 81723 from 10.244.3.17`,
  (n) => `${E}[32mINFO${E}[0m line ${n} ${E}[1mhandler${E}[0m request finished in 3.12 ms`,
  (n) => `I0102 03:04:05.678901       1 controller.go:217] "Reconciled" line=${n} line ${n} namespace="shop"`,
  (n) => `{"level":"info","ts":"2026-01-02T03:04:05Z","msg":"line ${n} order stored","order":${n},"took":"8ms","user":"jane"}`,
  (n) => `ERROR line ${n} cannot reach payments: dial tcp 10.0.0.7:443: connect: connection refused`,
  (n) => `	at line ${n} com.example.Checkout.submit(Checkout.java:${n % 900})`,
  (n) => `line ${n} ${'a long sentence goes on and on '.repeat(8)}`,
  (n) => `line ${n} 订单已保存，用户张三，耗时 12 毫秒`,
]

function* logOf(pod: string): Generator<string> {
  if (pod === 'long') {
    yield `${stampOf(0)} before it\n${stampOf(1)} `
    for (let sent = 0; sent < longMiB; sent++) yield 'abcdefgh'.repeat(2 ** 17)
    yield `\n${stampOf(2)} after it\n`
    return
  }
  const count = pod === 'more' ? many * 1.5 : many
  for (let n = 0; n < count; n += 500) {
    let chunk = ''
    for (let line = n; line < n + 500; line++) chunk += `${stampOf(line)} ${forms[line % forms.length]?.(line)}\n`
    yield chunk
  }
}

/** A line each tenth of a millisecond. */
function stampOf(n: number): string {
  const seconds = Math.floor(n / 10_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `2026-01-02T03:${two(Math.floor(seconds / 60))}:${two(seconds % 60)}.${String((n % 10_000) * 100_000).padStart(9, '0')}Z`
}

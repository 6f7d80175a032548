import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { isReady, pod, redeem } from '../e2e/fixtures/session.ts'
import { writeManyPods } from '../e2e/fixtures/many-pods.ts'
import { scratch } from '../e2e/fixtures/scratch.ts'
import { type Server, startServer } from '../e2e/fixtures/server.ts'
import { chromium as findChromium } from './programs.ts'
import { root, say } from './setup.mjs'

/**
 * `npm run screenshots [-- --all]`: pictures of the window into docs/images (those that the README shows), or with --all of every page,
 * theme, language, size and amount of objects into test-results/screenshots, for a person to look through.
 */
interface Shot {
  name: string
  place: (node: string) => string
  /** Seen before the picture is taken. */
  ready: string
  before?: (page: Page) => Promise<void>
}

interface Variant {
  objects: number
  theme: 'dark' | 'light'
  language: 'en' | 'zh-CN'
  width: number
}

const row = '[role=grid][aria-busy=false] [role=row][aria-rowindex="2"]'
const shots: readonly Shot[] = [
  { name: 'home', place: () => '', ready: '.home li, .home .card' },
  { name: 'pods', place: () => 'pods', ready: `${row}, .empty` },
  { name: 'pod', place: () => 'pods/default/alpha', ready: '[role=tabpanel] dl, [role=tabpanel] table' },
  { name: 'pod-logs', place: () => 'pods/default/alpha?tab=logs', ready: '.log-line' },
  { name: 'node-logs', place: (node) => `nodes/_/${node}?tab=node-logs`, ready: '.file-list li' },
  {
    name: 'flame-graph',
    place: (node) => `nodes/_/${node}?tab=profile`,
    ready: '.flame-host',
    before: (page) => page.locator('.log-bar button').first().click(),
  },
]

const all = process.argv.includes('--all')
const readme: readonly { shot: string; variant: Variant }[] = [
  { shot: 'home', variant: { objects: 3, theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pods', variant: { objects: 30_000, theme: 'light', language: 'en', width: 1280 } },
  { shot: 'flame-graph', variant: { objects: 3, theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pod', variant: { objects: 3, theme: 'light', language: 'zh-CN', width: 1280 } },
]

const everything = (): { shot: string; variant: Variant }[] =>
  [0, 3, 30_000].flatMap((objects) =>
    (['dark', 'light'] as const).flatMap((theme) =>
      (['en', 'zh-CN'] as const).flatMap((language) =>
        [1280, 1920].flatMap((width) =>
          // A pod needs to be there; what belongs to the node looks the same beside any number of objects.
          shots
            .filter(({ name }) => name === 'home' || name === 'pods' || objects === 3)
            .map(({ name }) => ({ shot: name, variant: { objects, theme, language, width } })),
        ),
      ),
    ),
  )

/** Lists pods until told to stop, so that a CPU profile has something to show. */
function busy(server: Server): () => Promise<void> {
  let stopped = false
  const work = (async () => {
    while (!stopped) await server.api.get('/api/v1/pods')
  })()
  return async () => {
    stopped = true
    await work
  }
}

async function take(page: Page, node: string, shot: Shot, file: string): Promise<void> {
  await page.goto(`/c/local${shot.place(node) === '' ? '' : `/${shot.place(node)}`}`)
  await shot.before?.(page)
  await page.locator(shot.ready).first().waitFor({ timeout: 60_000 })
  // Marks of recent changes fade.
  await page.waitForTimeout(1500)
  await page.screenshot({ path: file, animations: 'disabled' })
}

async function fill(server: Server): Promise<void> {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  using pods = await server.api.watch('/api/v1/namespaces/default/pods')
  for (const name of ['alpha', 'bravo', 'charlie'])
    await server.api.create('/api/v1/namespaces/default/pods', pod(name, { labels: { app: name } }))
  for (const name of ['alpha', 'bravo', 'charlie'])
    await pods.until(name, ({ object }) => object.metadata.name === name && object.status?.phase === 'Running')
}

async function main(): Promise<void> {
  const browserProgram = findChromium()
  if (browserProgram.path === undefined) throw new Error(browserProgram.why)
  const wanted = all ? everything() : readme
  const out = all ? join(root, 'test-results/screenshots') : join(root, 'docs/images')
  mkdirSync(out, { recursive: true })
  const browser = await chromium.launch({ executablePath: browserProgram.path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  for (const objects of new Set(wanted.map((w) => w.variant.objects))) {
    using dir = scratch()
    const seed = join(dir.path, 'seed.json')
    if (objects > 3) writeManyPods(seed, objects)
    const flags = objects > 3 ? ['--seed', seed, '--controllers=*,-kube-scheduler'] : []
    await using server = await startServer({ dir: dir.path, gateway: true, loops: true, flags, startLimitMs: 300_000 })
    using nodes = await server.api.watch('/api/v1/nodes')
    const { object } = await nodes.until('a ready node', (e) => isReady(e.object))
    if (objects === 3) await fill(server)
    const { origin, cookies } = await redeem(server.sessionUrl)
    for (const { shot: name, variant } of wanted.filter((w) => w.variant.objects === objects)) {
      const shot = shots.find((s) => s.name === name)
      if (shot === undefined) throw new Error(`there is no picture ${name}`)
      const { theme, language, width } = variant
      const context = await browser.newContext({
        baseURL: origin,
        storageState: { cookies, origins: [] },
        colorScheme: theme,
        locale: language,
        viewport: { width, height: Math.round((width * 10) / 16) },
      })
      const file = all ? `${name}-${objects}-${theme}-${language}-${width}.png` : `${name}.png`
      const stop = shot.before === undefined ? undefined : busy(server)
      await take(await context.newPage(), object.metadata.name, shot, join(out, file))
      await stop?.()
      say(`${file}`)
      await context.close()
    }
  }
  await browser.close()
}

await main()

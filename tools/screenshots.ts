import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { isReady, pod, redeem } from '../e2e/fixtures/session.ts'
import { examples } from '../e2e/fixtures/examples.ts'
import { writeManyPods } from '../e2e/fixtures/many-pods.ts'
import { scratch } from '../e2e/fixtures/scratch.ts'
import { type Server, startServer } from '../e2e/fixtures/server.ts'
import { commandLine } from './command-line.ts'
import { chromium as findChromium } from './programs.ts'
import { root, say } from './setup.mjs'
import { few, many, type Shot, shots } from './screenshots/shots.ts'

/**
 * `npm run screenshots [-- --all] [--out FOLDER]`: pictures of the window into docs/images (those that the README shows), or with --all of
 * every page, theme, language, size and amount of objects into a folder of their own, for a person to look through; --only NAME,NAME takes
 * some of them, --match REGEX those whose file name (`pods-3-dark-en-1280`) it matches.
 */
interface Look {
  theme: 'dark' | 'light'
  language: 'en' | 'zh-CN'
  width: number
}

const everyLook: readonly Look[] = [800, 1280, 1920].flatMap((width) =>
  (['en', 'zh-CN'] as const).flatMap((language) => (['dark', 'light'] as const).map((theme) => ({ theme, language, width }))),
)

const readme: readonly { shot: string; objects: number; look: Look }[] = [
  { shot: 'home', objects: few, look: { theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pods', objects: many, look: { theme: 'light', language: 'en', width: 1280 } },
  { shot: 'flame-graph', objects: few, look: { theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pod', objects: few, look: { theme: 'light', language: 'zh-CN', width: 1280 } },
]

async function fill(server: Server): Promise<void> {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  using pods = await server.api.watch('/api/v1/namespaces/default/pods')
  for (const name of ['alpha', 'bravo', 'charlie'])
    await server.api.create('/api/v1/namespaces/default/pods', pod(name, { labels: { app: name } }))
  for (const name of ['alpha', 'bravo', 'charlie'])
    await pods.until(name, ({ object }) => object.metadata.name === name && object.status?.phase === 'Running')
  for (const [path, object] of examples)
    await server.api.send('PATCH', `${path}?fieldManager=screenshots`, { type: 'application/apply-patch+yaml', body: object })
  using deployments = await server.api.watch('/apis/apps/v1/namespaces/default/deployments')
  await deployments.until('storefront', ({ object }) => object.status?.availableReplicas === 3)
}

/** As a person changes them: the open page stays, so nothing is fetched, profiled or waited for again. */
async function dress(page: Page, { theme, language, width }: Look): Promise<void> {
  await page.setViewportSize({ width, height: Math.max(600, Math.round((width * 10) / 16)) })
  // No motion: marks of recent changes would be on some pictures and not on others.
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  if ((await page.locator('html').getAttribute('lang')) !== language) {
    await page.getByRole('button', { name: /^(Language|语言)$/ }).click()
    await page.locator(`[role=menuitem][lang="${language}"]`).click()
    await page.locator(`html[lang="${language}"]`).waitFor()
    await page.locator('[role=menu]').waitFor({ state: 'detached' })
  }
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.mouse.move(0, 0)
  // Two frames: sizes have been observed and what follows from them is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

async function photograph(
  browser: Browser,
  objects: number,
  wanted: readonly { shot: Shot; looks: readonly Look[] }[],
  file: (shot: string, look: Look) => string,
): Promise<number> {
  using dir = scratch()
  const seed = join(dir.path, 'seed.json')
  if (objects === many) writeManyPods(seed, objects)
  const flags = objects === many ? ['--seed', seed, '--controllers=*,-kube-scheduler,-pod-garbage-collector-controller'] : []
  await using server = await startServer({ dir: dir.path, gateway: true, loops: true, flags, startLimitMs: 900_000 })
  using nodes = await server.api.watch('/api/v1/nodes')
  const { object } = await nodes.until('a ready node', (e) => isReady(e.object))
  if (objects === few) await fill(server)
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState, locale: 'en' })
  let taken = 0
  for (const { shot, looks } of wanted) {
    const page = await context.newPage()
    const place = shot.place(object.metadata.name)
    await page.goto(`/c/local${place === '' ? '' : `/${place}`}`)
    await shot.before?.(page, server)
    await page.locator(shot.ready).first().waitFor({ timeout: 60_000 })
    for (const look of looks) {
      await dress(page, look)
      await shot.open?.(page)
      await page.screenshot({ path: file(shot.name, look), animations: 'disabled' })
      taken++
      if (shot.open) await page.keyboard.press('Escape')
    }
    say(`${shot.name} with ${objects} objects: ${looks.length}`)
    await page.close()
  }
  await context.close()
  return taken
}

async function main(): Promise<void> {
  const { values } = commandLine('Pictures of the window.', {
    all: { type: 'boolean', help: 'Of every page, theme, language, size and amount of objects; otherwise those that the README shows.' },
    out: { type: 'string', help: 'Folder for them.' },
    only: { type: 'string', help: 'Pages, with commas.' },
    match: { type: 'string', help: 'Pattern of file names, such as pods-3-dark-en-1280.' },
  })
  const only = values.only?.split(',')
  const program = findChromium()
  if (program.path === undefined) throw new Error(program.why)
  const out = resolve(values.out ?? (values.all ? mkdtempSync(join(tmpdir(), 'binnacle-screenshots-')) : join(root, 'docs/images')))
  mkdirSync(out, { recursive: true })
  const browser = await chromium.launch({ executablePath: program.path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const nameOf = (shot: string, objects: number, { theme, language, width }: Look): string =>
    `${shot}-${objects}-${theme}-${language}-${width}`
  const match = new RegExp(values.match ?? '')
  const looksOf = (shot: Shot, objects: number): readonly Look[] =>
    values.all
      ? everyLook.filter(
          (look) =>
            shot.objects.includes(objects) &&
            (only === undefined || only.includes(shot.name)) &&
            match.test(nameOf(shot.name, objects, look)),
        )
      : readme.filter((r) => r.shot === shot.name && r.objects === objects).map((r) => r.look)
  let taken = 0
  for (const objects of [0, few, many]) {
    const wanted = shots.map((shot) => ({ shot, looks: looksOf(shot, objects) })).filter(({ looks }) => looks.length > 0)
    if (wanted.length === 0) continue
    taken += await photograph(browser, objects, wanted, (name, look) => join(out, `${values.all ? nameOf(name, objects, look) : name}.png`))
  }
  await browser.close()
  say(`${taken} pictures in ${out}`)
}

await main()

import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { certificate } from '../e2e/fixtures/certificate.ts'
import { isReady, pod, redeem } from '../e2e/fixtures/session.ts'
import { writeManyPods } from '../e2e/fixtures/many-pods.ts'
import { scratch } from '../e2e/fixtures/scratch.ts'
import { type Server, startServer } from '../e2e/fixtures/server.ts'
import { chromium as findChromium } from './programs.ts'
import { root, say } from './setup.mjs'

/**
 * `npm run screenshots [-- --all] [--out FOLDER]`: pictures of the window into docs/images (those that the README shows), or with --all of
 * every page, theme, language, size and amount of objects into a folder of their own, for a person to look through; --only NAME,NAME takes
 * some of them.
 */
interface Shot {
  name: string
  /** With how many objects there is something to see. */
  objects: readonly number[]
  place: (node: string) => string
  /** Seen before the picture is taken. */
  ready: string
  before?: (page: Page, server: Server) => Promise<void>
  /** Opens what lies above the page, for each picture anew; Escape closes it. */
  open?: (page: Page) => Promise<void>
}

interface Look {
  theme: 'dark' | 'light'
  language: 'en' | 'zh-CN'
  width: number
}

const few = 3
const many = 30_000
const row = '[role=grid][aria-busy=false] [role=row][aria-rowindex="2"]'
const shots: readonly Shot[] = [
  { name: 'home', objects: [0, few, many], place: () => '', ready: '.home:not(:has(.notice)) .phase-bar, .home .first' },
  { name: 'pods', objects: [0, few, many], place: () => 'pods', ready: `${row}, .empty:not([role=status])` },
  { name: 'pods-of-a-namespace', objects: [0], place: () => 'pods?ns=default', ready: '.empty:not([role=status])' },
  { name: 'events', objects: [few], place: () => 'events', ready: row },
  { name: 'services', objects: [few], place: () => 'services/default/kubernetes', ready: '[role=tabpanel] table' },
  { name: 'pod', objects: [few], place: () => 'pods/default/alpha', ready: '[role=tabpanel] table' },
  { name: 'pod-yaml', objects: [few], place: () => 'pods/default/alpha?tab=yaml', ready: '.cm-line' },
  { name: 'pod-logs', objects: [few], place: () => 'pods/default/alpha?tab=logs', ready: '.log-line' },
  { name: 'deployment', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table' },
  { name: 'deployment-logs', objects: [few], place: () => 'deployments.apps/default/storefront?tab=logs', ready: '.log-line' },
  { name: 'revisions', objects: [few], place: () => 'deployments.apps/default/storefront?tab=revisions', ready: 'summary' },
  { name: 'edit', objects: [few], place: () => 'deployments.apps/default/storefront?tab=edit', ready: '.cm-line' },
  { name: 'apply', objects: [few], place: () => 'deployments.apps', ready: row, open: apply },
  { name: 'secret', objects: [few], place: () => 'secrets/default/quay-tls', ready: '[role=tabpanel] section' },
  {
    name: 'network-policy',
    objects: [few],
    place: () => 'networkpolicies.networking.k8s.io/default/gangway',
    ready: '[role=tabpanel] section',
  },
  { name: 'row-menu', objects: [few], place: () => 'deployments.apps', ready: row, open: rowMenu },
  { name: 'scale', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table', open: scale },
  { name: 'labels', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table', open: labels },
  { name: 'drain', objects: [few], place: (node) => `nodes/_/${node}`, ready: '[role=tabpanel] table', open: drain },
  { name: 'node', objects: [few], place: (node) => `nodes/_/${node}`, ready: '[role=tabpanel] table' },
  { name: 'node-logs', objects: [few], place: (node) => `nodes/_/${node}?tab=node-logs`, ready: '.log-line', before: openLog },
  { name: 'flame-graph', objects: [few], place: (node) => `nodes/_/${node}?tab=profile`, ready: '.flame-host', before: profile },
]

const everyLook: readonly Look[] = [1280, 1920].flatMap((width) =>
  (['en', 'zh-CN'] as const).flatMap((language) => (['dark', 'light'] as const).map((theme) => ({ theme, language, width }))),
)

const readme: readonly { shot: string; objects: number; look: Look }[] = [
  { shot: 'home', objects: few, look: { theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pods', objects: many, look: { theme: 'light', language: 'en', width: 1280 } },
  { shot: 'flame-graph', objects: few, look: { theme: 'dark', language: 'en', width: 1280 } },
  { shot: 'pod', objects: few, look: { theme: 'light', language: 'zh-CN', width: 1280 } },
]

async function openLog(page: Page): Promise<void> {
  await page.locator('.file-list').getByText('kubelet.log').click()
}

async function rowMenu(page: Page): Promise<void> {
  await page.locator('.list-row').first().click({ button: 'right' })
  await page.getByRole('menu').waitFor()
}

async function scale(page: Page): Promise<void> {
  await page.keyboard.press('s')
  await page.locator('#replicas').fill('5')
  await page.locator('.diff-line.added').waitFor()
}

async function apply(page: Page): Promise<void> {
  await page.locator('header [aria-haspopup=dialog]').last().click()
  // What the picture before has left there.
  await page.locator('[role=dialog] .cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.locator('[role=dialog] .log-bar button').first().click()
  await page.getByRole('menuitem', { name: 'Deployment' }).click()
  await page.locator('[role=dialog] .diff-line.added').first().waitFor()
}

async function fromPalette(page: Page, name: RegExp): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name }).first().click()
}

async function labels(page: Page): Promise<void> {
  await fromPalette(page, /Labels|标签/)
  await page.locator('[role=dialog] input').first().fill('tier')
  await page.locator('[role=dialog] textarea').last().fill('front')
  await page.locator('.diff-line.added').waitFor()
}

async function drain(page: Page): Promise<void> {
  await fromPalette(page, /Drain|排空/)
  await page.locator('[role=dialog] .delete-list li').first().waitFor()
}

/** Takes a CPU profile while pods are listed, so that it has something to show. */
async function profile(page: Page, server: Server): Promise<void> {
  let stopped = false
  const work = (async () => {
    while (!stopped) await server.api.get('/api/v1/pods')
  })()
  await page.locator('.log-bar button').first().click()
  await page.locator('.flame-host').waitFor({ timeout: 60_000 })
  stopped = true
  await work
}

const container = { name: 'web', image: 'registry.example/storefront:2.4.1', resources: { requests: { cpu: '50m', memory: '64Mi' } } }
const templateOf = (app: string, more: object = {}): object => ({
  metadata: { labels: { app } },
  spec: { containers: [container], ...more },
})
const selectorOf = (app: string): object => ({ matchLabels: { app } })

/** One of each kind that has a page. */
const examples: readonly [path: string, object: object][] = [
  [
    '/apis/apps/v1/namespaces/default/deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'storefront', labels: { app: 'storefront', team: 'shop' } },
      spec: { replicas: 3, selector: selectorOf('storefront'), template: templateOf('storefront') },
    },
  ],
  [
    '/api/v1/namespaces/default/secrets',
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'quay-tls' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': Buffer.from(certificate).toString('base64'), 'tls.key': Buffer.from('a key').toString('base64') },
    },
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'gangway' },
      spec: {
        podSelector: selectorOf('storefront'),
        ingress: [{ from: [{ podSelector: selectorOf('edge') }, { ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 80 }] }],
      },
    },
  ],
  [
    '/apis/batch/v1/namespaces/default/cronjobs',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'report' },
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: templateOf('report', { restartPolicy: 'Never' }) } } },
    },
  ],
]

async function fill(server: Server): Promise<void> {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  using pods = await server.api.watch('/api/v1/namespaces/default/pods')
  for (const name of ['alpha', 'bravo', 'charlie'])
    await server.api.create('/api/v1/namespaces/default/pods', pod(name, { labels: { app: name } }))
  for (const name of ['alpha', 'bravo', 'charlie'])
    await pods.until(name, ({ object }) => object.metadata.name === name && object.status?.phase === 'Running')
  for (const [path, object] of examples) await server.api.create(path, object)
  using deployments = await server.api.watch('/apis/apps/v1/namespaces/default/deployments')
  await deployments.until('storefront', ({ object }) => object.status?.availableReplicas === 3)
}

/** As a person changes them: the open page stays, so nothing is fetched, profiled or waited for again. */
async function dress(page: Page, { theme, language, width }: Look): Promise<void> {
  await page.setViewportSize({ width, height: Math.round((width * 10) / 16) })
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
  const flags = objects === many ? ['--seed', seed, '--controllers=*,-kube-scheduler'] : []
  await using server = await startServer({ dir: dir.path, gateway: true, loops: true, flags, startLimitMs: 300_000 })
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
  const { values } = parseArgs({ options: { all: { type: 'boolean', default: false }, out: { type: 'string' }, only: { type: 'string' } } })
  const only = values.only?.split(',')
  const program = findChromium()
  if (program.path === undefined) throw new Error(program.why)
  const out = resolve(values.out ?? (values.all ? mkdtempSync(join(tmpdir(), 'binnacle-screenshots-')) : join(root, 'docs/images')))
  mkdirSync(out, { recursive: true })
  const browser = await chromium.launch({ executablePath: program.path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const looksOf = (shot: Shot, objects: number): readonly Look[] =>
    values.all
      ? everyLook.filter(() => shot.objects.includes(objects) && (only === undefined || only.includes(shot.name)))
      : readme.filter((r) => r.shot === shot.name && r.objects === objects).map((r) => r.look)
  let taken = 0
  for (const objects of [0, few, many]) {
    const wanted = shots.map((shot) => ({ shot, looks: looksOf(shot, objects) })).filter(({ looks }) => looks.length > 0)
    if (wanted.length === 0) continue
    taken += await photograph(browser, objects, wanted, (name, { theme, language, width }) =>
      join(out, values.all ? `${name}-${objects}-${theme}-${language}-${width}.png` : `${name}.png`),
    )
  }
  await browser.close()
  say(`${taken} pictures in ${out}`)
}

await main()

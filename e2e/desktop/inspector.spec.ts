import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { firstLoadBudget, firstLoadOf } from '../fixtures/first-load.ts'
import { startServer } from '../fixtures/server.ts'
import { pod } from '../fixtures/session.ts'

const PODS = '/api/v1/namespaces/default/pods'

test('the session address opens the window once, on a local control plane with its node ready', async ({ browser }) => {
  await using server = await startServer({ loops: true, gateway: true })
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(server.sessionUrl)
  await expect(page).not.toHaveURL(/session=/)
  await expect(page.getByRole('region', { name: 'Nodes' })).toContainText('1 of 1 ready')
  await expect(page.getByRole('contentinfo')).toContainText(/Local control plane running.*SQLite store/)
  await expect(page.getByRole('region', { name: 'Nodes' }).getByRole('link').first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Three things to try' }).getByRole('listitem')).toHaveCount(3)
  await page.getByRole('region', { name: 'Nodes' }).getByRole('link').first().click()
  await server.api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'buoy' } })
  await expect(page.getByRole('grid').getByRole('row', { name: /buoy/ })).toBeVisible()
  // The status bar names the revision of a change that the window has seen: the first may have come with the list.
  let seen = 0
  await expect(async () => {
    await server.api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: `buoy-${++seen}` } })
    await expect(page.getByRole('contentinfo')).toContainText(/revision \d+/, { timeout: 2000 })
  }).toPass()
  await context.close()
  const stranger = await browser.newContext()
  const again = await (await stranger.newPage()).goto(server.sessionUrl)
  expect(again?.status()).toBeGreaterThanOrEqual(400)
  await stranger.close()
})

test('a first look at home weighs no more than it may', async ({ inspector, page }) => {
  await inspector.open('')
  await expect(page.locator('.home .card').first()).toBeVisible()
  await page.waitForLoadState('networkidle')
  const { files, bytes } = await firstLoadOf(page, join(import.meta.dirname, '../../dist'))
  // The page, its program and its worker at the least.
  expect(files).toBeGreaterThan(3)
  // Each file more is found by reading another: seventy of them cost a second.
  expect(files).toBeLessThanOrEqual(12)
  expect(bytes).toBeGreaterThan(50 * 1024)
  expect(bytes).toBeLessThanOrEqual(firstLoadBudget)
  // What asks for the contexts and connects is a script of its own: it runs while the other is still on its way.
  const scripts = await page.locator('script[src]').evaluateAll((all) => all.map((script) => script.getAttribute('src') ?? ''))
  expect(scripts.map((src) => /^\/assets\/([a-z-]+)-/.exec(src)?.[1])).toEqual(['rolldown-runtime', 'early', 'first'])
})

test('the window lets in nobody without its cookie', async ({ session }) => {
  for (const path of ['/', '/clusters/local/api/v1/secrets']) expect((await fetch(session.origin + path)).status, path).toBe(401)
})

test.describe('with pods', () => {
  test.beforeAll(async ({ server }) => {
    using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
    await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
    for (const name of ['alpha', 'bravo', 'charlie']) await server.api.create(PODS, pod(name, { labels: { app: name } }))
    using pods = await server.api.watch(PODS)
    for (const name of ['alpha', 'bravo', 'charlie'])
      await pods.until(name, ({ object }) => object.metadata.name === name && object.status?.phase === 'Running')
  })

  test('a live list: what kubectl changes shows without a reload', async ({ inspector, server }) => {
    await inspector.open('pods')
    await expect(inspector.counts).toHaveText('3 objects')
    await expect(inspector.row(/alpha/)).toContainText('Running')
    await server.api.create(PODS, pod('delta'))
    await expect(inspector.row(/delta/)).toContainText('Running')
    await server.api.remove(`${PODS}/delta?gracePeriodSeconds=0`)
    await expect(inspector.row(/delta/)).toHaveCount(0)
    await expect(inspector.counts).toHaveText('3 objects')
  })

  test('the filter: text, labels, fields, status; it is in the URL', async ({ inspector, page }) => {
    await inspector.open('pods')
    for (const [text, shown] of [
      ['brav', '1 of 3 objects'],
      ['label=app=alpha', '1 of 3 objects'],
      ['label="app in (alpha,bravo)"', '2 of 3 objects'],
      ['status:running', '3 objects'],
      ['-brav', '2 of 3 objects'],
      // A field that lists of tens of thousands of pods do not keep.
      ['field=spec.restartPolicy=Always', '3 objects'],
      ['field=spec.restartPolicy!=Always', '0 of 3 objects'],
      ['nothing-like-it', '0 of 3 objects'],
    ] as const) {
      await inspector.filter.fill(text)
      await expect(inspector.counts, text).toHaveText(shown)
    }
    await inspector.filter.fill('brav')
    await expect(page).toHaveURL(/[?&]q=brav/)
    await page.reload()
    await expect(inspector.counts).toHaveText('1 of 3 objects')
  })

  test('details: overview, YAML, events, logs', async ({ inspector, page, node }) => {
    await inspector.open('pods')
    await inspector.row(/alpha/).click()
    await expect(page).toHaveURL(/pods\/default\/alpha/)
    await expect(inspector.details).toContainText('registry.example/main:1')
    await expect(inspector.details).toContainText(node)
    await inspector.tab('YAML').click()
    await expect(inspector.details.locator('.cm-content')).toContainText('kind: Pod')
    await inspector.tab('Events').click()
    await expect(inspector.details).toContainText('Scheduled')
    await inspector.tab('Logs').click()
    await expect(inspector.details.getByRole('log').locator('.log-line').first()).toBeVisible()
    await page.goBack()
    await expect(inspector.tab('Events')).toHaveAttribute('aria-selected', 'true')
  })

  test('the node: conditions, logs, a CPU profile as a flame graph', async ({ inspector, node }) => {
    await inspector.openNodeTab(node, 'overview')
    await expect(inspector.details).toContainText(/Ready/)
    await expect(inspector.details).toContainText(/simulated/i)
    await inspector.tab('Logs').click()
    await expect(inspector.details.locator('.file-list').getByRole('listitem').first()).toBeVisible()
    await inspector.tab('Profile').click()
    await inspector.details.getByRole('button', { name: 'Heap profile' }).click()
    await expect(inspector.details.locator('.flame canvas, .flame [role=img]').first()).toBeVisible({ timeout: 30_000 })
    await expect(inspector.details.getByRole('row').nth(3)).toBeVisible()
  })

  test('delete shows its plan, and what it did', async ({ inspector, server }) => {
    await server.api.create('/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'doomed' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'doomed' } },
        template: { metadata: { labels: { app: 'doomed' } }, spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] } },
      },
    })
    using pods = await server.api.watch(PODS, { labelSelector: 'app=doomed' })
    await pods.until('its pod', ({ object }) => object.status?.phase === 'Running')
    await inspector.open('deployments.apps/default/doomed')
    await inspector.details.getByRole('button', { name: 'Delete doomed' }).click()
    await expect(inspector.dialog).toContainText('doomed')
    await expect(inspector.dialog.getByRole('region')).toContainText(/ReplicaSet|replicasets/i)
    const typed = inspector.dialog.getByRole('textbox')
    if ((await typed.count()) > 0) await typed.fill('doomed')
    await inspector.dialog.getByRole('button', { name: /^Delete/ }).click()
    await expect.poll(async () => (await server.api.send('GET', '/apis/apps/v1/namespaces/default/deployments/doomed')).status).toBe(404)
    await pods.until('the end of its pod', (e) => e.type === 'DELETED')
  })

  test('the keyboard does all of it', async ({ inspector, page }) => {
    await inspector.open('pods')
    await expect(inspector.row(/alpha/)).toBeVisible()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect(inspector.details).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(inspector.details).toHaveCount(0)
    await page.keyboard.press('/')
    await expect(inspector.filter).toBeFocused()
    await page.keyboard.type('char')
    await expect(inspector.counts).toHaveText('1 of 3 objects')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(inspector.dialog).toContainText('Ctrl')
    await page.keyboard.press('Escape')
    await expect(inspector.dialog).toHaveCount(0)
    await page.keyboard.press(':')
    await page.keyboard.type('services')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/services/)
  })

  test('the palette finds kinds, objects and commands', async ({ inspector, page }) => {
    await inspector.open()
    await inspector.palette('configmaps')
    await expect(page.getByRole('option').first()).toContainText('ConfigMap')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/configmaps/)
    await expect(inspector.row(/kube-root-ca\.crt/).first()).toBeVisible()
  })

  test('every kind that the server lists has a list', async ({ inspector }) => {
    for (const kind of [
      'nodes',
      'services',
      'namespaces',
      'endpointslices.discovery.k8s.io',
      'secrets',
      'leases.coordination.k8s.io',
      'events',
    ]) {
      await inspector.open(kind)
      await expect(inspector.counts, kind).toHaveText(/\d+ objects?/)
    }
  })

  test('中文, and back', async ({ inspector, page }) => {
    await inspector.open('pods')
    await page.getByRole('button', { name: 'Language' }).click()
    await page.getByRole('menuitem', { name: '简体中文' }).click()
    await expect(inspector.counts).toHaveText(/3 个对象/)
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('lang', /^zh/)
    await page.getByRole('button', { name: '语言' }).click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await expect(inspector.counts).toHaveText('3 objects')
  })

  test('dark and light, kept over a reload', async ({ inspector, page }) => {
    await inspector.open('pods')
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await inspector.theme('Dark')
    const dark = await background()
    await page.reload()
    await expect(inspector.row(/alpha/)).toBeVisible()
    expect(await background()).toBe(dark)
    await inspector.theme('Light')
    expect(await background()).not.toBe(dark)
  })
})

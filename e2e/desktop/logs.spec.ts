import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, expect, type Locator } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { logCluster, type LogRequest, type StubPod } from '../fixtures/log-cluster.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const at = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, '0')}.000000001Z`
const E = '\u001b'

function pod(name: string, containers: string[], statuses: object[], more: object = {}): StubPod {
  return {
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '5', creationTimestamp: '2026-01-02T00:00:00Z', ...more },
    spec: { containers: containers.map((container) => ({ name: container, image: 'x' })) },
    status: { phase: 'Running', containerStatuses: statuses },
  }
}
const running = (name: string, restartCount = 0, more: object = {}): object => ({
  name,
  ready: true,
  restartCount,
  state: { running: { startedAt: '2026-01-02T00:00:00Z' } },
  ...more,
})

/** A server whose window has the stub as its context `stub`, and that window. */
async function windowOn(browser: Browser, url: string, folder: string): Promise<{ server: Server; inspector: Inspector }> {
  const file = join(folder, 'config')
  writeKubeconfig(file, { stub: { cluster: { server: url } } })
  const server = await startServer({ gateway: true, env: { KUBECONFIG: file } })
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState, acceptDownloads: true, timezoneId: 'Asia/Kathmandu' })
  return { server, inspector: new Inspector(await context.newPage(), 'stub') }
}

const lines = (inspector: Inspector): Locator => inspector.details.getByRole('log').locator('.log-line')
const filterOf = (inspector: Inspector): Locator => inspector.details.getByRole('textbox', { name: 'Filter by regular expression' })

/** Chooses in the menu of the log. */
async function display({ details, page }: Inspector, item: string): Promise<void> {
  await details.getByRole('button', { name: 'How lines are shown' }).click()
  await page.locator('[role=menuitemcheckbox], [role=menuitemradio]').getByText(item, { exact: true }).click()
  await page.keyboard.press('Escape')
}

test('a log is drawn as a terminal would: colours, progress that overwrites, links without their escapes, JSON as its message, levels', async ({
  browser,
}) => {
  const text = [
    `${at(1)} ${E}[1;31mred${E}[0m and ${E}[38;2;10;20;30mnearly black${E}[0m`,
    `${at(2)} 10%\r 50%\r100% done`,
    `${at(3)} see ${E}]8;;http://example.com${E}\\the docs${E}]8;;${E}\\`,
    `${at(4)} {"level":"error","msg":"no anchor","depth":40,"time":"2026-01-02T03:04:04Z"}`,
    `${at(5)} WARN fog`,
    '',
  ].join('\n')
  await using cluster = await logCluster([pod('buoy', ['app'], [running('app')])], () => text)
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/buoy?tab=logs')
  await expect(lines(inspector)).toHaveText(['red and nearly black', '100% done', 'see the docs', 'ERROR no anchor depth=40', 'WARN fog'])
  const red = lines(inspector).first().getByText('red', { exact: true })
  await expect(red).toHaveCSS('font-weight', '600')
  // Brought to where it can be read on this background.
  const colors = await lines(inspector)
    .first()
    .locator('span')
    .evaluateAll((all) => all.map((span) => getComputedStyle(span).color))
  expect(new Set(colors).size).toBeGreaterThanOrEqual(3)
  await display(inspector, 'Errors')
  await expect(lines(inspector)).toHaveText(['ERROR no anchor depth=40'])
  await inspector.details.getByRole('button', { name: 'No longer only: Errors' }).click()
  await expect(lines(inspector)).toHaveCount(5)
  // What is not shown is not found: neither escapes, nor what was overwritten, nor the JSON behind its message.
  for (const hidden of ['38;2', '10%.*50', 'http', '"msg"', '2026']) {
    await filterOf(inspector).fill(hidden)
    await expect(inspector.details.getByRole('log')).toContainText('No line matches.')
  }
  await filterOf(inspector).fill('a(nchor')
  await expect(inspector.details.getByRole('status').filter({ hasText: 'searched as text' })).toBeVisible()
  await filterOf(inspector).fill('docs$')
  await expect(lines(inspector).locator('mark')).toHaveText('docs')
  await filterOf(inspector).fill('')
  await display(inspector, 'JSON as fields')
  await display(inspector, 'UTC')
  await expect(lines(inspector).nth(3)).toHaveText(/^2026-01-02T03:04:04\.000Z \{"level":"error".*\}$/)
  await display(inspector, 'Local time (GMT+5:45)')
  await expect(lines(inspector).nth(3)).toHaveText(/^2026-01-02 08:49:04\.000 \{"level":"error".*\}$/)
  await expect(lines(inspector).nth(3).locator('.at')).toHaveAttribute('title', /08:49:04 GMT\+5:45\n2026-01-02T03:04:04\.000000001Z$/)
  // What is shown is what is found.
  await filterOf(inspector).fill('08:49:04')
  await expect(lines(inspector)).toHaveCount(1)
  await filterOf(inspector).fill('')
  const download = inspector.page.waitForEvent('download')
  await inspector.details.getByRole('button', { name: 'Save' }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(text)
  await inspector.page.context().close()
})

test('what a container has written of a line is seen before its end, searched, and becomes the line', async ({ browser }) => {
  const rest = Promise.withResolvers<string>()
  async function* written(): AsyncIterable<string> {
    yield `${at(1)} sets sail\n${at(2)} 10%\r20%`
    yield await rest.promise
  }
  await using cluster = await logCluster([pod('buoy', ['app'], [running('app')])], written)
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/buoy?tab=logs')
  await expect(lines(inspector)).toHaveText(['sets sail', '20%'])
  await expect(inspector.details.getByRole('status').filter({ hasText: '2 lines' })).toBeVisible()
  await display(inspector, 'Wrap')
  await expect(lines(inspector)).toHaveText(['sets sail', '20%'])
  await filterOf(inspector).fill('^20')
  await expect(lines(inspector)).toHaveText(['20%'])
  await filterOf(inspector).fill('done')
  await expect(inspector.details.getByRole('log')).toContainText('No line matches.')
  rest.resolve(`\r100% done\n${at(3)} berth? `)
  await expect(lines(inspector)).toHaveText(['100% done'])
  await filterOf(inspector).fill('')
  await expect(lines(inspector)).toHaveText(['sets sail', '100% done', 'berth?'])
  await display(inspector, 'Wrap')
  await inspector.page.context().close()
})

test('a line of millions is seen at its beginning, more of it on request, and all of it in a file', async ({ browser }) => {
  const long = 'x'.repeat(3_000_000)
  const text = `${at(1)} before\n${at(2)} ${long}\n${at(3)} after\n`
  await using cluster = await logCluster([pod('anchor', ['app'], [running('app')])], () => text)
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/anchor?tab=logs')
  await expect(lines(inspector)).toHaveCount(3)
  await expect(lines(inspector).nth(2)).toHaveText('after')
  await expect(lines(inspector).nth(1)).toHaveText(/^x{4000}\S/)
  // What is offered leaves room for the line's beginning, in a pane beside a list too.
  const beginning = await lines(inspector)
    .nth(1)
    .evaluate((line) => (line.querySelector('.log-more')?.getBoundingClientRect().left ?? 0) - line.getBoundingClientRect().left)
  expect(beginning).toBeGreaterThan(80)
  await lines(inspector)
    .nth(1)
    .getByRole('button', { name: /more characters/ })
    .click()
  await expect.poll(async () => ((await lines(inspector).nth(1).textContent()) ?? '').length).toBeGreaterThan(200_000)
  const download = inspector.page.waitForEvent('download')
  await lines(inspector)
    .nth(1)
    .getByRole('button', { name: /save the log/ })
    .click()
  expect(readFileSync(await (await download).path(), 'utf8').length).toBe(text.length)
  await inspector.page.context().close()
})

test('the failing container comes first; its run before and after are one log with a line between; the dock keeps it over a reload', async ({
  browser,
}) => {
  const statuses = [running('proxy'), running('app', 2, { ready: false, lastState: { terminated: { exitCode: 3, reason: 'Error' } } })]
  const sloop = pod('sloop', ['proxy', 'app'], statuses)
  const logOf = ({ container, previous, since }: LogRequest): string => {
    if (container !== 'app') return `${at(1)} proxy speaks\n`
    if (previous) return `${at(2)} going down\n`
    return since === undefined ? `${at(4)} up again\n` : ''
  }
  await using cluster = await logCluster([sloop], logOf)
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/sloop?tab=logs')
  await expect(inspector.details.getByRole('combobox', { name: 'Container' })).toHaveValue('app')
  await expect(lines(inspector)).toHaveText(['up again'])
  await inspector.details.getByRole('button', { name: 'Run before' }).click()
  await expect(lines(inspector)).toHaveText(['going down', /run 3 · the one before ended with exit code 3 Error/, 'up again'])
  await inspector.details.getByRole('combobox', { name: 'Container' }).selectOption('')
  await expect(lines(inspector).filter({ hasText: 'proxy speaks' })).toContainText('sloop/proxy')
  await inspector.details.getByRole('combobox', { name: 'Container' }).selectOption('proxy')
  await inspector.details.getByRole('button', { name: 'Keep in the dock' }).click()
  await inspector.page.reload()
  const dock = inspector.page.getByRole('region', { name: 'Dock' })
  await expect(dock.getByRole('tab', { name: 'sloop · proxy' })).toBeVisible()
  await expect(dock.locator('.log-line')).toHaveText(['proxy speaks'])
  await inspector.page.context().close()
})

test('where a pod is replaced its logs go on with its successor', async ({ browser }) => {
  const owner = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true }],
    labels: { app: 'w' },
  }
  const first = pod('watch-1', ['app'], [running('app')], owner)
  const second = pod('watch-2', ['app'], [running('app')], { ...owner, creationTimestamp: '2026-01-02T01:00:00Z' })
  const pods = [first]
  await using cluster = await logCluster(pods, ({ pod: name, since }) =>
    since ? '' : `${at(name === 'watch-1' ? 1 : 2)} here is ${name}\n`,
  )
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/watch-1?tab=logs')
  await expect(lines(inspector)).toHaveText(['here is watch-1'])
  pods.splice(0, 1, second)
  cluster.changed(first, 'DELETED')
  cluster.changed(second, 'ADDED')
  await expect(lines(inspector)).toHaveText([/here is watch-1/, /watch-2.*here is watch-2/])
  await inspector.page.context().close()
})

test('a pod of a deployment is deleted while its log is read: the log goes on with the one that replaces it', async ({
  inspector,
  server,
}) => {
  const pods = '/api/v1/namespaces/lighter/pods'
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lighter' } })
  const labels = { app: 'barge' }
  const command = ['sh', '-c', 'echo "$HOSTNAME casts off"; sleep 36000']
  await server.api.create('/apis/apps/v1/namespaces/lighter/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'barge' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'registry.example/barge:1', command }] },
      },
    },
  })
  using watch = await server.api.watch(pods)
  const isUp = (e: { object: { status?: { phase?: string } } }): boolean => e.object.status?.phase === 'Running'
  const first = (await watch.until('the first pod runs', isUp)).object.metadata.name
  await inspector.open(`pods/lighter/${first}?tab=logs`)
  await expect(lines(inspector)).toHaveText([/casts off/])
  await server.api.remove(`${pods}/${first}`)
  const second = (await watch.until('another runs', (e) => isUp(e) && e.object.metadata.name !== first)).object.metadata.name
  await expect(lines(inspector)).toHaveText([/casts off/, new RegExp(`${second}.*casts off`)])
})

test('logs of whoever has these labels, typed freely', async ({ inspector, page, server }) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'chorus' } })
  using accounts = await server.api.watch('/api/v1/namespaces/chorus/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  for (const [name, tier] of [
    ['soprano', 'high'],
    ['bass', 'low'],
  ]) {
    await server.api.create('/api/v1/namespaces/chorus/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { tier } },
      spec: { containers: [{ name: 'main', image: 'registry.example/voice:1' }] },
    })
  }
  await inspector.open('pods?ns=chorus')
  await expect(inspector.row(/bass/)).toContainText('Running')
  await inspector.palette('logs of pods')
  await page.keyboard.press('Enter')
  const dock = page.getByRole('region', { name: 'Dock' })
  await expect(dock.getByTestId('log-pods')).toHaveText('2 pods')
  await dock.getByRole('textbox', { name: 'Selector' }).fill('tier in (high)')
  await page.keyboard.press('Enter')
  await expect(dock.getByTestId('log-pods')).toHaveText('1 pod')
  await expect(dock.locator('.log-line').first()).toBeVisible()
  await dock.getByRole('textbox', { name: 'Selector' }).fill('tier in (')
  await page.keyboard.press('Enter')
  await expect(dock.getByRole('alert')).toContainText('unable to parse requirement')
})

test('the controls of a log stand in one row and within it, in a window of 1280 and of 800 pixels', async ({ browser }) => {
  const previous = { lastState: { terminated: { exitCode: 3, reason: 'Error' } } }
  const ketch = pod(
    'ketch',
    ['a-proxy-with-a-long-name', 'app'],
    [running('a-proxy-with-a-long-name', 1, previous), running('app', 2, previous)],
  )
  await using cluster = await logCluster([ketch], () => `${at(1)} one\n${at(2)} two\n`)
  using dir = scratch()
  const opened = await windowOn(browser, cluster.url, dir.path)
  await using _server = opened.server
  const { inspector } = opened
  await inspector.open('pods/shop/ketch?tab=logs')
  await expect(lines(inspector)).not.toHaveCount(0)
  await display(inspector, '1 hour')
  const bar = inspector.details.getByRole('toolbar', { name: 'Log controls' })
  await expect(bar.getByRole('button', { name: 'Run before' })).toBeVisible()
  for (const [width, height] of [
    [1280, 800],
    [800, 600],
  ] as const) {
    await inspector.page.setViewportSize({ width, height })
    await expect.poll(async () => (await bar.boundingBox())?.height, `${width}`).toBeLessThan(40)
    const right = await bar.evaluate((element) => element.getBoundingClientRect().right)
    for (const control of await bar.locator('button, input, select').all())
      expect((await control.evaluate((element) => element.getBoundingClientRect().right)) <= right, await control.innerText()).toBe(true)
  }
  await inspector.page.context().close()
})

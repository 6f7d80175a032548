import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Page, expect } from '@playwright/test'
import { parse, stringify } from 'yaml'
import { test } from '../fixtures/desktop.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { pod } from '../fixtures/session.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

/** A namespace of this test's own, in which pods can be created. */
async function makeNamespace(server: Server, name: string): Promise<void> {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  using accounts = await server.api.watch(`/api/v1/namespaces/${name}/serviceaccounts`)
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
}

test('home says in a word how a node is, and the kinds in the rail are whole or say that they are cut', async ({
  inspector,
  page,
  node,
}) => {
  await inspector.open()
  const line = page.getByRole('region', { name: 'Nodes' }).getByRole('listitem').filter({ hasText: node })
  await expect(line.getByText('Ready', { exact: true })).toBeVisible()
  const rail = page.getByRole('navigation', { name: 'Kinds' })
  const long = rail.getByRole('link', { name: 'ValidatingAdmissionPolicyBinding', exact: true })
  await expect(long).toHaveAttribute('title', /^ValidatingAdmissionPolicyBinding/)
  const [cut, overflow] = await long.locator('.ellipsis').evaluate((text) => {
    return [text.scrollWidth > text.clientWidth, getComputedStyle(text).textOverflow]
  })
  expect([cut, overflow]).toEqual([true, 'ellipsis'])
})

test('events of the same second: the last to be written is on top, on home and in their list', async ({ inspector, page, server }) => {
  const event = (reason: string, times: object): object => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: reason.toLowerCase(), namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'of-one-second' },
    type: 'Normal',
    reason,
    ...times,
  })
  const EVENTS = '/api/v1/namespaces/default/events'
  // A scheduler writes microseconds, a kubelet seconds.
  const more = { reportingComponent: 'example.dev/scheduler', reportingInstance: 'one', action: 'Binding' }
  await server.api.create(EVENTS, event('First', { eventTime: '2099-01-02T03:04:05.900000Z', ...more }))
  for (const reason of ['Second', 'Third']) await server.api.create(EVENTS, event(reason, { lastTimestamp: '2099-01-02T03:04:05Z' }))
  await inspector.open()
  const recent = page.getByRole('region', { name: 'Recent events' }).getByRole('listitem').filter({ hasText: 'of-one-second' })
  await expect(recent).toHaveText([/Third/, /Second/, /First/])
  await inspector.open('events?q=of-one-second')
  await expect(inspector.grid.getByRole('row').filter({ hasText: 'of-one-second' })).toHaveText([/Third/, /Second/, /First/])
  for (const name of ['first', 'second', 'third']) await server.api.remove(`${EVENTS}/${name}`)
})

test('a namespace without pods: what would be here, how to make one there, and the way out', async ({ inspector, page, server }) => {
  await makeNamespace(server, 'still-water')
  await inspector.open('pods?ns=still-water')
  await expect(page.getByText('No Pod in still-water')).toBeVisible()
  await expect(page.locator('.empty code')).toHaveText(/^kubectl --kubeconfig \S+ -n still-water run hello /)
  await expect(inspector.counts).toHaveText('0 objects')
  const PODS = '/api/v1/namespaces/still-water/pods'
  await server.api.create(PODS, pod('ripple'))
  await expect(inspector.row(/ripple/)).toBeVisible()
  await expect(page.getByText('No Pod in still-water')).toHaveCount(0)
  await server.api.remove(`${PODS}/ripple?gracePeriodSeconds=0`)
  await page.getByRole('button', { name: 'Look in all namespaces' }).click()
  await expect(page).toHaveURL(/\/pods$/)
})

test('what is not there says so, and where to go from there', async ({ inspector, page }) => {
  await inspector.open('configmaps/default/nobody')
  await expect(inspector.details).toContainText('There is no ConfigMap called nobody.')
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await expect(inspector.details).toHaveCount(0)
  await inspector.open('winds.sea')
  await expect(page.getByText('This cluster does not serve winds.sea.')).toBeVisible()
  await page.locator('.empty').getByRole('link', { name: 'Home' }).click()
  await expect(page.getByRole('region', { name: 'Nodes' })).toBeVisible()
})

test('search in the YAML of an object: found, walked through, and Escape closes only the search', async ({ inspector, page, server }) => {
  await server.api.create(MAPS, { ...map('haystack'), data: { one: 'needle', two: 'straw', three: 'another needle' } })
  await inspector.open('configmaps/default/haystack?tab=yaml')
  const text = inspector.details.locator('.cm-content')
  await expect(text).toContainText('needle')
  await text.focus()
  await page.keyboard.press('Control+f')
  await expect(inspector.details.locator('.cm-search')).toBeVisible()
  await page.keyboard.type('needle')
  await expect(inspector.details.locator('.cm-searchMatch')).toHaveCount(2)
  await page.keyboard.press('Enter')
  const selected = inspector.details.locator('.cm-line', { has: page.locator('.cm-searchMatch-selected') })
  const first = await selected.innerText()
  await page.keyboard.press('Enter')
  await expect(selected).not.toHaveText(first)
  await page.keyboard.press('Escape')
  await expect(inspector.details.locator('.cm-search')).toHaveCount(0)
  await expect(inspector.details).toBeVisible()
  await server.api.remove(`${MAPS}/haystack`)
})

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' })

  test('the search in the YAML of an object speaks Chinese too', async ({ inspector, page, server }) => {
    await server.api.create(MAPS, map('haystack-zh'))
    await inspector.open('configmaps/default/haystack-zh?tab=yaml')
    await inspector.details.locator('.cm-content').focus()
    await page.keyboard.press('Control+f')
    const panel = inspector.details.locator('.cm-search')
    await expect(panel.getByRole('textbox', { name: '查找' })).toBeVisible()
    expect(await panel.innerText()).not.toMatch(/[A-Za-z]/)
    await expect(panel.getByRole('button', { name: '关闭' })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Alt+g')
    await expect(inspector.details.locator('.cm-dialog')).toContainText('转到行')
    await expect(inspector.details.locator('.cm-gutters [title="折叠此行"]').first()).toBeAttached()
    await server.api.remove(`${MAPS}/haystack-zh`)
  })
})

test('keys alone: list, details, logs, and back to the same row', async ({ inspector, page, server }) => {
  const PODS = '/api/v1/namespaces/both-sides/pods'
  await makeNamespace(server, 'both-sides')
  for (const name of ['port', 'starboard']) await server.api.create(PODS, pod(name))
  await inspector.open('pods?ns=both-sides')
  await expect(inspector.row(/starboard.*Running/)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/pods\/both-sides\/starboard/)
  const overview = inspector.tab('Overview')
  await expect(overview).toBeVisible()
  // No more stops than a person has patience for.
  for (let stops = 0; stops < 8 && !(await overview.evaluate((tab) => tab === document.activeElement)); stops++)
    await page.keyboard.press('Tab')
  await expect(overview).toBeFocused()
  for (const name of ['YAML', 'Events', 'Topology', 'Logs']) {
    await page.keyboard.press('ArrowRight')
    await expect(inspector.tab(name)).toBeFocused()
  }
  await expect(inspector.details.getByRole('log').locator('.log-line').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(inspector.details).toHaveCount(0)
  await expect(inspector.grid).toBeFocused()
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/pods\/both-sides\/port/)
  for (const name of ['port', 'starboard']) await server.api.remove(`${PODS}/${name}?gracePeriodSeconds=0`)
})

test('logs of a pod that waits say so, and begin by themselves once it runs', async ({ inspector, page, server, node }) => {
  const PODS = '/api/v1/namespaces/quay/pods'
  await makeNamespace(server, 'quay')
  const label = (tide: string | null) =>
    server.api.send('PATCH', `/api/v1/nodes/${node}`, { type: 'application/merge-patch+json', body: { metadata: { labels: { tide } } } })
  const waiting = pod('moored') as { spec: object }
  await server.api.create(PODS, { ...waiting, spec: { ...waiting.spec, nodeSelector: { tide: 'high' } } })
  await inspector.open('pods/quay/moored?tab=logs')
  await expect(inspector.details).toContainText('Nothing has started yet: Pending')
  await label('high')
  await expect(inspector.details.getByRole('log').locator('.log-line').first()).toBeVisible()
  await expect(inspector.details).not.toContainText('Nothing has started yet')
  await label(null)
  await server.api.remove(`${PODS}/moored?gracePeriodSeconds=0`)
  await expect(page.getByText('Deleted', { exact: true })).toBeVisible()
})

test.describe('on its own', () => {
  async function windowOf(page: Page, server: Server): Promise<Inspector> {
    await page.goto(server.sessionUrl)
    await page.waitForURL(/\/c\/local/)
    await page.goto(`${new URL(server.sessionUrl).origin}/c/local/configmaps`)
    return new Inspector(page)
  }

  test('the status bar names the revision of the list, before anything changes', async ({ browser }) => {
    await using server = await startServer({ gateway: true })
    const context = await browser.newContext()
    const inspector = await windowOf(await context.newPage(), server)
    await expect(inspector.counts).toHaveText(/\d+ objects?/)
    const { metadata } = (await server.api.send('GET', MAPS)).json<{ metadata: { resourceVersion: string } }>()
    await expect(inspector.statusBar).toContainText(`revision ${metadata.resourceVersion}`)
    await context.close()
  })

  test('another context and back: each time its own rows and no others', async ({ browser }) => {
    await using other = await startServer()
    using dir = scratch()
    const kubeconfig = join(dir.path, 'harbour')
    const config = parse(readFileSync(other.kubeconfig, 'utf8')) as { contexts: { name: string }[] }
    for (const each of config.contexts) each.name = 'harbour'
    writeFileSync(kubeconfig, stringify({ ...config, 'current-context': 'harbour' }))
    await using server = await startServer({ gateway: true, env: { KUBECONFIG: kubeconfig } })
    for (const n of [1, 2, 3]) await server.api.create(MAPS, map(`ours-${n}`))
    for (const n of [1, 2]) await other.api.create(MAPS, map(`theirs-${n}`))
    const context = await browser.newContext()
    const page = await context.newPage()
    // Looks at every frame: a row of the other cluster must not be seen for even one.
    await page.addInitScript(() => {
      const strays: string[] = []
      Object.assign(window, { strays })
      const look = (): void => {
        const shown = document.querySelector('[aria-label^="Switch context"]')?.textContent ?? ''
        const wrong = shown === 'local' ? 'theirs-' : 'ours-'
        const rows = document.querySelector('[role=grid]')?.textContent ?? ''
        if (rows.includes(wrong)) strays.push(`${shown}: ${rows}`)
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    const inspector = await windowOf(page, server)
    await expect(inspector.row(/ours-3/)).toBeVisible()
    const pick = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: /^Switch context/ }).click()
      await page.getByRole('option', { name: new RegExp(`^${name}`) }).click()
      await expect(page).toHaveURL(new RegExp(`/c/${name}/`))
    }
    await pick('harbour')
    await expect(inspector.row(/theirs-2/)).toBeVisible()
    await expect(inspector.row(/ours-/)).toHaveCount(0)
    await other.api.create(MAPS, map('theirs-later'))
    await expect(inspector.row(/theirs-later/)).toBeVisible()
    await server.api.create(MAPS, map('ours-meanwhile'))
    await pick('local')
    await expect(inspector.row(/ours-meanwhile/)).toBeVisible()
    await expect(inspector.row(/theirs-/)).toHaveCount(0)
    await page.goBack()
    await expect(inspector.row(/theirs-later/)).toBeVisible()
    await expect(inspector.row(/ours-/)).toHaveCount(0)
    await page.goForward()
    await expect(inspector.row(/ours-meanwhile/)).toBeVisible()
    expect(await page.evaluate(() => (window as unknown as { strays: string[] }).strays)).toEqual([])
    await context.close()
  })
})

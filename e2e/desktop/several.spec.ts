import { join } from 'node:path'
import { expect, type Locator, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { adminOf, silentAddress, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string, data: Record<string, string> = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

/** The box before an entry of an open menu. */
const box = (page: Page, name: string): Locator => page.getByRole('option', { name }).locator('.pick-box')

test('several clusters in one list: of each its health; one that freezes or never speaks holds nobody; an action is for one', async ({
  browser,
}) => {
  await using remote = await startServer()
  await using silent = await silentAddress()
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { remote: adminOf(remote), silent: { cluster: { server: silent.url } } })
  await using server = await startServer({ gateway: true, env: { KUBECONFIG: file, BINNACLE_CONNECTION_PACE: '4' } })
  for (const api of [server.api, remote.api]) {
    await api.create(MAPS, map('chart'))
    await api.create(MAPS, map('log', { 'a.log': 'one' }))
  }
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  const inspector = new Inspector(page)
  const { grid } = inspector
  const rowOf = (cluster: string, name: string): Locator => grid.getByRole('row', { name: new RegExp(`${cluster} ${name}`) })
  await inspector.open('configmaps?ns=default')
  await expect(inspector.row(/chart/)).toHaveCount(1)
  await expect(grid.getByRole('columnheader', { name: 'Cluster' })).toHaveCount(0)

  // By its box, and by the keyboard.
  await page.getByRole('button', { name: /^Switch context/ }).click()
  await box(page, 'remote').click()
  await expect(rowOf('remote', 'chart')).toBeVisible()
  await page.keyboard.type('silent')
  await page.keyboard.press('Shift+Enter')
  await expect(page).toHaveURL(/beside=remote&beside=silent/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Switch context: local + 2' })).toBeVisible()
  await expect(rowOf('local', 'chart')).toBeVisible()
  const strip = page.getByRole('list', { name: 'Clusters of this list' })
  await expect(strip.getByRole('listitem').filter({ hasText: 'remote' })).toContainText('2 objects')
  await expect(strip.getByRole('listitem').filter({ hasText: 'silent' })).toContainText(/Unreachable since \d\d:\d\d/)
  await expect(inspector.counts).toContainText('4 objects')

  // What is open is of its own cluster, and the list stays.
  await rowOf('remote', 'log').click()
  await expect(page).toHaveURL(/\/c\/remote\/configmaps\/default\/log\?beside=local&beside=silent/)
  await expect(inspector.details).toContainText('a.log')
  await expect(rowOf('local', 'log')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Switch context: remote + 2' })).toBeVisible()
  await inspector.tab('YAML').click()
  await expect(page).toHaveURL(/beside=local/)
  await page.getByRole('button', { name: 'Close', exact: true }).click()

  // Rows of two clusters: each cluster's are acted on by themselves.
  await rowOf('local', 'chart').getByRole('checkbox').click()
  await rowOf('remote', 'chart').getByRole('checkbox').click()
  await expect(page.getByRole('button', { name: /^Delete/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Actions: remote' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(inspector.dialog).toContainText('remote')
  await inspector.dialog.getByRole('button', { name: /^Delete/ }).click()
  await expect(rowOf('remote', 'chart')).toHaveCount(0)
  await page.keyboard.press('Escape')
  expect((await server.api.send('GET', `${MAPS}/chart`)).status).toBe(200)
  expect((await remote.api.send('GET', `${MAPS}/chart`)).status).toBe(404)
  await expect(inspector.counts).toContainText('1 selected')

  // A press on a cluster leaves its rows alone, and another brings the others back.
  await strip.getByRole('button', { name: /remote/ }).click()
  await expect(inspector.filter).toHaveValue('cluster:remote')
  await expect(rowOf('local', 'log')).toHaveCount(0)
  await strip.getByRole('button', { name: /remote/ }).click()
  await expect(rowOf('local', 'log')).toBeVisible()

  remote.process.kill('SIGSTOP')
  try {
    await expect(strip.getByRole('listitem').filter({ hasText: 'remote' })).toContainText(/Unreachable since/)
    await expect(rowOf('remote', 'log')).toHaveClass(/of-away/)
    await expect(rowOf('local', 'log')).not.toHaveClass(/of-away/)
    await server.api.create(MAPS, map('meanwhile'))
    await expect(rowOf('local', 'meanwhile')).toBeVisible()
  } finally {
    remote.process.kill('SIGCONT')
  }
  await expect(rowOf('remote', 'log')).not.toHaveClass(/of-away/)
  await page.reload()
  await expect(rowOf('remote', 'log')).toBeVisible()
  await expect(rowOf('local', 'meanwhile')).toBeVisible()
  await context.close()
})

test('several namespaces are chosen in the menu, each with a watch of its own', async ({ inspector, page, server }) => {
  for (const name of ['bay', 'cove', 'sound']) {
    await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await server.api.create(`/api/v1/namespaces/${name}/configmaps`, map(`map-of-${name}`))
  }
  await inspector.open('configmaps')
  await page.getByRole('button', { name: /^Namespace:/ }).click()
  for (const name of ['sound', 'bay']) await box(page, name).click()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/ns=bay%2Csound/)
  await expect(page.getByRole('button', { name: 'Namespace: bay, sound' })).toBeVisible()
  await expect(inspector.row(/map-of-bay/)).toContainText('bay')
  await expect(inspector.row(/map-of-sound/)).toBeVisible()
  await expect(inspector.row(/map-of-cove/)).toHaveCount(0)
  await expect(inspector.counts).toContainText('4 objects')
  // Home is about the same ones.
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click()
  await expect(page).toHaveURL(/ns=bay%2Csound/)
  await page.goBack()
  await page.getByRole('button', { name: /^Namespace:/ }).click()
  await box(page, 'bay').click()
  await page.keyboard.press('Escape')
  await expect(inspector.row(/map-of-bay/)).toHaveCount(0)
  await expect(page).toHaveURL(/ns=sound$/)
})

import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { env, windowOf } from '../fixtures/remote-window.ts'
import { retype } from '../fixtures/retype.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { adminOf, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'

test('a cluster that freezes while one edits: what is typed stays, and of a change without an answer nobody says that it failed', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  await using remote = await startServer()
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { remote: adminOf(remote) })
  await using gateway = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, gateway)
  const inspector = new Inspector(page, 'remote')
  const { details, dialog } = inspector
  const editor = details.locator('.cm-content')
  const review = details.getByRole('button', { name: 'Review and apply…' })
  await remote.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'log' }, data: { wind: 'north' } })
  await inspector.open('configmaps/default/log?tab=edit')
  await retype(editor, 'north', 'south')
  remote.process.kill('SIGSTOP')
  try {
    // Of a question it is known that nothing came of it, and nothing asks it again by itself.
    await review.click()
    await expect(dialog.getByRole('alert')).toContainText('did not answer')
    await expect(dialog.getByRole('alert')).toContainText('Check the VPN or proxy it needs')
    await expect(dialog.getByRole('alert')).not.toContainText('by itself')
    await expect(dialog).toContainText('What you typed stays in the editor.')
  } finally {
    remote.process.kill('SIGCONT')
  }
  // It may still be said to be away for the moment.
  await expect(async () => {
    await dialog.getByRole('button', { name: 'Look again' }).click({ timeout: 1_000 })
    await expect(dialog.locator('.diff-line.added')).toHaveText([/wind: south/], { timeout: 2_000 })
  }).toPass()
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeEnabled()
  remote.process.kill('SIGSTOP')
  try {
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await expect(dialog.getByRole('alert')).toContainText('whether it was made is not known')
    await expect(dialog.getByRole('status')).toContainText('1 without an answer: whether it was done is not known.')
    await expect(dialog.getByRole('status')).not.toContainText('failed')
    // It was on its way, and is done once the cluster goes on.
  } finally {
    remote.process.kill('SIGCONT')
  }
  await expect.poll(async () => (await remote.api.get(`${MAPS}/log`)).data?.wind).toBe('south')
  await expect(async () => {
    await dialog.getByRole('button', { name: 'Look again' }).click({ timeout: 1_000 })
    await expect(dialog).toContainText('It is so already.', { timeout: 2_000 })
  }).toPass()
  await page.keyboard.press('Escape')
  await expect(details.getByRole('status').filter({ hasText: 'As stored' })).toBeVisible()
  await expect(editor).toContainText('wind: south')
  await page.context().close()
})

test('a deletion, and a text that is applied, say the same of a cluster that closes the connection', async ({ browser }) => {
  await using remote = await startServer()
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { remote: adminOf(remote) })
  await using gateway = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, gateway)
  const inspector = new Inspector(page, 'remote')
  const { dialog } = inspector
  for (const name of ['one', 'two'])
    await remote.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { wind: 'north' } })
  // As the window sees it: the request has left, and the connection is gone before its answer.
  const cut = (url: RegExp, method: string) =>
    page.route(url, (route) => (route.request().method() === method ? route.abort() : route.fallback()))
  await cut(/configmaps\/one/, 'DELETE')
  await inspector.open('configmaps?ns=default&q=one')
  await inspector.row(/one/).click({ button: 'right' })
  await page.getByRole('menuitem', { name: /^Delete/ }).click()
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(dialog.getByRole('status').filter({ hasText: '1 without an answer' })).toBeVisible()
  await expect(dialog.getByRole('list', { name: 'Objects' })).toContainText('no answer came: whether it was done is not known')
  await expect(dialog).not.toContainText('failed')
  await page.keyboard.press('Escape')
  await cut(/configmaps\/two\?(?!.*dryRun)/, 'PATCH')
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  await dialog.locator('.cm-content').focus()
  await page.keyboard.insertText('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: default}\ndata: {depth: "9"}\n')
  await expect(dialog.getByRole('button', { name: /^Apply/ })).toBeEnabled()
  await dialog.getByRole('button', { name: /^Apply/ }).click()
  await expect(dialog.getByRole('status').filter({ hasText: '1 without an answer' })).toBeVisible()
  await page.context().close()
})

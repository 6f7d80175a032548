import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { makeNamespace } from '../fixtures/session.ts'
import { until } from '../fixtures/until.ts'
import { removeNamespace } from '../fixtures/workloads.ts'

const NS = 'values'
const PODS = `/api/v1/namespaces/${NS}/pods`

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('labels: set, changed and removed together; what the server refuses is said before anything is written', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const MAPS = `/api/v1/namespaces/${NS}/configmaps`
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'chart', labels: { sea: 'north', depth: '9' } } })
  await inspector.open(`configmaps/${NS}/chart`)
  // As fast as one types: the object may still be on its way, and logs are found by labels too.
  await inspector.palette('labels')
  await page.keyboard.press('Enter')
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'Labels: ConfigMap chart' })).toBeVisible()
  await dialog.getByRole('textbox', { name: 'sea' }).fill('no good!')
  await expect(dialog.getByRole('alert')).toContainText('a valid label must be')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'sea' }).fill('baltic')
  await dialog.getByRole('button', { name: 'Remove depth' }).click()
  await dialog.getByRole('textbox', { name: 'key' }).fill('wind')
  await dialog.getByRole('textbox', { name: 'value' }).fill('west')
  await expect(dialog.locator('.diff-line.added')).toHaveText([/sea: baltic/, /wind: west/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/chart`)).metadata.labels).toEqual({ sea: 'baltic', wind: 'west' })
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/depth: "9"/, /sea: north/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/chart`)).metadata.labels).toEqual({ sea: 'north', depth: '9' })
  refusals(faults, 422)
})

test('values of a Secret are read and changed as text, hidden until somebody asks; a pod is deleted at once', async ({
  inspector,
  page,
  server,
}) => {
  const secrets = `/api/v1/namespaces/${NS}/secrets`
  const data = { user: Buffer.from('anna').toString('base64'), seal: '/w==' }
  await server.api.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logbook' }, data })
  await inspector.open(`secrets/${NS}/logbook`)
  await expect(inspector.details).toContainText('Opaque')
  await page.keyboard.press('v')
  const { dialog } = inspector
  const user = dialog.getByRole('textbox', { name: 'user' })
  await expect(user).toHaveValue('')
  await expect(user).toHaveAttribute('placeholder', '4 bytes, hidden')
  await expect(dialog.getByRole('textbox', { name: 'seal' })).toBeDisabled()
  await dialog.getByText('Show the values').click()
  await expect(user).toHaveValue('anna')
  const oneLine = (await user.boundingBox())?.height ?? 0
  await user.fill('anna\nmarie')
  expect((await user.boundingBox())?.height).toBeGreaterThan(oneLine + 10)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const changed = await server.api.get<{ data: Record<string, string> }>(`${secrets}/logbook`)
  expect(changed.data).toEqual({ ...data, user: Buffer.from('anna\nmarie').toString('base64') })
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get<{ data: object }>(`${secrets}/logbook`)).data).toEqual(data)
  await page.keyboard.press('Escape')
  // A value is saved as it is stored, also one that is no text.
  await inspector.open(`secrets/${NS}/logbook`)
  const value = page.waitForEvent('download')
  await inspector.details.getByRole('button', { name: 'Save seal as a file' }).click()
  expect(readFileSync(await (await value).path())).toEqual(Buffer.from(data.seal, 'base64'))
  // What is on screen is what is saved: its values are hidden.
  await inspector.open(`secrets/${NS}/logbook?tab=yaml`)
  const download = page.waitForEvent('download')
  await inspector.details.getByRole('button', { name: 'Save as a file' }).click()
  expect((await download).suggestedFilename()).toBe('logbook.yaml')

  // A finalizer does not keep a pod that nobody waits for longer than others; its kubelet would take its time.
  const slow = { metadata: { name: 'anchored', annotations: { 'simulated.binnacle.dev/ignore-sigterm': 'true' } } }
  const spec = { terminationGracePeriodSeconds: 3600, containers: [{ name: 'main', image: 'x' }] }
  await server.api.create(PODS, { apiVersion: 'v1', kind: 'Pod', ...slow, spec })
  await until('it runs', async () => (await server.api.get(`${PODS}/anchored`)).status?.phase === 'Running')
  await inspector.open(`pods/${NS}/anchored`)
  await expect(inspector.details).toContainText('Running')
  await page.keyboard.press('d')
  await dialog.getByRole('checkbox', { name: /^At once/ }).check()
  await expect(dialog).toContainText('The containers are not asked to stop first.')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await until('it is gone', async () => {
    const { items } = await server.api.get<{ items: { metadata: { name: string } }[] }>(PODS)
    return !items.some(({ metadata }) => metadata.name === 'anchored')
  })
})

test('y reads the YAML of the row under the cursor', async ({ inspector, page, server }) => {
  const maps = `/api/v1/namespaces/${NS}/configmaps`
  await server.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'almanac' }, data: { tide: 'high' } })
  await inspector.open(`configmaps?ns=${NS}&q=almanac`)
  await expect(inspector.row(/almanac/)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('y')
  await expect(page).toHaveURL(/configmaps\/values\/almanac.*tab=yaml/)
  await expect(inspector.details).toContainText('tide: high')
})

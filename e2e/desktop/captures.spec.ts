import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { profileFile } from '../fixtures/profile-file.ts'
import { pod } from '../fixtures/session.ts'

const PODS = '/api/v1/namespaces/default/pods'

test('two profiles: what each function costs more and less, one graph of both, and a search in it', async ({ inspector, page, node }) => {
  const { details } = inspector
  await inspector.openNodeTab(node, 'profile')
  await details.getByRole('button', { name: 'Heap profile' }).click()
  await expect(details.getByRole('table', { name: 'Functions by cost' })).toBeVisible()
  // One capture has nothing beside it.
  await expect(details.getByLabel('Compare with')).toHaveCount(0)
  const file = details.locator('input[type=file]')
  await file.setInputFiles(profileFile('before.pb', { 'parse main': 30, 'write main': 10, 'old main': 5 }, 5))
  await expect(details.getByLabel('Capture')).toContainText('before.pb')
  // A heap's bytes are not compared with a CPU's time.
  await expect(details.getByLabel('Compare with')).toBeDisabled()
  await file.setInputFiles(profileFile('after.pb', { 'parse main': 100, 'write main': 20, 'new main': 14 }, 10))
  await expect(details.getByLabel('Compare with')).toBeEnabled()
  await details.getByLabel('Compare with').selectOption({ label: '2 · before.pb' })

  const changes = details.getByRole('table', { name: 'What changed' })
  // The earlier one took half the time: its 30 ms are 60 of the later one's.
  await expect(details.getByRole('note')).toContainText('The earlier one took 5.0 s, the later one 10.0 s')
  await expect(changes.getByRole('row', { name: /parse/ })).toHaveText(/\+40\.0 ms.*parse.*changed Self 60\.0 ms → 100\.0 ms/)
  await expect(changes.getByRole('row', { name: /new/ })).toHaveText(/\+14\.0 ms.*added/)
  await expect(changes.getByRole('row', { name: /old/ })).toHaveText(/−10\.0 ms.*gone/)
  // What costs the same is no change.
  await expect(changes.getByRole('row', { name: /write/ })).toHaveCount(0)
  await expect(changes.getByRole('row').nth(1)).toContainText('parse')
  const graph = details.getByRole('application', { name: /Flame graph/ })
  await graph.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(details.locator('.flame-line')).toHaveText(/parse.*60\.0 ms → 100\.0 ms · \+40\.0 ms/)
  await details.getByRole('textbox', { name: 'Find a function' }).fill('^old$')
  await expect(changes.getByRole('row')).toHaveCount(2)

  // The captures are still there after a look elsewhere.
  await inspector.tab('Overview').click()
  await inspector.tab('Profile').click()
  await expect(details.getByLabel('Capture').getByRole('option')).toHaveText([/Heap profile/, /before\.pb/, /after\.pb/])
  await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no profile') })
  await expect(details.getByRole('alert')).toBeVisible()
})

test('two readings of the statistics: a pod that came, by its name, and as lines', async ({ inspector, server, node }) => {
  const { details } = inspector
  await inspector.openNodeTab(node, 'stats')
  await expect(details.locator('.cm-content')).toContainText('nodeName')
  await server.api.create(PODS, pod('stowaway'))
  using pods = await server.api.watch(PODS)
  await pods.until('it runs', ({ object }) => object.metadata.name === 'stowaway' && object.status?.phase === 'Running')
  await details.getByRole('button', { name: 'Reload' }).click()
  await details.getByLabel('Compare with').selectOption({ index: 1 })
  await details.getByRole('textbox', { name: 'Find a field' }).fill('stowaway')
  const changes = details.getByRole('table', { name: 'What changed' })
  await expect(changes.getByRole('row', { name: 'podRef.name added stowaway' })).toContainText('pods[default/stowaway].podRef.name')
  await details.getByRole('button', { name: /added$/ }).click()
  await expect(changes.getByRole('row', { name: /stowaway/ })).toHaveCount(0)
  await details.getByRole('button', { name: 'As lines' }).click()
  await expect(
    details.getByRole('region', { name: 'What changed' }).locator('.diff-line.added', { hasText: 'stowaway' }).first(),
  ).toBeVisible()
  await server.api.remove(`${PODS}/stowaway?gracePeriodSeconds=0`)
})

test('the metrics of a node, and how fast what only grows has grown', async ({ inspector, node }) => {
  const { details } = inspector
  await inspector.openNodeTab(node, 'metrics')
  await details.getByRole('textbox', { name: 'Find a field' }).fill('^kubelet_http_requests_total')
  await expect(details.getByRole('row', { name: /kubelet_http_requests_total/ }).first()).toBeVisible()
  await details.getByRole('button', { name: 'Reload' }).click()
  await details.getByLabel('Compare with').selectOption({ index: 1 })
  const changes = details.getByRole('table', { name: 'What changed' })
  // What was looked for before still is; the first reading itself was a request.
  await expect(changes.getByRole('row', { name: /^kubelet_http_requests_total.*path="metrics"/ })).toHaveText(/changed.*\+\d+ \+[\d.]+\/s/)
  await expect(changes.getByRole('row', { name: /duration_seconds/ })).toHaveCount(0)
  await details.getByRole('combobox', { name: 'Which metrics' }).selectOption('/metrics/resource')
  await details.getByRole('textbox', { name: 'Find a field' }).fill('^node_cpu_usage_seconds_total')
  await expect(details.getByRole('row', { name: /node_cpu_usage_seconds_total/ })).toBeVisible()
})

test('details over the whole width, also after a reload, and back beside the list', async ({ inspector, page, node }) => {
  const { details } = inspector
  await inspector.openNodeTab(node, 'profile')
  const main = (await page.getByRole('main').boundingBox())!
  await details.getByRole('button', { name: 'Full width' }).click()
  await expect.poll(async () => (await details.boundingBox())?.width).toBe(main.width)
  await expect(inspector.grid).toBeHidden()
  await page.reload()
  await expect.poll(async () => (await details.boundingBox())?.width).toBe(main.width)
  await details.getByRole('button', { name: 'Full width' }).click()
  await expect(inspector.grid).toBeVisible()
  expect((await details.boundingBox())!.width).toBeLessThan(main.width)
})

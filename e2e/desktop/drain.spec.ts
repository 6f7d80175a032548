import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { makeNamespace, pod } from '../fixtures/session.ts'
import { available, deployment, removeNamespace } from '../fixtures/workloads.ts'

const NS = 'drains'
const APPS = `/apis/apps/v1/namespaces/${NS}`
const PODS = `/api/v1/namespaces/${NS}/pods`

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('cordon, taint and drain: budgets hold what they cover, one waits, stops, and goes on when they allow it', async ({
  inspector,
  page,
  server,
  node,
  faults,
}) => {
  await server.api.create(`${APPS}/deployments`, deployment('crew', 2))
  await available(server, NS, 'crew', 2)
  await server.api.create(PODS, pod('stowaway'))
  // The answer of kube-apiserver 1.37 while a budget allows nothing: our server asks no budget yet.
  let allowed = false
  const held = "Cannot evict pod as it would violate the pod's disruption budget."
  await page.route('**/pods/crew-*/eviction?*', (route) =>
    allowed
      ? route.continue()
      : route.fulfill({
          status: 429,
          json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'TooManyRequests', code: 429, message: held },
        }),
  )
  await inspector.open(`nodes/_/${node}`)
  const { dialog } = inspector
  await expect(inspector.details.locator('.details-head')).toContainText('Ready')
  await page.keyboard.press('c')
  await expect(dialog.getByRole('heading', { name: `Cordon: Node ${node}` })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(inspector.details.locator('.details-head')).toContainText('SchedulingDisabled')

  await inspector.palette('taints')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /taints/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: 'key' }).fill('refit')
  await dialog.getByRole('textbox', { name: 'value' }).fill('yes')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`/api/v1/nodes/${node}`)).spec?.taints).toContainEqual(
    expect.objectContaining({ key: 'refit', value: 'yes', effect: 'NoSchedule' }),
  )
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')

  await inspector.palette('drain')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /drain/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  const crew = dialog.getByRole('listitem').filter({ hasText: `${NS}/crew-` })
  await expect(crew.first()).toContainText(held)
  // What is in the way is said, and stands first.
  await expect(dialog).toContainText('2 of them may not go now. The drain asks again until they may, or is stopped.')
  await expect(dialog.getByRole('listitem').nth(0)).toContainText(`${NS}/crew-`)
  await expect(dialog.getByRole('listitem').nth(1)).toContainText(`${NS}/crew-`)
  await expect(dialog.getByRole('listitem').nth(2)).toContainText('stowaway')
  await expect(dialog.getByRole('listitem').filter({ hasText: 'stowaway' })).toContainText('nothing makes it anew')
  const start = dialog.getByRole('button', { name: /^Drain: evict \d+ pods$/ })
  await expect(start).toBeDisabled()
  await dialog.getByRole('checkbox', { name: /that nothing makes anew/ }).check()
  await start.click()
  await expect(crew.first()).toContainText('held by a budget')
  await expect(dialog.getByRole('listitem').filter({ hasText: 'stowaway' })).toContainText('gone')
  // It goes on without its dialog, and shows in the status bar.
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(inspector.statusBar).toContainText(/Drain: Node .*: \d+ of \d+/)
  allowed = true
  await inspector.palette('drain')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /drain/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('status')).toContainText('Drained.', { timeout: 60_000 })
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialog).toHaveCount(0)
  await page.keyboard.press('c')
  await expect(dialog.getByRole('heading', { name: `Uncordon: Node ${node}` })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  refusals(faults, 429)
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { makeNamespace } from '../fixtures/session.ts'
import { available, deployment, removeNamespace } from '../fixtures/workloads.ts'

const NS = 'rollouts'
const APPS = `/apis/apps/v1/namespaces/${NS}`

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('another image, and back to the revision before, from the menu of the details', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, deployment('hull', 1))
  await available(server, NS, 'hull', 1)
  await inspector.open(`deployments.apps/${NS}/hull`)
  const { dialog, details } = inspector
  const pick = async (name: string): Promise<void> => {
    await details.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name, exact: false }).click()
  }
  await pick('Set image')
  await dialog.getByRole('textbox', { name: 'main' }).fill('registry.example/web:2')
  await expect(dialog.locator('.diff-line.added')).toHaveText([/image: registry.example\/web:2/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await available(server, NS, 'hull', 1)
  await pick('Roll back')
  // Pods come and go while one chooses: the object is another version, and its template the same.
  await expect(dialog.getByRole('radio')).toHaveCount(1)
  await server.api.merge(`${APPS}/deployments/hull`, { metadata: { annotations: { seen: 'meanwhile' } } })
  await dialog.getByRole('radio', { name: /^1 registry.example\/web:1/ }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/image: registry.example\/web:1/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const { spec } = (await server.api.get(`${APPS}/deployments/hull`)) as {
    spec?: { template?: { spec?: { containers?: { image: string }[] } } }
  }
  expect(spec?.template?.spec?.containers?.[0]?.image).toBe('registry.example/web:1')
  expect(JSON.stringify(spec?.template)).not.toContain('pod-template-hash')
})

test('restart of several from the menu of a row: one that is paused is left alone, each has its own end', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  for (const name of ['oar-a', 'oar-b', 'oar-c']) await server.api.create(`${APPS}/deployments`, deployment(name, 0))
  await server.api.merge(`${APPS}/deployments/oar-b`, { spec: { paused: true } })
  await inspector.open(`deployments.apps?ns=${NS}&q=oar`)
  for (const name of ['oar-a', 'oar-b', 'oar-c']) await inspector.row(new RegExp(name)).getByRole('checkbox').click()
  await inspector.row(/oar-b/).click({ button: 'right' })
  await expect(page.getByRole('menu')).toContainText('3 selected')
  // One revision of one object is no matter of three.
  await expect(page.getByRole('menuitem', { name: 'Roll back' })).toHaveCount(0)
  await page.getByRole('menuitem', { name: /^Restart/ }).click()
  const { dialog } = inspector
  const objects = dialog.getByRole('list', { name: 'Objects' })
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-b' })).toContainText('It is paused')
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-a' })).toContainText('would be changed')
  // Gone before the press: its error is told beside the other's end.
  await dialog.getByRole('button', { name: 'Apply to 2' }).isEnabled()
  await server.api.remove(`${APPS}/deployments/oar-c`)
  await dialog.getByRole('button', { name: 'Apply to 2' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed, 1 failed:')
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-c' })).toContainText('deployments.apps "oar-c" not found')
  const annotated = JSON.stringify(await server.api.get(`${APPS}/deployments/oar-a`))
  expect(annotated).toContain('kubectl.kubernetes.io/restartedAt')
  expect(JSON.stringify(await server.api.get(`${APPS}/deployments/oar-b`))).not.toContain('restartedAt')
  refusals(faults, 404)
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { makeNamespace } from '../fixtures/session.ts'
import { available, deployment, removeNamespace } from '../fixtures/workloads.ts'

const NS = 'scales'
const APPS = `/apis/apps/v1/namespaces/${NS}`

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('scale by a key: what is sent, what changes, who held it; then applied and taken back', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, deployment('sails', 2))
  await available(server, NS, 'sails', 2)
  // As an autoscaler would have it.
  await server.api.send('PATCH', `${APPS}/deployments/sails/scale?fieldManager=autoscaler`, {
    type: 'application/merge-patch+json',
    body: { spec: { replicas: 1 } },
  })
  await inspector.open(`deployments.apps?ns=${NS}`)
  await expect(inspector.row(/sails/)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('s')
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'Scale: Deployment sails' })).toBeVisible()
  const replicas = dialog.getByRole('textbox', { name: 'Replicas' })
  await expect(replicas).toBeFocused()
  await expect(replicas).toHaveValue('1')
  await replicas.fill('2.5')
  await expect(dialog).toContainText('A whole number from 0 to')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await replicas.fill('3')
  await expect(dialog).not.toContainText('A whole number from 0 to')
  const change = dialog.getByRole('region', { name: 'What changes' })
  await expect(change.locator('.diff-line.removed')).toHaveText(/replicas: 1/)
  await expect(change.locator('.diff-line.added')).toHaveText(/replicas: 3/)
  await expect(dialog.getByRole('list', { name: 'Fields that others have set' })).toContainText(
    /spec\.replicas was set by autoscaler \(Update scale\).*It may set it back/,
  )
  await dialog.getByText('What is sent').click()
  await expect(dialog).toContainText(`PATCH ${APPS}/deployments/sails/scale?fieldManager=binnacle`)
  // Nothing has happened yet.
  expect((await server.api.get(`${APPS}/deployments/sails`)).spec?.replicas).toBe(1)
  await page.keyboard.press('Control+Enter')
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const scaled = await server.api.get(`${APPS}/deployments/sails`)
  expect(scaled.spec?.replicas).toBe(3)
  expect(scaled.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'binnacle', subresource: 'scale' }))
  await page.keyboard.press('Escape')
  await inspector.statusBar.getByRole('button', { name: 'Undo Scale: Deployment sails' }).click()
  await expect(change.locator('.diff-line.added')).toHaveText(/replicas: 1/)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${APPS}/deployments/sails`)).spec?.replicas).toBe(1)
})

test('who sets a number of replicas back is told before it is sent', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, { ...deployment('spars', 2) })
  await available(server, NS, 'spars', 2)
  await server.api.create(`/apis/autoscaling/v2/namespaces/${NS}/horizontalpodautoscalers`, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'winds' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'spars' }, minReplicas: 2, maxReplicas: 4 },
  })
  await inspector.open(`deployments.apps/${NS}/spars`)
  await expect(inspector.details).toContainText('Available')
  await page.keyboard.press('s')
  const replicas = inspector.dialog.getByRole('textbox', { name: 'Replicas' })
  const notes = inspector.dialog.getByRole('list', { name: 'Who may set it back' })
  await replicas.fill('9')
  await expect(notes).toContainText('HorizontalPodAutoscaler winds sets it to 4 at once: it allows 2 to 4.')
  await replicas.fill('3')
  await expect(notes).toContainText('winds scales this between 2 and 4')
  await replicas.fill('0')
  await expect(notes).toContainText('winds stands still while there are 0 replicas')
  await page.keyboard.press('Escape')
  const { items } = await server.api.get<{ items: { metadata: { name: string; ownerReferences?: { name: string }[] } }[] }>(
    `${APPS}/replicasets`,
  )
  const own = items.find(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'spars')?.metadata.name ?? ''
  await inspector.open(`replicasets.apps/${NS}/${own}`)
  const related = inspector.details.getByRole('region', { name: 'Related' })
  await expect(related).toContainText('winds')
  // What only other collections tell is told here too: who answers, and that the policy is for somebody.
  await server.api.create(`/api/v1/namespaces/${NS}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'tackle' },
    spec: { selector: { app: 'spars' }, ports: [{ port: 80 }] },
  })
  await server.api.create(`/apis/networking.k8s.io/v1/namespaces/${NS}/networkpolicies`, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'fence' },
    spec: { podSelector: {} },
  })
  await inspector.open(`deployments.apps/${NS}/spars`)
  await expect(related.getByRole('row', { name: /tackle/ })).toContainText('Ready')
  await expect(related.getByRole('row', { name: /fence/ })).toContainText('Selects')
  await inspector.open(`replicasets.apps/${NS}/${own}`)
  await expect(related).toContainText('winds')
  await page.keyboard.press('s')
  await expect(notes).toContainText('Deployment spars made this and may set its own number again: scale that instead.')
})

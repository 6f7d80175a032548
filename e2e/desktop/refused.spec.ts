import { expect, type Locator } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { retype } from '../fixtures/retype.ts'
import { makeNamespace } from '../fixtures/session.ts'
import type { Inspector } from '../pages/inspector.ts'

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
const editor = (inspector: Inspector): Locator => inspector.details.locator('.cm-content')
const review = (inspector: Inspector): Locator => inspector.details.getByRole('button', { name: 'Review and apply…' })

test('a webhook that does not answer, a network that is cut: what is to be done is said, nothing typed is lost, and the same dialog goes on', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await makeNamespace(server, 'hooked')
  const maps = '/api/v1/namespaces/hooked/configmaps'
  await server.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'log' }, data: { wind: 'north' } })
  await server.api.create(WEBHOOKS, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'gone' },
    webhooks: [
      {
        name: 'gone.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 2,
        clientConfig: { service: { namespace: 'hooked', name: 'nobody' } },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'hooked' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['UPDATE'] }],
      },
    ],
  })
  const { dialog } = inspector
  await inspector.open('configmaps/hooked/log?tab=edit')
  await retype(editor(inspector), 'north', 'south')
  // When it takes effect is the server's affair.
  const body = await server.api.get(`${maps}/log`)
  await expect.poll(async () => (await server.api.send('PUT', `${maps}/log?dryRun=All`, { body })).status).toBe(500)
  await review(inspector).click()
  await expect(dialog).toContainText('A webhook of this cluster had to be asked and did not answer')
  await expect(dialog).toContainText('What you typed stays in the editor.')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await server.api.remove(`${WEBHOOKS}/gone`)
  await expect(async () => {
    await dialog.getByRole('button', { name: 'Look again' }).click({ timeout: 1000 })
    await expect(dialog.locator('.diff-line.added')).toHaveText([/wind: south/], { timeout: 2000 })
  }).toPass()

  await page.route('**/clusters/**', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()))
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('0 changed. 1 without an answer: whether it was done is not known.')
  await expect(dialog).toContainText('No answer came')
  await expect(dialog).toContainText('What you typed stays in the editor.')
  await page.unroute('**/clusters/**')
  await dialog.getByRole('button', { name: 'Look again' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${maps}/log`)).data).toEqual({ wind: 'south' })
  refusals(faults, 500)
  expect(faults.every((fault) => fault.includes('net::ERR_FAILED'))).toBe(true)
  faults.length = 0
})

test('what no role would change is not called a missing right: a quota, a pod security level', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await makeNamespace(server, 'tight', { 'pod-security.kubernetes.io/enforce': 'restricted' })
  await server.api.create('/api/v1/namespaces/tight/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'share' },
    spec: { hard: { services: '0' } },
  })
  await inspector.open('pods?ns=tight')
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  await inspector.dialog.locator('.cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    ['apiVersion: v1\nkind: Service\nmetadata: {name: one}\nspec: {ports: [{port: 80}]}\n', '---\n', 'apiVersion: v1\nkind: Pod\n'].join(
      '',
    ) + 'metadata: {name: two}\nspec: {containers: [{name: main, image: x}]}\n',
  )
  const line = (name: RegExp) => inspector.dialog.getByRole('list', { name: 'Objects' }).locator(':scope > li').filter({ hasText: name })
  for (const [name, sentence] of [
    [/Service tight\/one/, 'a ResourceQuota of the namespace leaves no room'],
    [/Pod tight\/two/, 'pod security level does not allow such a pod'],
  ] as const) {
    const summary = line(name).locator('summary').first()
    await expect(summary).toBeVisible()
    if (
      !(await line(name)
        .locator('details')
        .first()
        .getAttribute('open')
        .then((open) => open !== null))
    )
      await summary.click()
    await expect(line(name)).toContainText(sentence)
    await expect(line(name)).not.toContainText('Ask for a role')
  }
  // They are not there yet, and may not be.
  for (const status of [404, 403]) refusals(faults, status)
})

test('a text that cannot be read says which line, and why nothing can be sent', async ({ inspector, server }) => {
  await server.api.create('/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'torn' },
    data: { wind: 'north' },
  })
  await inspector.open('configmaps/default/torn?tab=edit')
  await retype(editor(inspector), 'north', '"north')
  await expect(inspector.details.getByRole('status').filter({ hasText: /Line \d+ cannot be read, so nothing can be sent/ })).toBeVisible()
  await expect(review(inspector)).toBeDisabled()
  await retype(editor(inspector), '"north', 'south')
  await expect(inspector.details.getByText('cannot be read')).toHaveCount(0)
  await expect(review(inspector)).toBeEnabled()
})

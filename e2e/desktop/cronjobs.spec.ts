import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { makeNamespace } from '../fixtures/session.ts'
import { removeNamespace } from '../fixtures/workloads.ts'

const NS = 'crons'

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('a CronJob is run now, suspended and resumed', async ({ inspector, page, server }) => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } }
  await server.api.create(`/apis/batch/v1/namespaces/${NS}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'bell' },
    spec: { schedule: '0 0 29 2 *', jobTemplate: { metadata: { labels: { watch: 'dog' } }, spec: { template } } },
  })
  await inspector.open(`cronjobs.batch/${NS}/bell`)
  await expect(inspector.details).toContainText('0 0 29 2 *')
  // As its controller reckons it, which is the server's own.
  await expect(inspector.details).toContainText(/Next run\s*Feb 2[89], 20\d\d, .*in \S+; the schedule is taken as UTC/)
  await page.keyboard.press('t')
  const { dialog } = inspector
  await dialog.getByRole('textbox', { name: 'Name' }).fill('bell-by-hand')
  await expect(dialog.locator('.diff-line.added').filter({ hasText: 'kind: Job' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const job = await server.api.get(`/apis/batch/v1/namespaces/${NS}/jobs/bell-by-hand`)
  expect(job.metadata).toMatchObject({
    labels: { watch: 'dog' },
    annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
    ownerReferences: [{ kind: 'CronJob', name: 'bell', controller: true }],
  })
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  // Its logs are those of its Jobs; one that starts meanwhile is offered, and the log that is read stays what it is.
  await page.keyboard.press('l')
  const lines = inspector.details.getByRole('log').locator('.log-line')
  await expect(lines).toHaveCount(1)
  await page.keyboard.press('t')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('bell-again')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(inspector.details).toContainText('Job bell-again has started since.')
  await expect(lines).toHaveCount(1)
  await inspector.details.getByRole('button', { name: 'Read it too' }).click()
  await expect(lines.filter({ hasText: 'bell-again' }).first()).toBeVisible()
  await expect(lines.filter({ hasText: 'bell-by-hand' }).first()).toBeVisible()
  await inspector.open(`cronjobs.batch/${NS}/bell`)
  await expect(inspector.details).toContainText('0 0 29 2 *')
  // One key for both directions.
  for (const suspended of [true, false]) {
    await expect(dialog).toHaveCount(0)
    await page.keyboard.press('p')
    await expect(dialog.getByRole('heading', { name: suspended ? 'Suspend: CronJob bell' : 'Resume: CronJob bell' })).toBeVisible()
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await expect(dialog.getByRole('status')).toContainText('1 changed.')
    expect((await server.api.get(`/apis/batch/v1/namespaces/${NS}/cronjobs/bell`)).spec?.suspend).toBe(suspended)
    await expect(inspector.details.locator('.details-head')).toContainText(suspended ? 'Suspended' : 'NotScheduledYet')
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { makeNamespace, pod } from '../fixtures/session.ts'
import { until } from '../fixtures/until.ts'

const NS = 'more-acts'
const PODS = `/api/v1/namespaces/${NS}/pods`
const CLAIMS = `/api/v1/namespaces/${NS}/persistentvolumeclaims`

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => server.api.remove(`/api/v1/namespaces/${NS}`))

test('of several pods that are evicted at once a budget keeps one, and each has its own end', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const labels = { app: 'watch' }
  for (const name of ['watch-a', 'watch-b']) await server.api.create(PODS, pod(name, { labels }))
  const budgets = `/apis/policy/v1/namespaces/${NS}/poddisruptionbudgets`
  await server.api.create(budgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'watch' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  })
  await until('one may go', async () => (await server.api.get(`${budgets}/watch`)).status?.disruptionsAllowed === 1)
  await inspector.open(`pods?ns=${NS}&q=watch`)
  await expect(inspector.counts).toContainText('2')
  await page.keyboard.press('Control+a')
  await expect(inspector.counts).toContainText('2 selected')
  await inspector.row(/watch-a/).click({ button: 'right', position: { x: 100, y: 8 } })
  await page.getByRole('menuitem', { name: 'Evict' }).click()
  const { dialog } = inspector
  await dialog.getByRole('button', { name: 'Apply to 2' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed, 1 failed:')
  await expect(dialog.getByRole('listitem').first()).toContainText('Cannot evict pod as it would violate the pod')
  refusals(faults, 429)
  await until('one is left', async () => {
    const { items } = await server.api.get<{ items: { metadata: { deletionTimestamp?: string } }[] }>(PODS)
    return items.filter(({ metadata }) => !metadata.deletionTimestamp).length === 1
  })
})

test('a claim grows where its class allows that; where it does not, or it would shrink, the server’s word comes first', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await server.api.create('/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'elastic' },
    provisioner: 'kubernetes.io/host-path',
    allowVolumeExpansion: true,
  })
  for (const [name, storageClassName] of [
    ['hold', 'elastic'],
    ['locker', 'standard'],
  ]) {
    await server.api.create(CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    await until(`${name} is bound`, async () => (await server.api.get(`${CLAIMS}/${name}`)).status?.phase === 'Bound')
  }
  const { dialog } = inspector
  const size = dialog.getByRole('textbox', { name: 'Size' })
  const expand = async (name: string): Promise<void> => {
    await inspector.open(`persistentvolumeclaims/${NS}/${name}`)
    await expect(inspector.details.locator('.details-head')).toContainText('Bound')
    await page.getByRole('button', { name: 'Actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Expand' }).click()
  }
  await expand('locker')
  await size.fill('2Gi')
  await expect(dialog).toContainText('only dynamically provisioned pvc can be resized')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  refusals(faults, 403)
  await expand('hold')
  await size.fill('two')
  await expect(dialog).toContainText('This is no size')
  await size.fill('1Mi')
  await expect(dialog).toContainText('field can not be less than')
  refusals(faults, 422)
  await size.fill('2Gi')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${CLAIMS}/hold`)).spec).toMatchObject({ resources: { requests: { storage: '2Gi' } } })
  await server.api.remove('/apis/storage.k8s.io/v1/storageclasses/elastic')
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { makeNamespace, pod } from '../fixtures/session.ts'

test('a quota shows what is used of what is granted, what is near the edge, and its scopes', async ({ inspector, page, server }) => {
  await makeNamespace(server, 'rationed')
  const QUOTAS = '/api/v1/namespaces/rationed/resourcequotas'
  const quota = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec })
  await server.api.create(QUOTAS, quota('stores', { hard: { configmaps: '3', pods: '10', services: '0' } }))
  await server.api.create(QUOTAS, quota('watch-below', { hard: { pods: '4' }, scopes: ['BestEffort'] }))
  const MAPS = '/api/v1/namespaces/rationed/configmaps'
  // One is there already: the cluster's root certificate.
  for (const name of ['rum', 'rope']) await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
  await inspector.open('resourcequotas/rationed/stores')
  const use = inspector.details.getByRole('region', { name: 'What is used' })
  await expect(use.getByRole('row').nth(1)).toContainText(/configmaps\s*3 \/ 3\s*0\s*Exhausted · 100 %/)
  await expect(use.getByRole('meter', { name: 'pods' })).toHaveAttribute('aria-valuetext', '0 / 10')
  await expect(use.getByRole('row', { name: /services/ })).toContainText('0 / 0')
  await expect(inspector.details).toContainText('none: it counts all objects of the namespace')
  await server.api.remove(`${MAPS}/rope`)
  await expect(use.getByRole('row').nth(1)).toContainText(/2 \/ 3\s*1\s*WithinLimit/)
  await inspector.open('resourcequotas?ns=rationed&sort=status')
  await expect(inspector.row(/watch-below/)).toContainText('BestEffort')
  await expect(inspector.row(/stores/)).toContainText('configmaps 66 %')
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rope' } })
  // What is at its limit goes up.
  await page.mouse.move(0, 0)
  await expect(inspector.grid.getByRole('row').nth(1)).toContainText(/stores.*Exhausted/)
  await inspector.open('namespaces/_/rationed')
  await expect(inspector.details.getByRole('region', { name: 'ResourceQuota stores' })).toContainText('Exhausted')
  await expect(inspector.details.getByRole('region', { name: 'ResourceQuota watch-below' })).toContainText(/BestEffort.*pods.*0 \/ 4/s)
})

test('a LimitRange shows what each type is given and may ask for', async ({ inspector, server }) => {
  await makeNamespace(server, 'bounded')
  await server.api.create('/api/v1/namespaces/bounded/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'ballast' },
    spec: {
      limits: [
        { type: 'Container', max: { memory: '1Gi' }, default: { memory: '256Mi' }, defaultRequest: { memory: '64Mi' } },
        { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } },
      ],
    },
  })
  await inspector.open('limitranges?ns=bounded')
  await expect(inspector.row(/ballast/)).toContainText('Container, PersistentVolumeClaim')
  await inspector.row(/ballast/).click()
  await expect(inspector.details.getByRole('region', { name: 'Container' }).getByRole('row', { name: /memory/ })).toContainText(
    /1Gi\s*64Mi\s*256Mi/,
  )
  await expect(
    inspector.details.getByRole('region', { name: 'PersistentVolumeClaim' }).getByRole('row', { name: /storage/ }),
  ).toContainText(/1Gi\s*10Gi/)
})

test('pod security: the levels of a namespace, which pods each would refuse, and a change that says so first', async ({
  inspector,
  page,
  server,
}) => {
  await makeNamespace(server, 'guarded', {
    'pod-security.kubernetes.io/warn': 'baseline',
    'pod-security.kubernetes.io/warn-version': 'v1.30',
  })
  const PODS = '/api/v1/namespaces/guarded/pods'
  const hostNetwork = pod('stowaway') as { spec: object }
  await server.api.create(PODS, { ...hostNetwork, spec: { ...hostNetwork.spec, hostNetwork: true } })
  await server.api.create(PODS, pod('passenger'))
  await inspector.open('namespaces/_/guarded')
  const section = inspector.details.getByRole('region', { name: 'Pod security' })
  await expect(section.getByRole('row', { name: /^warn/ })).toContainText(/baseline\s*v1\.30/)
  await expect(section.getByRole('row', { name: /^enforce/ })).toContainText('the cluster’s default')
  await section.getByRole('button', { name: 'What would break?' }).click()
  await expect(section.getByRole('row', { name: /^baseline v1/ })).toContainText(/violates it\s*stowaway\s*host namespaces/)
  await expect(section.getByRole('row', { name: /^baseline v1/ })).not.toContainText('passenger')
  const restricted = section.getByRole('row', { name: /^restricted v1/ })
  await expect(restricted).toContainText(/passenger\s*allowPrivilegeEscalation != false/)
  await expect(restricted.getByRole('link', { name: 'stowaway' })).toBeVisible()
  // It asked, and changed nothing.
  await expect(section.getByRole('row', { name: /^enforce/ })).toContainText('the cluster’s default')

  await inspector.details.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Pod security' }).click()
  await inspector.dialog.getByRole('combobox', { name: 'enforce: Level' }).selectOption('baseline')
  await expect(inspector.dialog).toContainText('stowaway: host namespaces')
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(section.getByRole('row', { name: /^enforce/ })).toContainText(/baseline\s*latest/)
  await page.keyboard.press('Escape')
  // The level in force is asked for too: what was there before it may still violate it.
  await section.getByRole('button', { name: 'What would break?' }).click()
  await expect(section.getByRole('row', { name: /^baseline v1/ })).toContainText('stowaway')
  await inspector.open('namespaces')
  await expect(inspector.row(/guarded/)).toContainText('baseline')
  for (const name of ['stowaway', 'passenger']) await server.api.remove(`${PODS}/${name}?gracePeriodSeconds=0`)
})

test('of a namespace that is not there the window says so, and makes it', async ({ inspector, page, server, faults }) => {
  await inspector.open('configmaps?ns=adrift')
  const list = page.getByRole('region', { name: 'ConfigMap' })
  await expect(list).toContainText('There is no namespace adrift in this cluster')
  await expect(list).not.toContainText('kubectl')
  await inspector.open('?ns=adrift')
  await expect(page.getByRole('status').filter({ hasText: 'There is no namespace adrift' })).toBeVisible()
  await page.getByRole('button', { name: 'Create the namespace adrift' }).click()
  await inspector.dialog.getByRole('button', { name: 'Apply to 1' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(page.getByText('There is no namespace adrift')).toHaveCount(0)
  expect((await server.api.send('GET', '/api/v1/namespaces/adrift')).status).toBe(200)
  // The plan asks for what is to be made, and finds nothing.
  refusals(faults, 404)
  // Of several the ones that are there count.
  await inspector.open('secrets?ns=adrift,nowhere')
  await expect(page.getByRole('region', { name: 'Secret' })).toContainText('No Secret in adrift, nowhere')
})

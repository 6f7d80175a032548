import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { available } from '../fixtures/workloads.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const PODS = '/api/v1/namespaces/default/pods'

/** Pods of a deployment that asks for `cpu` each. */
const deployment = (name: string, replicas: number, image: string, cpu = '10m') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image, resources: { requests: { cpu } } }] },
    },
  },
})

test.beforeAll(async ({ server }) => {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
})

test('a deployment: its rollout is seen, one follows it to a pod, up the owners and back', async ({ inspector, page, server }) => {
  await server.api.create(DEPLOYMENTS, deployment('storefront', 2, 'registry.example/shop:1'))
  await available(server, 'default', 'storefront', 2)
  await inspector.open('deployments.apps/default/storefront')
  const { details } = inspector
  const figures = details.locator('.rollout-figures')
  await expect(figures).toHaveText(/Desired\s*2\s*Updated\s*2\s*Ready\s*2\s*Available\s*2/)
  await expect(details).toContainText('registry.example/shop:1')
  const sets = details.getByRole('region', { name: 'ReplicaSets' })
  const pods = details.getByRole('region', { name: 'Pods' })
  await expect(sets.getByRole('link')).toHaveCount(1)
  await expect(pods.getByRole('link')).toHaveCount(2)

  // Another template: a second ReplicaSet and revision, live, the newest first.
  const { spec } = deployment('storefront', 3, 'registry.example/shop:2')
  await server.api.merge(`${DEPLOYMENTS}/storefront`, { spec })
  await expect(sets.getByRole('row').nth(1)).toContainText(/^storefront-\S+?2/)
  await expect(sets.getByRole('link')).toHaveCount(2)
  await expect(figures).toHaveText(/Desired\s*3\s*Updated\s*3\s*Ready\s*3\s*Available\s*3/)
  await expect(pods.getByRole('row', { name: /Running/ })).toHaveCount(3)
  // The old ones are gone.
  await expect(pods.getByRole('link')).toHaveCount(3)

  const pod = pods.getByRole('link').first()
  const name = (await pod.textContent()) ?? ''
  await pod.click()
  await expect(page).toHaveURL(new RegExp(`/pods/default/${name}`))
  await expect(details).toContainText('registry.example/shop:2')
  await details.getByRole('link', { name: 'storefront', exact: true }).click()
  await expect(figures).toContainText('Available')
  await page.goBack()
  await expect(page).toHaveURL(new RegExp(`/pods/default/${name}`))
  await page.goBack()
  await expect(figures).toContainText('Available')
})

test('the claims of a stateful set, also those that it left when it became smaller', async ({ inspector, server }) => {
  const sets = '/apis/apps/v1/namespaces/default/statefulsets'
  const labels = { app: 'archive' }
  await server.api.create(sets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'archive' },
    spec: {
      replicas: 2,
      serviceName: 'archive',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'x' }] } },
      volumeClaimTemplates: [
        { metadata: { name: 'shelf' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
    },
  })
  await inspector.open('statefulsets.apps/default/archive')
  const claims = inspector.details.getByRole('region', { name: 'Volume claims' })
  await expect(claims.getByRole('link')).toHaveText(['shelf-archive-0', 'shelf-archive-1'])
  await expect(claims).toContainText('1Gi')
  await server.api.send('PATCH', `${sets}/archive/scale`, { type: 'application/merge-patch+json', body: { spec: { replicas: 1 } } })
  await expect(inspector.details.getByRole('region', { name: 'Pods' }).getByRole('link')).toHaveText(['archive-0'])
  await expect(claims.getByRole('link')).toHaveText(['shelf-archive-0', 'shelf-archive-1'])
  await server.api.remove(`${sets}/archive`)
})

test('0/2 does not look like 2/2: another word, why, and first when sorted by status', async ({ inspector, server }) => {
  await server.api.create(DEPLOYMENTS, deployment('aground', 2, 'registry.example/shop:1', '100000'))
  await server.api.create(DEPLOYMENTS, deployment('afloat', 2, 'registry.example/shop:1'))
  await available(server, 'default', 'afloat', 2)
  using pods = await server.api.watch(PODS, { labelSelector: 'app=aground' })
  await pods.until('no place', ({ object }) => JSON.stringify(object.status ?? {}).includes('Unschedulable'))
  await inspector.open('deployments.apps?sort=status')
  await expect(inspector.row(/afloat/)).toContainText('Available')
  await expect(inspector.row(/aground/)).not.toContainText('Available')
  await expect(inspector.grid.getByRole('row').nth(1)).toContainText('aground')
  await inspector.row(/aground/).click()
  await expect(inspector.details.locator('.rollout-figures')).toHaveText(/Desired\s*2.*Ready\s*0/)
  await expect(inspector.details.getByRole('region', { name: 'Pods' })).toContainText(/insufficient cpu/i)
})

test.describe('with little room', () => {
  test.use({ viewport: { width: 1280, height: 800 } })

  test('a name is cut in its middle: its end, which tells it from its neighbours, is seen', async ({ inspector, server }) => {
    const name = 'a-name-that-is-far-too-long-for-the-room-it-has'
    await server.api.create(DEPLOYMENTS, deployment(`${name}-one`, 1, 'registry.example/shop:1'))
    await server.api.create(DEPLOYMENTS, deployment(`${name}-two`, 0, 'registry.example/shop:1'))
    await inspector.open(`deployments.apps/default/${name}-one`)
    for (const end of ['one', 'two']) {
      const cell = inspector.row(`${name}-${end}`).getByRole('gridcell', { name: `${name}-${end}`, exact: true })
      const box = await cell.boundingBox()
      const tail = await cell.getByText(new RegExp(`-${end}$`)).boundingBox()
      expect(tail && box && tail.x + tail.width <= box.x + box.width, end).toBe(true)
      expect(await cell.textContent()).toBe(`${name}-${end}`)
    }
    await expect(inspector.details.getByRole('heading', { level: 2 })).toHaveAccessibleName(`${name}-one`)
  })
})

test('the logs of all pods of a deployment in one: each line with its pod, a pod that joins is read, the filter searches what is shown', async ({
  inspector,
  server,
}) => {
  await server.api.create(DEPLOYMENTS, deployment('choir', 2, 'registry.example/choir:1'))
  await available(server, 'default', 'choir', 2)
  await inspector.open('deployments.apps/default/choir?tab=logs')
  const { details } = inspector
  const lines = details.getByRole('log').locator('.log-line')
  const voices = async (): Promise<number> => new Set(await lines.locator('.log-source').allInnerTexts()).size
  await expect(lines.first()).toBeVisible()
  await expect.poll(voices).toBe(2)
  await expect(details.getByTestId('log-pods')).toHaveText('2 pods')
  const { items } = await server.api.get<{ items: { metadata: { name: string } }[] }>(`${PODS}?labelSelector=app%3Dchoir`)
  await expect(lines.locator('.log-source').first()).toHaveAttribute(
    'title',
    new RegExp(items.map(({ metadata }) => metadata.name).join('|')),
  )
  await server.api.merge(`${DEPLOYMENTS}/choir`, { spec: { replicas: 3 } })
  await expect.poll(voices).toBe(3)
  // Timestamps are off: nobody sees them, and they are not found.
  const filter = details.getByRole('textbox', { name: 'Filter by regular expression' })
  await filter.fill('T\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z')
  await expect(details.getByRole('log')).toContainText('No line matches.')
  await filter.fill('')
  // Follow only keeps the newest in sight: what was read stays.
  const counts = details.getByRole('status').filter({ hasText: /lines?$/ })
  const before = Number((await counts.innerText()).replace(/\D/g, ''))
  await details.getByRole('button', { name: 'Follow' }).click()
  expect(Number((await counts.innerText()).replace(/\D/g, ''))).toBeGreaterThanOrEqual(before)
  await details.getByRole('button', { name: 'Keep in the dock' }).click()
  const dock = inspector.page.getByRole('region', { name: 'Dock' })
  await expect(dock.getByRole('tab', { name: 'choir' })).toBeVisible()
  await expect(dock.locator('.log-source').first()).toBeVisible()
})

test('the revisions of a deployment, and what each has changed', async ({ inspector, server }) => {
  await server.api.create(DEPLOYMENTS, deployment('drafts', 0, 'registry.example/drafts:1'))
  const images = ['registry.example/drafts:2', 'registry.example/drafts:3']
  for (const [index, image] of images.entries()) {
    await server.api.send('PATCH', `${DEPLOYMENTS}/drafts`, {
      type: 'application/strategic-merge-patch+json',
      body: { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } },
    })
    using watch = await server.api.watch(DEPLOYMENTS)
    await watch.until('its revision', ({ object }) => {
      const annotations = object.metadata.annotations as Record<string, string> | undefined
      return object.metadata.name === 'drafts' && annotations?.['deployment.kubernetes.io/revision'] === String(index + 2)
    })
  }
  await inspector.open('deployments.apps/default/drafts?tab=revisions')
  const { details } = inspector
  await expect(details.locator('summary')).toContainText(['Revision 3', 'Revision 2', 'Revision 1'])
  await expect(details.locator('details[open] .diff-line.removed')).toHaveText([/drafts:2/])
  await expect(details.locator('details[open] .diff-line.added')).toHaveText([/drafts:3/])
  await details.getByRole('combobox', { name: 'Compared with' }).selectOption('now')
  await details.locator('summary').filter({ hasText: 'Revision 1' }).click()
  await expect(details.locator('details[open] .diff-line.removed')).toHaveText([/drafts:1/])
  await expect(details.locator('details[open] .diff-line.added')).toHaveText([/drafts:3/])
})

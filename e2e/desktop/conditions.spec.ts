import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { logCluster, type StubPod } from '../fixtures/log-cluster.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const group = 'shipyard.example'

test('conditions of a custom kind that are no list are shown as what they are, and so is a field of that name elsewhere', async ({
  inspector,
  server,
}) => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `hulls.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'hulls', kind: 'Hull' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const hull = (name: string, conditions: unknown): object => ({
    apiVersion: `${group}/v1`,
    kind: 'Hull',
    metadata: { name },
    spec: { conditions: ['dry', 'painted'] },
    status: { conditions },
  })
  const hulls: [name: string, conditions: unknown][] = [
    ['mapped', { Ready: 'False', reason: 'no keel' }],
    ['worded', 'leaks'],
    ['mixed', ['leaks', { type: 'Afloat', status: 'False' }]],
    ['listed', [{ type: 'Afloat', status: 'False', reason: 'NoKeel', message: 'it has no keel' }]],
  ]
  for (const [name, conditions] of hulls)
    await expect
      .poll(() =>
        server.api.create(`/apis/${group}/v1/namespaces/default/hulls`, hull(name, conditions)).then(
          () => 'made',
          () => 'not served yet',
        ),
      )
      .toBe('made')
  const section = (name: string) => inspector.details.getByRole('region', { name, exact: true })
  await inspector.open(`hulls.${group}/default/mapped`)
  await expect(section('Status')).toHaveText(/conditions\s*Ready\s*False\s*reason\s*no keel/)
  await expect(section('Spec')).toContainText('dry, painted')
  await inspector.open(`hulls.${group}/default/worded`)
  await expect(section('Status')).toContainText('leaks')
  await inspector.open(`hulls.${group}/default/mixed`)
  await expect(section('Status')).toContainText('Afloat')
  await inspector.open(`hulls.${group}/default/listed`)
  await expect(section('Conditions').getByRole('row', { name: /Afloat/ })).toContainText('it has no keel')
  await expect(section('Status')).toHaveCount(0)
})

test('a Job that has failed says why once, and long names of conditions leave room for what they say', async ({
  inspector,
  page,
  server,
}) => {
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  const container = { name: 'main', image: 'registry.example/x:1', command: ['sh', '-c', 'exit 7'] }
  await server.api.create(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'aground' },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  })
  await inspector.open('jobs.batch/default/aground')
  await expect(inspector.details.getByRole('row', { name: /^FailureTarget/ })).toBeVisible()
  await expect(inspector.details.getByRole('row', { name: /^Failed/ })).toBeVisible()
  await expect(inspector.details.locator('.why')).toHaveText([/^BackoffLimitExceeded/])
  await server.api.remove(`${jobs}/aground?propagationPolicy=Background`)
  // Its controller says in five conditions what it has done, of names up to 40 characters.
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ebb' } })
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', finalizers: ['example.com/never'] } }
  await server.api.create('/api/v1/namespaces/ebb/configmaps', map)
  await server.api.remove('/api/v1/namespaces/ebb')
  await page.setViewportSize({ width: 1280, height: 800 })
  await inspector.open('namespaces/_/ebb')
  const row = inspector.details.getByRole('row', { name: /NamespaceFinalizersRemaining/ })
  await expect(row).toContainText('example.com/never')
  const body = inspector.details.getByRole('tabpanel')
  expect(await body.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
  await inspector.open('configmaps/ebb/kept')
  await expect(inspector.details).toContainText('example.com/never It goes once whoever set these has removed them.')
  await server.api.merge('/api/v1/namespaces/ebb/configmaps/kept', { metadata: { finalizers: null } })
})

test('what was deleted long ago and is still there needs a look, with who holds it', async ({ browser }) => {
  const pod = (name: string, deletionTimestamp: string, finalizers: string[]): StubPod => ({
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '5',
      creationTimestamp: '2026-01-02T00:00:00Z',
      deletionTimestamp,
      finalizers,
    },
    spec: { nodeName: 'n', containers: [{ name: 'app', image: 'x' }] },
    status: { phase: 'Running' },
  })
  const pods = [pod('stuck', '2026-01-02T03:04:05Z', ['example.com/never']), pod('leaving', '2999-01-01T00:00:00Z', [])]
  await using cluster = await logCluster(pods, () => '')
  using dir = scratch()
  writeKubeconfig(join(dir.path, 'config'), { one: { cluster: { server: cluster.url } } })
  await using server = await startServer({ gateway: true, env: { KUBECONFIG: join(dir.path, 'config') } })
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const inspector = new Inspector(await context.newPage(), 'one')
  await inspector.open('')
  const card = inspector.page.getByRole('region', { name: 'Needs a look' })
  const stuck = card.getByRole('listitem').filter({ hasText: 'shop/stuck' })
  await expect(stuck).toContainText('Terminating')
  await expect(stuck).toContainText('example.com/never')
  await expect(stuck).toContainText('It was deleted and is still there')
  await expect(card.getByRole('listitem')).toHaveCount(1)
  await inspector.open('pods?q=status:terminating')
  await expect(inspector.row(/stuck/).locator('.list-td.tone-warn')).toHaveText(/Terminating/)
  await expect(inspector.row(/leaving/).locator('.list-td.tone-busy')).toHaveText(/Terminating/)
  await context.close()
})

import { join } from 'node:path'
import { expect, type Locator } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { logCluster, type StubPod } from '../fixtures/log-cluster.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const owner = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-5f', uid: 'r', controller: true }] }
const crashing = (name: string, at: string): StubPod => ({
  metadata: {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    resourceVersion: '5',
    creationTimestamp: at,
    labels: { 'pod-template-hash': '5f' },
    ...owner,
  },
  spec: { containers: [{ name: 'app', image: 'x' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off restarting failed container=app pod=${name}_shop` } },
        lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      },
    ],
  },
})
const waiting: StubPod = {
  metadata: { name: 'lone', namespace: 'shop', uid: 'lone', resourceVersion: '5', creationTimestamp: '2026-01-02T00:00:00Z' },
  spec: { containers: [{ name: 'app', image: 'x' }] },
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }],
  },
}

const problems = (inspector: Inspector): Locator => inspector.page.getByRole('region', { name: 'Needs a look' })

test('home tells each cause once, by its owner, with the last words of the newest pod; a muted one comes back with another reason', async ({
  browser,
}) => {
  const pods = ['a', 'b', 'c'].map((name, n) => crashing(`checkout-5f-${name}`, `2026-01-02T0${n}:00:00Z`))
  await using cluster = await logCluster([...pods, waiting], ({ pod, previous }) => (previous ? `panic: ${pod} ran aground\n` : ''))
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { one: { cluster: { server: cluster.url } }, two: { cluster: { server: cluster.url } } })
  await using server = await startServer({ gateway: true, env: { KUBECONFIG: file } })
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const inspector = new Inspector(await context.newPage(), 'one')
  await inspector.open('')
  const card = problems(inspector)
  const checkout = card.getByRole('listitem').filter({ hasText: 'shop/checkout' })
  await expect(checkout).toHaveCount(1)
  await expect(checkout).toContainText(/CrashLoopBackOff\s*Deployment shop\/checkout\s*3 pods failing/)
  await expect(checkout).toContainText(/app · exit code 3 · ×3 · 4 restarts\s*Logs/)
  await expect(checkout.locator('.last-lines')).toHaveText('panic: checkout-5f-c ran aground')
  await expect(checkout.getByRole('link', { name: 'Logs' })).toHaveAttribute('href', /pods\/shop\/checkout-5f-c\?tab=logs$/)
  const lone = card.getByRole('listitem').filter({ hasText: 'shop/lone' })
  await expect(lone).toContainText(/Unschedulable\s*Pod shop\/lone/)
  await expect(lone).toContainText('0/3 nodes are available')
  for (const width of [800, 1280]) {
    await inspector.page.setViewportSize({ width, height: 600 })
    await expect(checkout.getByText('3 pods failing'), `${width}`).toBeVisible()
  }
  const noNodes = inspector.page.getByRole('region', { name: 'Nodes' })
  await expect(noNodes).toContainText('No node has registered yet')
  await expect(noNodes).not.toContainText('0 of 0')
  await checkout.getByRole('button', { name: /^Mute/ }).click()
  await expect(checkout).toHaveCount(0)
  await card.getByRole('button', { name: '1 is muted' }).click()
  await expect(checkout.getByRole('button', { name: /^Show it again/ })).toBeVisible()
  await inspector.page.reload()
  await expect(lone).toBeVisible()
  await expect(checkout).toHaveCount(0)
  const [pod] = pods
  if (!pod) throw new Error('there is no pod')
  const status = pod.status as { containerStatuses: { state: object }[] }
  for (const each of status.containerStatuses) each.state = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } }
  cluster.changed(pod)
  await expect(checkout).toContainText('ImagePullBackOff')

  // The same cluster by two names: each is connected to once it is chosen, and not before.
  await inspector.open('clusters')
  await expect(inspector.page.getByRole('region', { name: 'one' })).toContainText('4 pods')
  await expect(inspector.page.getByRole('region', { name: 'one' })).toContainText('No node has registered')
  await expect(inspector.page.getByRole('region', { name: 'two' })).toHaveCount(0)
  await inspector.page.getByRole('checkbox', { name: 'two' }).check()
  const two = inspector.page.getByRole('region', { name: 'two' })
  await expect(two).toContainText('Live')
  await expect(two.getByRole('listitem').filter({ hasText: 'shop/checkout' })).toContainText('×3')
  await two.getByRole('link', { name: 'two' }).click()
  await expect(inspector.page).toHaveURL(/\/c\/two$/)
  await context.close()
})

test('every kind that says it is not well stands on home, custom ones too', async ({ inspector, server }) => {
  const group = 'harbour.example'
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const columns = [{ name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' }]
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `cranes.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'cranes', kind: 'Crane' },
      versions: [{ name: 'v1', served: true, storage: true, schema, additionalPrinterColumns: columns }],
    },
  })
  await expect
    .poll(() =>
      server.api
        .create(`/apis/${group}/v1/namespaces/default/cranes`, {
          apiVersion: `${group}/v1`,
          kind: 'Crane',
          metadata: { name: 'gantry' },
          status: { conditions: [{ type: 'Ready', status: 'False' }] },
        })
        .then(
          () => 'made',
          () => 'not served yet',
        ),
    )
    .toBe('made')
  await inspector.open('')
  const crane = problems(inspector).getByRole('listitem').filter({ hasText: 'Crane default/gantry' })
  await expect(crane).toBeVisible()
  await crane.getByRole('link', { name: 'default/gantry' }).click()
  await expect(inspector.page).toHaveURL(/cranes\.harbour\.example\/default\/gantry/)
})

import { type Browser, expect } from '@playwright/test'
import { parse } from 'yaml'
import { test } from '../fixtures/desktop.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { pod, redeem } from '../fixtures/session.ts'
import { until } from '../fixtures/until.ts'
import { Inspector } from '../pages/inspector.ts'

const PODS = '/api/v1/namespaces/default/pods'
const template = (app: string): object => ({
  metadata: { labels: { app } },
  spec: {
    containers: [{ name: 'main', image: 'registry.example/main:1', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
  },
})
const workload = (kind: string, name: string, spec: object, apiVersion = 'apps/v1'): object => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
})

async function running(server: Server, labelSelector: string, count: number, namespace = 'default'): Promise<void> {
  using pods = await server.api.watch(`/api/v1/namespaces/${namespace}/pods`, { labelSelector })
  const up = new Set<string>()
  await pods.until(`${count} running pods`, ({ object }) => {
    if (object.status?.phase === 'Running') up.add(object.metadata.name)
    return up.size >= count
  })
}

/** A deployment of the default namespace, with its pods running. */
async function deploy(server: Server, name: string, replicas: number): Promise<void> {
  const spec = { replicas, selector: { matchLabels: { app: name } }, template: template(name) }
  await server.api.create('/apis/apps/v1/namespaces/default/deployments', workload('Deployment', name, spec))
  await running(server, `app=${name}`, replicas)
}

/** A window on a server of the test's own. */
async function windowOf(browser: Browser, server: Server): Promise<Inspector> {
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  return new Inspector(await context.newPage())
}

test.beforeAll(async ({ server }) => {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
})

// The files that come later share the server, and count its pods.
test.afterAll(async ({ server }) => {
  for (const made of ['apps/v1/namespaces/default/deployments', 'policy/v1/namespaces/default/poddisruptionbudgets'])
    await server.api.remove(`/apis/${made}`)
  await until('the replica sets are gone', () => isEmpty(server, '/apis/apps/v1/namespaces/default/replicasets'))
  await server.api.remove(`${PODS}?gracePeriodSeconds=0`)
  await until('the pods are gone', () => isEmpty(server, PODS))
})

async function isEmpty(server: Server, path: string): Promise<boolean> {
  const { items } = await server.api.get<{ items: unknown[] }>(path)
  return items.length === 0
}

test('a node’s meters are about the whole node whatever namespace is looked at, say what they are, and are those of its own page', async ({
  inspector,
  page,
  server,
  node,
}) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } })
  await deploy(server, 'whole', 3)
  await inspector.open('')
  const card = page.getByRole('region', { name: 'Nodes' })
  const meters = ['CPU requested', 'Memory requested', 'Pods', 'CPU used', 'Memory used']
  const read = (): Promise<(string | null)[]> =>
    Promise.all(meters.slice(0, 3).map((name) => card.getByRole('meter', { name, exact: true }).getAttribute('aria-valuetext')))
  await expect(card.getByRole('meter', { name: 'Pods', exact: true })).toHaveAttribute('aria-valuetext', /^3 \/ /)
  await expect(card.getByRole('meter', { name: 'CPU requested' })).toHaveAttribute('aria-valuetext', /^300m \/ \d/)
  await expect(card.getByRole('meter', { name: 'Memory requested' })).toHaveAttribute('aria-valuetext', /^192 MiB \/ /)
  // The kubelet knows a rate once it has looked twice.
  await expect(card.getByRole('meter', { name: 'CPU used' })).toHaveAttribute('aria-valuetext', /^[\d.,]+m? \/ \d/, { timeout: 60_000 })
  await expect(card.getByRole('meter', { name: 'Memory used' })).toHaveAttribute('aria-valuetext', /^[\d.,]+ [GM]iB \/ /)
  const whole = await read()
  await inspector.open('?ns=elsewhere')
  await expect(page.getByRole('region', { name: 'Pods by phase' })).toContainText('No pods yet')
  await expect(card).toContainText('pods of all namespaces are counted')
  await expect.poll(read).toEqual(whole)
  await inspector.open(`nodes/_/${node}`)
  for (const name of meters) await expect(inspector.details.getByRole('meter', { name, exact: true })).toBeVisible()
  for (const [at, name] of meters.slice(0, 3).entries())
    await expect(inspector.details.getByRole('meter', { name, exact: true })).toHaveAttribute('aria-valuetext', whole[at] ?? '')
})

test('what a pod and its node use is a line once there are two readings, and a gap is no zero', async ({
  inspector,
  page,
  server,
  node,
}) => {
  const PODS = '/api/v1/namespaces/default/pods'
  using pods = await server.api.watch(PODS)
  await server.api.create(PODS, {
    metadata: { name: 'sounding' },
    spec: { containers: [{ name: 'main', image: 'registry.example/depth:1' }] },
  })
  await pods.until('the pod', ({ object }) => object.metadata.name === 'sounding' && object.status?.phase === 'Running')
  let readings = 0
  await page.route('**/proxy/stats/summary*', (route) => {
    const cpu = { usageNanoCores: ++readings * 100_000_000 }
    const memory = { workingSetBytes: readings * 2 ** 20 }
    return route.fulfill({
      json: { node: { cpu, memory }, pods: [{ podRef: { name: 'sounding', namespace: 'default' }, cpu, memory: {} }] },
    })
  })
  await inspector.open('pods/default/sounding')
  const usage = inspector.details.locator('section', { hasText: 'CPU used' })
  await expect(usage).toContainText(/CPU used\s*100m/)
  await expect(usage.locator('polyline')).toHaveCount(0)
  await expect(usage.locator('polyline')).toHaveCount(1, { timeout: 60_000 })
  await expect(usage.getByRole('img', { name: /^from 100m to [2-9]00m$/ })).toBeVisible()
  await expect(usage).toContainText(/Memory used\s*not known/)
  await inspector.open(`nodes/_/${node}`)
  await expect(inspector.details.locator('.usage-course')).toContainText(/Memory used\s*\d+\.0 MiB/)
})

test('usage that is not known is not zero', async ({ inspector, page }) => {
  await page.route('**/proxy/stats/summary**', (route) =>
    route.fulfill({ status: 200, json: { node: { memory: { workingSetBytes: 1048576 } } } }),
  )
  await inspector.open('')
  const card = page.getByRole('region', { name: 'Nodes' })
  await expect(card.getByRole('meter', { name: 'Memory used' })).toHaveAttribute('aria-valuetext', /^1\.0 MiB \/ /)
  await expect(card.locator('.meter', { hasText: 'CPU used' })).toContainText('not known')
  await expect(card.getByRole('meter', { name: 'CPU used' })).toHaveCount(0)
})

test('kinds that nothing works on say so, and show nothing green', async ({ browser }) => {
  await using server = await startServer({
    loops: true,
    gateway: true,
    flags: ['--controllers', 'namespace-controller,deployment-controller'],
  })
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  await server.api.create(
    jobs,
    workload(
      'Job',
      'count',
      { completions: 2, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'm', image: 'x' }] } } },
      'batch/v1',
    ),
  )
  await server.api.create(
    '/apis/apps/v1/namespaces/default/statefulsets',
    workload('StatefulSet', 'db', { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db') }),
  )
  // Its status is from a time when somebody looked.
  await server.api.send('PATCH', '/apis/apps/v1/namespaces/default/statefulsets/db/status', {
    type: 'application/merge-patch+json',
    body: { status: { observedGeneration: 1, replicas: 3, readyReplicas: 3 } },
  })
  const inspector = await windowOf(browser, server)
  const { page } = inspector
  await inspector.open('jobs.batch')
  const note = page.getByRole('note')
  await expect(note).toHaveText('Nothing in this cluster works on Jobs: the local control plane runs no job-controller.')
  await expect(inspector.row(/count/)).toContainText('NotStarted')
  await expect(inspector.row(/count/)).toContainText('0/2')
  await inspector.row(/count/).click()
  await expect(inspector.details.getByRole('note')).toContainText('runs no job-controller')
  await expect(inspector.details.locator('.details-head')).toContainText('NotStarted')
  await inspector.open('statefulsets.apps')
  await expect(note).toContainText('Nothing in this cluster works on StatefulSets')
  await expect(inspector.row(/db/)).toContainText('Ready')
  await expect(inspector.row(/db/).locator('.tone-muted').first()).toBeVisible()
  await expect(inspector.row(/db/).locator('.tone-ok')).toHaveCount(0)
  await inspector.open('deployments.apps')
  await expect(inspector.grid).toBeVisible()
  await expect(note).toHaveCount(0)
  await inspector.open('')
  const line = page.getByRole('region', { name: 'Needs a look' }).getByRole('note')
  await expect(line).toContainText('1 StatefulSet')
  await line.getByRole('link', { name: '1 Job' }).click()
  await expect(page).toHaveURL(/jobs\.batch/)

  // A kube-controller-manager beside the server runs all of them: it has taken the Lease that the server's own loops held.
  const spec = { holderIdentity: 'elsewhere_1', leaseDurationSeconds: 3600, renewTime: new Date().toISOString().replace('Z', '000Z') }
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager'
  await server.api.send('PATCH', lease, { type: 'application/merge-patch+json', body: { spec } })
  await page.reload()
  await expect(inspector.row(/count/)).toBeVisible()
  // The server's own loops try for ten seconds to get it back; the window looks every twenty.
  await expect(note).toHaveCount(0, { timeout: 60_000 })
  await page.context().close()
})

test('what a filter hides is not acted on, and what is gone leaves the selection', async ({ inspector, server }) => {
  for (const name of ['pick-cart', 'pick-shop', 'pick-shed']) await server.api.create(PODS, pod(name))
  await inspector.open('pods?q=pick')
  await expect(inspector.counts).toHaveText(/^3 (of \d+ )?objects$/)
  await inspector
    .row(/pick-cart/)
    .getByRole('checkbox')
    .click()
  await inspector.filter.fill('name:pick-sh')
  await inspector
    .row(/pick-shop/)
    .getByRole('checkbox')
    .click()
  await expect(inspector.counts).toHaveText(/^2 of \d+ objects · 2 selected · 1 hidden by the filter$/)
  const button = inspector.page.getByRole('button', { name: 'Delete 1', exact: true })
  await button.click()
  await expect(inspector.dialog.getByRole('list', { name: 'Objects to delete' }).getByRole('listitem')).toHaveText([/default\/pick-shop/])
  await inspector.page.keyboard.press('Escape')
  await inspector.filter.fill('nothing-like-it')
  await expect(inspector.counts).toHaveText(/^0 of \d+ objects · 2 selected · 2 hidden by the filter$/)
  await expect(inspector.page.getByRole('button', { name: /^Delete/ })).toHaveCount(0)
  await inspector.filter.fill('pick')
  await expect(inspector.counts).toHaveText(/^3 (of \d+ )?objects · 2 selected$/)
  await server.api.remove(`${PODS}/pick-cart?gracePeriodSeconds=0`)
  await expect(inspector.counts).toHaveText(/^2 (of \d+ )?objects · 1 selected$/)
  await inspector.page.getByRole('checkbox', { name: 'Select all' }).click()
  await expect(inspector.counts).toHaveText(/^2 (of \d+ )?objects · 2 selected$/)
  await inspector.open('pods?ns=kube-system')
  await expect(inspector.counts).not.toContainText('selected')
  for (const name of ['pick-shop', 'pick-shed']) await server.api.remove(`${PODS}/${name}?gracePeriodSeconds=0`)
})

test('the plan of a deletion says who makes new ones, whom it leaves short, and its end has a sum', async ({ inspector, server }) => {
  await deploy(server, 'web', 4)
  await server.api.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web-budget' },
    spec: { minAvailable: 3, selector: { matchLabels: { app: 'web' } } },
  })
  await inspector.open('pods?q=label=app=web')
  await expect(inspector.counts).toHaveText(/^4 (of|objects)/)
  await inspector.row(/web-/).nth(0).getByRole('checkbox').click()
  await inspector.row(/web-/).nth(1).getByRole('checkbox').click()
  await inspector.page.getByRole('button', { name: 'Delete 2', exact: true }).click()
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'Delete 2 Pods' })).toBeVisible()
  await expect(dialog).toContainText(/ReplicaSet web-\w+ makes 2 new ones\./)
  await expect(dialog).toContainText('PodDisruptionBudget web-budget wants 3 of its 4 Pods available; deleting 2 leaves 2.')
  const confirm = dialog.getByRole('button', { name: 'Delete 2 Pods' })
  await expect(confirm).toBeDisabled()
  await dialog.getByRole('textbox').fill('delete 2')
  await confirm.click()
  await expect(dialog.getByRole('status')).toContainText('The server has accepted the deletion of 2 Pods.')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(inspector.counts).not.toContainText('selected')

  // One of them, and what goes with an owner: grouped, counted, and to be looked at.
  await inspector.open('deployments.apps/default/web')
  await inspector.details.getByRole('button', { name: 'Delete web' }).click()
  await expect(dialog.getByRole('region')).toContainText(/1 ReplicaSet\s*4 Pods|1 ReplicaSet/)
  await dialog.locator('summary', { hasText: /Pods$/ }).click()
  await expect(dialog.getByRole('list', { name: 'What goes with them' }).getByRole('listitem').first()).toContainText('default/web-')
})

test('stopping the control plane asks first, and one key does not do it', async ({ browser }) => {
  await using server = await startServer({ loops: true, gateway: true })
  const inspector = await windowOf(browser, server)
  const { page } = inspector
  await inspector.open('')
  await expect(inspector.statusBar).toContainText('Local control plane running')
  await inspector.palette('stop')
  await page.keyboard.press('Enter')
  const question = page.getByRole('dialog', { name: 'Stop the local control plane?' })
  await expect(question).toContainText(server.url)
  await expect(question).toContainText(/\d+ control loops stop/)
  await expect(question).toContainText('1 node with')
  await page.keyboard.press('Enter')
  await expect(question).toHaveCount(0)
  await expect(inspector.statusBar).toContainText('Local control plane running')
  await inspector.palette('stop')
  await page.keyboard.press('Enter')
  await question.getByRole('button', { name: 'Stop' }).click()
  await expect(inspector.statusBar).toContainText('Local control plane stopped')
  await inspector.statusBar.getByRole('button', { name: 'Start' }).click()
  await expect(inspector.statusBar).toContainText('Local control plane running')
  // Its menu asks as well.
  await inspector.statusBar.getByRole('button', { name: /Local control plane/ }).click()
  await page.getByRole('menuitem', { name: 'Restart' }).click()
  await expect(page.getByRole('dialog', { name: 'Restart the local control plane?' })).toBeVisible()
  await page.context().close()
})

test('integers beyond what JavaScript counts are shown and copied as they are stored', async ({ inspector, page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const toleration = { key: 'k', operator: 'Exists', effect: 'NoExecute' }
  const body = JSON.stringify(pod('exact')).replace(
    '"containers"',
    // Without an account's token the lines that matter are near enough to the top to be drawn.
    `"automountServiceAccountToken":false,"tolerations":[${JSON.stringify(toleration).replace('}', ',"tolerationSeconds":9223372036854775807}')}],"containers"`,
  )
  expect((await server.api.send('POST', PODS, { body })).status).toBe(201)
  await inspector.open('pods/default/exact?tab=yaml')
  await expect(inspector.details.locator('.cm-content')).toContainText('tolerationSeconds: 9223372036854775807')
  await inspector.details.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(inspector.details.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible()
  const copied = parse(await page.evaluate(() => navigator.clipboard.readText()), { intAsBigInt: true }) as {
    spec: { tolerations: { key: string; tolerationSeconds: bigint }[] }
  }
  expect(copied.spec.tolerations.find(({ key }) => key === 'k')?.tolerationSeconds).toBe(9223372036854775807n)
  const job = { ...(pod('x') as { spec: object }).spec, restartPolicy: 'Never' }
  const cron = workload(
    'CronJob',
    'exact',
    { schedule: '@yearly', startingDeadlineSeconds: 0, jobTemplate: { spec: { template: { spec: job } } } },
    'batch/v1',
  )
  const text = JSON.stringify(cron).replace('"startingDeadlineSeconds":0', '"startingDeadlineSeconds":9007199254740993')
  expect((await server.api.send('POST', '/apis/batch/v1/namespaces/default/cronjobs', { body: text })).status).toBe(201)
  await inspector.open('cronjobs.batch/default/exact')
  await expect(inspector.details).toContainText('9007199254740993')
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { pod } from '../fixtures/session.ts'

const PODS = '/api/v1/namespaces/default/pods'

test('a pod that no node takes: what the scheduler said, and what each filter says of each node', async ({ inspector, server, node }) => {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  const wants = pod('too-large') as { spec: { containers: object[] } }
  const container = { ...wants.spec.containers[0], resources: { requests: { cpu: '9000' } } }
  await server.api.create(PODS, { ...wants, spec: { nodeSelector: { tide: 'high' }, containers: [container] } })
  await inspector.open('pods/default/too-large')
  const why = inspector.details.getByRole('region', { name: 'Why it waits for a node' })
  await expect(why).toContainText('Unschedulable')
  await expect(why.getByRole('row', { name: /node\(s\) didn't match Pod's node affinity\/selector/ }).first()).toContainText('1 / 1')
  const verdicts = why.getByRole('row', { name: new RegExp(node) })
  await expect(verdicts).toContainText(/NodeAffinity.*NodeResourcesFit\s*Insufficient cpu.*passes\s*NodeUnschedulable, TaintToleration/s)
  // As the node changes, so does the verdict.
  const label = (tide: string | null) =>
    server.api.send('PATCH', `/api/v1/nodes/${node}`, { type: 'application/merge-patch+json', body: { metadata: { labels: { tide } } } })
  await label('high')
  await expect(verdicts).toContainText(/passes\s*NodeUnschedulable, TaintToleration, NodeAffinity/)
  await expect(why.getByRole('row', { name: 'Insufficient cpu 1 / 1' })).toBeVisible()
  await label(null)
  await server.api.remove(`${PODS}/too-large?gracePeriodSeconds=0`)
})

test('who is in the way: a pod on the port, a pod that wants to be alone, a claim that is not there', async ({
  inspector,
  server,
  node,
}) => {
  using pods = await server.api.watch(PODS)
  const labelled = (name: string, spec: object): object => {
    const made = pod(name) as { metadata: object; spec: { containers: object[] } }
    return { ...made, metadata: { ...made.metadata, labels: { berth: 'one' } }, spec: { ...made.spec, ...spec } }
  }
  const onPort = { containers: [{ name: 'main', image: 'registry.example/app:1', ports: [{ containerPort: 80, hostPort: 8081 }] }] }
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { berth: 'one' } } }
  const alone = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
  await server.api.create(PODS, labelled('first', onPort))
  await pods.until(
    'the first one placed',
    (e) => e.object.metadata.name === 'first' && Boolean((e.object as { spec?: { nodeName?: string } }).spec?.nodeName),
  )
  await server.api.create(PODS, labelled('second', { ...onPort, ...alone }))
  const why = inspector.details.getByRole('region', { name: 'Why it waits for a node' })
  await inspector.open('pods/default/second')
  const verdicts = why.getByRole('row', { name: new RegExp(node) })
  await expect(verdicts).toContainText("NodePorts node(s) didn't have free ports for the requested pod ports 8081/TCP default/first")
  await expect(verdicts).toContainText(
    `InterPodAffinity node(s) didn't match pod anti-affinity rules kubernetes.io/hostname=${node} default/first`,
  )
  const volumes = [{ name: 'hold', persistentVolumeClaim: { claimName: 'nowhere' } }]
  await server.api.create(PODS, labelled('third', { volumes }))
  await inspector.open('pods/default/third')
  await expect(why).toContainText('VolumeRestrictions persistentvolumeclaim "nowhere" not found')
  for (const name of ['first', 'second', 'third']) await server.api.remove(`${PODS}/${name}?gracePeriodSeconds=0`)
})

test('a rollout on one line of time: replica sets, pods and events, as they come', async ({ inspector, server }) => {
  const APPS = '/apis/apps/v1/namespaces/default/deployments'
  await server.api.create(APPS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'flotilla' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'flotilla' } },
      template: {
        metadata: { labels: { app: 'flotilla' } },
        spec: { containers: [{ name: 'main', image: 'registry.example/flotilla:1' }] },
      },
    },
  })
  await inspector.open('deployments.apps/default/flotilla?tab=timeline')
  const line = inspector.details.getByRole('list', { name: 'Timeline' })
  await expect(line.getByRole('listitem').filter({ hasText: /Ready.*flotilla-/ })).toHaveCount(1)
  await expect(line.getByRole('listitem').filter({ hasText: 'revision 1' })).toBeVisible()
  await expect(line.getByRole('listitem').filter({ hasText: 'ScalingReplicaSet' })).toHaveCount(1)
  await server.api.send('PATCH', `${APPS}/flotilla`, {
    type: 'application/strategic-merge-patch+json',
    body: { spec: { template: { spec: { containers: [{ name: 'main', image: 'registry.example/flotilla:2' }] } } } },
  })
  await expect(line.getByRole('listitem').filter({ hasText: 'revision 2' })).toBeVisible()
  // What goes is told of as well.
  await expect(line.getByRole('listitem').filter({ hasText: /Scaled down replica set flotilla-/ })).toBeVisible()
  await line.getByRole('listitem').filter({ hasText: 'revision 2' }).getByRole('link').click()
  await expect(inspector.details).toContainText('ReplicaSet')
  await server.api.remove(`${APPS}/flotilla`)
})

test('control loops: which run, what waits in their queues', async ({ inspector, page }) => {
  await inspector.open('loops')
  const loops = page.getByRole('region', { name: 'Loops' })
  await expect(loops.getByRole('row', { name: /deployment-controller/ })).toContainText('runs')
})

test('a list that is saved stays in the rail with its filter; what was open is found again', async ({ inspector, page, server }) => {
  const MAPS = '/api/v1/namespaces/default/configmaps'
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'chart-room' } })
  await inspector.open('configmaps?q=ns:default,kube-system')
  await expect(inspector.row(/chart-room/)).toBeVisible()
  await expect(inspector.row(/kube-public/)).toHaveCount(0)
  await page.getByRole('button', { name: 'Save this list with its filter' }).click()
  const rail = page.getByRole('navigation', { name: 'Kinds' })
  const view = rail.getByRole('link', { name: 'ConfigMap · ns:default,kube-system' })
  await expect(view).toHaveAttribute('aria-current', 'page')
  await inspector.row(/chart-room/).click()
  await expect(inspector.details).toContainText('chart-room')
  await inspector.open('pods')
  await rail.getByRole('button', { name: 'Recent' }).click()
  await rail.getByRole('link', { name: /chart-room/ }).click()
  await expect(inspector.details).toContainText('chart-room')
  await view.click()
  await expect(page).toHaveURL(/configmaps\?q=ns/)
  await rail.getByRole('button', { name: 'Remove configmaps from the saved views' }).click()
  await expect(view).toHaveCount(0)
  await server.api.remove(`${MAPS}/chart-room`)
})

test('the palette goes to a kind in a namespace: `:deploy kube-sys`', async ({ inspector, page }) => {
  await inspector.open('pods')
  await expect(inspector.statusBar).toContainText('kinds')
  await inspector.palette(':deploy kube-sys')
  await expect(page.getByRole('option').first()).toContainText('Deployment in kube-system')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/deployments\.apps\?ns=kube-system/)
})

test('the palette has the places of the rail, and what a page has a button for', async ({ inspector, page }) => {
  await inspector.open('pods?q=nothing')
  await expect(inspector.statusBar).toContainText('kinds')
  await inspector.palette('clusters')
  await page.getByRole('option', { name: 'Command Clusters' }).click()
  await expect(page).toHaveURL(/\/clusters$/)
  await inspector.palette('kubeconfig for')
  await page.keyboard.press('Enter')
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'A kubeconfig for a person' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL(/\/rights$/)
  await page.getByRole('button', { name: 'A kubeconfig for a person…' }).click()
  await expect(dialog.getByRole('heading', { name: 'A kubeconfig for a person' })).toBeVisible()
})

test('the palette finds objects of every kind by name, those called exactly so first, and the mark stays on its line', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'dog-watch' } }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'dog-watch-keeper' } }
  await server.api.create('/apis/coordination.k8s.io/v1/namespaces/default/leases', lease)
  await server.api.create('/api/v1/namespaces/default/serviceaccounts', account)
  await inspector.open('')
  await expect(inspector.statusBar).toContainText('kinds')
  await inspector.palette('dog-watch')
  const options = page.getByRole('option')
  const said = page.getByRole('dialog').getByRole('status')
  await expect(options).toHaveText([/dog-watch\s*Lease · default/, /dog-watch-keeper\s*ServiceAccount · default/])
  await expect(said).toBeEmpty()
  await page.keyboard.press('ArrowDown')
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/serviceaccounts\/default\/dog-watch-keeper/)
  await expect(inspector.details).toContainText('dog-watch-keeper')

  // Kinds that cannot be read are named; what the others have is found all the same.
  await page.route(/\/leases\?limit=/, (route) => route.fulfill({ status: 500, json: { kind: 'Status', code: 500, message: 'no' } }))
  await inspector.palette('dog-watch')
  await expect(said).toHaveText('Could not be read: Leases.')
  await expect(options.filter({ hasText: 'ServiceAccount · default' })).toHaveCount(1)
  // The browser logs the answer of 500.
  expect(faults.every((fault) => fault.includes('500'))).toBe(true)
  faults.length = 0
})

test('the rail shows where one is: it scrolls there, and opens a group that is closed', async ({ inspector, page }) => {
  await page.setViewportSize({ width: 800, height: 600 })
  const rail = page.getByRole('navigation', { name: 'Kinds' })
  const current = rail.locator('[aria-current=page]')
  for (const kind of ['Lease', 'ClusterRole', 'Pod']) {
    await inspector.open(
      { Lease: 'leases.coordination.k8s.io', ClusterRole: 'clusterroles.rbac.authorization.k8s.io', Pod: 'pods' }[kind] ?? '',
    )
    await expect(current).toHaveText(kind)
    await expect(current).toBeInViewport({ ratio: 1 })
  }
  const access = rail.getByRole('button', { name: 'Access' })
  await expect(access).toHaveAttribute('aria-expanded', 'false')
  await inspector.open('clusterroles.rbac.authorization.k8s.io')
  await expect(access).toHaveAttribute('aria-expanded', 'true')
  await access.click()
  await expect(access).toHaveAttribute('aria-expanded', 'false')
  await expect(current).toHaveCount(0)
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'

const NS = 'reach'

test.beforeAll(async ({ server }) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } })
  using accounts = await server.api.watch(`/api/v1/namespaces/${NS}/serviceaccounts`)
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  await server.api.create(`/apis/apps/v1/namespaces/${NS}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'pilot' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'pilot' } },
      template: { metadata: { labels: { app: 'pilot' } }, spec: { containers: [{ name: 'main', image: 'registry.example/pilot:1' }] } },
    },
  })
  await server.api.create(`/api/v1/namespaces/${NS}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'pilot' },
    spec: { selector: { app: 'pilot' }, ports: [{ port: 80 }] },
  })
  await server.api.create(`/apis/networking.k8s.io/v1/namespaces/${NS}/ingresses`, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'harbour' },
    spec: {
      rules: ['pilot', 'lost'].map((name) => ({
        host: `${name}.example.com`,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
      })),
    },
  })
  using slices = await server.api.watch(`/apis/discovery.k8s.io/v1/namespaces/${NS}/endpointslices`)
  await slices.until('both pods', ({ object }) => ((object as { endpoints?: unknown[] }).endpoints ?? []).length === 2)
})

test('the way of requests through a service is a picture that keys walk through; the service that an ingress lacks is seen', async ({
  inspector,
  page,
}) => {
  await inspector.open(`services/${NS}/pilot?tab=topology`)
  const { details } = inspector
  const picture = details.getByRole('region', { name: 'Way of requests' })
  await expect(picture.getByRole('link', { name: /^Service, pilot, 2 ready/ })).toHaveAttribute('aria-current', 'true')
  await expect(picture.getByRole('link', { name: /^Pod, pilot-.*Running/ })).toHaveCount(2)
  await picture.getByRole('link', { name: /^Service, pilot/ }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(picture.getByRole('link', { name: /^EndpointSlice, pilot-.*2\/2/ })).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(picture.getByRole('link', { name: /^Ingress, harbour/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`ingresses.networking.k8s.io/${NS}/harbour\\?.*tab=topology`))
  await expect(picture.getByRole('link', { name: /^Service, lost, missing/ })).toBeVisible()
})

test('owners both ways, and a whole namespace', async ({ inspector, page, server }) => {
  const { items } = await server.api.get<{ items: { metadata: { name: string } }[] }>(`/apis/apps/v1/namespaces/${NS}/replicasets`)
  const set = items[0]?.metadata.name ?? ''
  await inspector.open(`replicasets.apps/${NS}/${set}?tab=topology`)
  const owners = inspector.details.getByRole('region', { name: 'Owners' })
  await expect(owners.getByRole('link', { name: 'Deployment, pilot' })).toBeVisible()
  await expect(owners.getByRole('link', { name: /^Pod, pilot-/ })).toHaveCount(2)
  await expect(owners.getByRole('link', { name: `ReplicaSet, ${set}` })).toHaveAttribute('aria-current', 'true')

  await inspector.open(`topology?ns=${NS}`)
  const whole = page.getByRole('region', { name: `Topology of ${NS}` })
  for (const name of [/^Ingress, harbour/, /^Service, pilot/, /^Deployment, pilot, Available/, /^ReplicaSet, pilot-/])
    await expect(whole.getByRole('link', { name })).toHaveCount(1)
  await expect(whole.getByRole('link', { name: /^Pod, / })).toHaveCount(2)
  // Live: what goes is gone.
  await server.api.merge(`/apis/apps/v1/namespaces/${NS}/deployments/pilot`, { spec: { replicas: 1 } })
  await expect(whole.getByRole('link', { name: /^Pod, / })).toHaveCount(1)
  await whole.getByRole('link', { name: /^Deployment, pilot/ }).click()
  await expect(page).toHaveURL(new RegExp(`deployments.apps/${NS}/pilot`))
})

test('boxes are there though nothing has measured them: on a busy machine their next version comes first', async ({ inspector, page }) => {
  await page.addInitScript(() => {
    const { observe } = ResizeObserver.prototype
    ResizeObserver.prototype.observe = function (target, options) {
      if (!target.classList.contains('react-flow__node')) observe.call(this, target, options)
    }
  })
  await inspector.open(`topology?ns=${NS}`)
  const whole = page.getByRole('region', { name: `Topology of ${NS}` })
  const service = whole.getByRole('link', { name: /^Service, pilot/ })
  await expect(service).toBeInViewport()
  await expect(whole.locator('.react-flow__edge-path').first()).toBeAttached()
  // What they are laid out by is what is drawn.
  expect(await service.evaluate((box) => [(box as HTMLElement).offsetWidth, (box as HTMLElement).offsetHeight])).toEqual([190, 58])
})

test('to somebody who may list a part a picture is not shown as the whole: what is not seen is named, and not said to be missing', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const rule = { apiVersion: 'rbac.authorization.k8s.io/v1' }
  const role = { ...rule, kind: 'Role', metadata: { name: 'part', namespace: NS } }
  const verbs = ['get', 'list', 'watch']
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs },
  ]
  await server.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${NS}/roles`, { ...role, rules })
  await server.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${NS}/rolebindings`, {
    ...role,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'part' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  })
  await inspector.open(`topology?ns=${NS}&as=jane`)
  const whole = page.getByRole('region', { name: `Topology of ${NS}` })
  await expect(whole.getByRole('link', { name: 'Service, lost', exact: true })).toBeVisible()
  await expect(whole.getByRole('link', { name: /missing|no endpoints/ })).toHaveCount(0)
  const unseen = `You may not list these in ${NS} or in the cluster, so they are not shown: `
  await expect(
    page.getByText(`${unseen}Service, EndpointSlice, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob`),
  ).toBeVisible()

  const pod = await whole
    .getByRole('link', { name: /^Pod, pilot-/ })
    .first()
    .getAttribute('href')
  await page.goto(pod?.replace('?', '?tab=topology&') ?? '')
  await inspector.details.getByRole('combobox', { name: 'What is drawn' }).selectOption('owners')
  await expect(inspector.details.getByText(/^You may not list these in reach .*, and \d+ more$/)).toBeVisible()

  // Home: what needs a look is only looked for in what may be seen.
  await inspector.open(`?ns=${NS}&as=jane`)
  await expect(page.getByRole('region', { name: 'Needs a look' })).toContainText(new RegExp(`${unseen}.*Service`))
  // Nor is a namespace empty because nobody may look into it.
  const reading = { ...rule, metadata: { name: 'namespaces' } }
  await server.api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    ...reading,
    kind: 'ClusterRole',
    rules: [{ apiGroups: [''], resources: ['namespaces', 'services'], verbs }],
  })
  await server.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    ...reading,
    kind: 'ClusterRoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'namespaces' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  })
  await inspector.open('namespaces/_/kube-public?as=jane')
  await expect(inspector.details.getByRole('region', { name: 'Contents' })).toHaveText(
    /^ContentsYou may not list these in kube-public or in the cluster, so they are not shown: .*, and \d+ more$/,
  )
  await inspector.open(`services/${NS}/pilot?as=jane`)
  await expect(inspector.details.getByRole('region', { name: 'Endpoints' })).toHaveText(`Endpoints${unseen}EndpointSlice`)
  // Home goes on asking.
  await page.goto('about:blank')
  refusals(faults, 403)
})

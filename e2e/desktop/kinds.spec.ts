import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import type { Server } from '../fixtures/server.ts'
import { signingRequest } from '../fixtures/signing-request.ts'

const group = 'gateway.networking.k8s.io'
const root = `/apis/${group}/v1`
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** The kinds of the Gateway API, whose own definitions are another project's: shape and scope are theirs, the schema takes anything. */
const gatewayKinds = [
  { kind: 'GatewayClass', plural: 'gatewayclasses', scope: 'Cluster' },
  { kind: 'Gateway', plural: 'gateways', scope: 'Namespaced' },
  { kind: 'HTTPRoute', plural: 'httproutes', scope: 'Namespaced' },
  { kind: 'GRPCRoute', plural: 'grpcroutes', scope: 'Namespaced' },
]

async function defineGateways({ api }: Server): Promise<void> {
  for (const { kind, plural, scope } of gatewayKinds)
    await api.create(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${plural}.${group}`,
        // The API server keeps *.k8s.io to itself without it.
        annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/1111' },
      },
      spec: {
        group,
        scope,
        names: { kind, plural, singular: kind.toLowerCase() },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    })
  using definitions = await api.watch(DEFINITIONS)
  const wanted = new Set(gatewayKinds.map(({ plural }) => `${plural}.${group}`))
  await definitions.until('they are served', ({ object }) => {
    const { conditions } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] | null }
    if ((conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')) wanted.delete(object.metadata.name)
    return wanted.size === 0
  })
}

const told = (type: string, status: string, reason: string) => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
})
const well = [told('Accepted', 'True', 'Accepted'), told('Programmed', 'True', 'Programmed')]

test('the kinds of the Gateway API: what each listener, route and class comes to, and the broken ones first', async ({
  inspector,
  page,
  server,
}) => {
  await defineGateways(server)
  const { api } = server
  const object = (kind: string, name: string, rest: object) => ({ apiVersion: `${group}/v1`, kind, metadata: { name }, ...rest })
  await api.create(
    `${root}/gatewayclasses`,
    object('GatewayClass', 'quay', { spec: { controllerName: 'example.com/quay' }, status: { conditions: [well[0]] } }),
  )
  const listeners = [
    { name: 'web', hostname: 'shop.example.com', port: 80, protocol: 'HTTP' },
    { name: 'secure', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'shop-tls' }] } },
  ]
  await api.create(
    `${root}/namespaces/default/gateways`,
    object('Gateway', 'harbour', {
      spec: { gatewayClassName: 'quay', listeners },
      status: {
        addresses: [{ value: '192.0.2.9' }],
        conditions: well,
        listeners: [
          { name: 'web', attachedRoutes: 1, conditions: well },
          { name: 'secure', attachedRoutes: 0, conditions: [told('ResolvedRefs', 'False', 'InvalidCertificateRef'), ...well] },
        ],
      },
    }),
  )
  const route = (name: string, backend: string, conditions: object[] | undefined) =>
    object(name.startsWith('rpc') ? 'GRPCRoute' : 'HTTPRoute', name, {
      spec: {
        hostnames: ['shop.example.com'],
        parentRefs: [{ name: 'harbour', sectionName: 'web' }],
        rules: [
          {
            matches: name.startsWith('rpc')
              ? [{ method: { service: 'shop.Cart', method: 'Add' } }]
              : [{ path: { type: 'PathPrefix', value: '/cart' }, method: 'GET' }],
            backendRefs: [{ name: backend, port: 8080, weight: 3 }],
          },
        ],
      },
      ...(conditions
        ? { status: { parents: [{ parentRef: { name: 'harbour', sectionName: 'web' }, controllerName: 'example.com/quay', conditions }] } }
        : {}),
    })
  const ROUTES = `${root}/namespaces/default/httproutes`
  await api.create(ROUTES, route('a-good-one', 'cart', [well[0]!, told('ResolvedRefs', 'True', 'ResolvedRefs')]))
  await api.create(ROUTES, route('lost', 'nobody', [well[0]!, told('ResolvedRefs', 'False', 'BackendNotFound')]))
  await api.create(ROUTES, route('unheard', 'cart', undefined))
  await api.create(`${root}/namespaces/default/grpcroutes`, route('rpc-one', 'cart', [well[0]!]))

  await inspector.open(`gatewayclasses.${group}`)
  await expect(inspector.row(/quay.*Accepted.*example\.com\/quay/)).toBeVisible()
  await inspector.row(/quay/).click()
  await expect(inspector.details.locator('.details-head')).toContainText('Accepted')
  await expect(inspector.details.getByRole('tabpanel')).toContainText('example.com/quay')

  await inspector.open(`gateways.${group}`)
  await expect(inspector.row(/harbour/)).toContainText('InvalidCertificateRef')
  await expect(inspector.row(/harbour/)).toContainText('HTTP:80, HTTPS:443')
  await inspector.row(/harbour/).click()
  const table = inspector.details.getByRole('region', { name: 'Listeners' })
  await expect(table.getByRole('row', { name: /^web/ })).toContainText(/shop\.example\.com\s*80\s*HTTP\s*1\s*Programmed/)
  await expect(table.getByRole('row', { name: /^secure/ })).toContainText('InvalidCertificateRef')
  await expect(table.getByRole('link', { name: 'shop-tls' })).toBeVisible()
  await expect(inspector.details.getByRole('tabpanel')).toContainText('192.0.2.9')

  await inspector.open(`httproutes.${group}?sort=status`)
  const rows = inspector.grid.getByRole('row')
  await expect(rows.nth(1)).toContainText(/lost.*BackendNotFound/)
  await expect(rows.nth(2)).toContainText(/unheard.*Pending/)
  await expect(rows.nth(3)).toContainText(/a-good-one.*Accepted/)
  await inspector.row(/lost/).click()
  await expect(inspector.details.getByRole('region', { name: 'Attached to' })).toContainText(/Gateway harbour · web.*BackendNotFound/)
  const rules = inspector.details.getByRole('region', { name: 'Rules' })
  await expect(rules).toContainText('GET PathPrefix /cart')
  await expect(rules).toContainText(/Service nobody:8080 ×3/)
  await rules.getByRole('link', { name: 'nobody' }).click()
  await expect(inspector.details).toContainText('There is no Service called nobody.')
  await page.goBack()

  await inspector.open(`grpcroutes.${group}/default/rpc-one`)
  await expect(inspector.details.getByRole('region', { name: 'Rules' })).toContainText('shop.Cart/Add')
  for (const { plural } of gatewayKinds) await api.remove(`${DEFINITIONS}/${plural}.${group}`)
})

test('a certificate signing request: who asks, for what, how far it is, and what is decided', async ({ inspector, page, server }) => {
  const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  for (const name of ['crew', 'stranger']) await server.api.create(CSRS, signingRequest(name))
  await inspector.open('certificatesigningrequests.certificates.k8s.io?sort=status')
  await expect(inspector.row(/\/crew/)).toContainText(/Pending.*example\.com\/crew.*O=Harbour Ltd, CN=crew/)
  await server.api.send('PUT', `${CSRS}/stranger/approval`, {
    body: {
      ...(await server.api.send('GET', `${CSRS}/stranger`)).json<object>(),
      status: { conditions: [{ type: 'Denied', status: 'True', reason: 'Unknown', message: 'who is this' }] },
    },
  })
  await expect(inspector.grid.getByRole('row').nth(1)).toContainText(/stranger.*Denied/)
  await inspector.row(/stranger/).click()
  await expect(inspector.details.locator('.details-head')).toContainText('Denied')
  await expect(inspector.details).toContainText('who is this')
  await expect(inspector.details).toContainText('client auth')
  await expect(inspector.details.getByRole('button', { name: 'Actions' })).toBeVisible()
  await inspector.row(/crew crew/).click()
  await expect(inspector.details).toContainText('Certificate for')
  await expect(inspector.details).toContainText('O=Harbour Ltd, CN=crew')
  await inspector.details.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Approve' }).click()
  await expect(inspector.dialog.locator('.diff-line.added').filter({ hasText: 'BinnacleApprove' })).toBeVisible()
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.details.locator('.details-head')).toContainText('Approved')
  await page.keyboard.press('Escape')
  for (const name of ['crew', 'stranger']) await server.api.remove(`${CSRS}/${name}`)
})

test('priority classes, flow schemas and priority levels: a word for each, and where it leads', async ({ inspector, server }) => {
  const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1'
  await server.api.create('/apis/scheduling.k8s.io/v1/priorityclasses', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'lifeboats' },
    value: 1_000_000,
    preemptionPolicy: 'Never',
    description: 'First off the ship.',
  })
  await inspector.open('priorityclasses.scheduling.k8s.io')
  await expect(inspector.row(/lifeboats/)).toContainText(/NonPreempting.*1,?000,?000.*First off the ship/)
  await expect(inspector.row(/system-node-critical/)).toContainText('Preempting')
  await inspector.row(/lifeboats/).click()
  await expect(inspector.details.getByRole('tabpanel')).toContainText(/Value\s*1,000,000/)
  const ofClass = inspector.details.getByRole('region', { name: 'Pods of this class' })
  await expect(ofClass).toContainText('No pod names it.')
  const spec = { priorityClassName: 'lifeboats', containers: [{ name: 'main', image: 'x' }] }
  await server.api.create('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'oarsman' }, spec })
  await expect(ofClass.getByRole('link')).toHaveText('oarsman')
  await server.api.remove('/api/v1/namespaces/default/pods/oarsman')
  await server.api.remove('/apis/scheduling.k8s.io/v1/priorityclasses/lifeboats')

  await server.api.create(`${FLOW}/prioritylevelconfigurations`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'stevedores' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 2, queueLengthLimit: 50 } } },
    },
  })
  await server.api.create(`${FLOW}/flowschemas`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'cranes' },
    spec: {
      priorityLevelConfiguration: { name: 'stevedores' },
      matchingPrecedence: 900,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'Group', group: { name: 'dockers' } }],
          resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }],
        },
      ],
    },
  })
  await inspector.open('prioritylevelconfigurations.flowcontrol.apiserver.k8s.io')
  await expect(inspector.row(/stevedores/)).toContainText(/NoShares.*0.*Queue.*8/)
  await inspector.open('flowschemas.flowcontrol.apiserver.k8s.io')
  await expect(inspector.row(/cranes/)).toContainText(/stevedores.*900.*ByUser/)
  await inspector.row(/cranes/).click()
  const rules = inspector.details.getByRole('region', { name: 'Rules' })
  await expect(rules).toContainText(/Group dockers/)
  await expect(rules).toContainText('list · pods (core) · *')
  await inspector.details.getByRole('link', { name: 'stevedores' }).click()
  await expect(inspector.details.getByRole('tabpanel')).toContainText(/Queues\s*8/)
  await server.api.remove(`${FLOW}/flowschemas/cranes`)
  await server.api.remove(`${FLOW}/prioritylevelconfigurations/stevedores`)
})

test('autoscalers, budgets and ingresses: the word says what is wrong, and what is wrong goes up', async ({ inspector, server }) => {
  const { api } = server
  await api.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'watch' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'nobody-here' } } },
  })
  await inspector.open('poddisruptionbudgets.policy')
  await expect(inspector.row(/watch/)).toContainText('NoPods')
  await api.create('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'tide' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'no-such' },
      maxReplicas: 3,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    },
  })
  await inspector.open('horizontalpodautoscalers.autoscaling')
  await expect(inspector.row(/tide/)).toContainText(/FailedGetScale.*Deployment\/no-such.*cpu: <unknown>\/80%/)
  await inspector.row(/tide/).click()
  await expect(inspector.details.locator('.details-head')).toContainText('FailedGetScale')
  const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
  const ingress = (name: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name },
    spec: {
      rules: [
        {
          host: 'shop.example.com',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } }] },
        },
      ],
    },
  })
  const SERVICES = '/api/v1/namespaces/default/services'
  await api.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' }, spec: { ports: [{ port: 80 }] } })
  for (const name of ['addressed', 'bare']) await api.create(INGRESSES, ingress(name))
  await api.send('PATCH', `${INGRESSES}/addressed/status`, {
    type: 'application/merge-patch+json',
    body: { status: { loadBalancer: { ingress: [{ ip: '192.0.2.4' }] } } },
  })
  await inspector.open('ingresses.networking.k8s.io')
  await expect(inspector.row(/addressed/)).toContainText(/Ready.*shop\.example\.com.*192\.0\.2\.4/)
  await expect(inspector.row(/bare/)).toContainText('Pending')
  await api.remove(`${SERVICES}/shop`)
  await expect(inspector.row(/addressed/)).toContainText('BackendNotFound')
  await inspector.row(/addressed/).click()
  await expect(inspector.details.locator('.details-head')).toContainText('BackendNotFound')
  for (const name of ['addressed', 'bare']) await api.remove(`${INGRESSES}/${name}`)
  await api.remove('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/tide')
  await api.remove('/apis/policy/v1/namespaces/default/poddisruptionbudgets/watch')
})

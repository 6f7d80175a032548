import { expect } from '@playwright/test'
import { certificate } from '../fixtures/certificate.ts'
import { test } from '../fixtures/desktop.ts'
import { pod } from '../fixtures/session.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

test('a TLS Secret says whose certificate it is, for which names and until when; its values stay hidden', async ({ inspector, server }) => {
  await server.api.create('/api/v1/namespaces/default/secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'quay-tls' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': base64(certificate), 'tls.key': base64('a key') },
  })
  await inspector.open('secrets/default/quay-tls')
  const section = inspector.details.getByRole('region', { name: 'Certificate', exact: true })
  await expect(section).toContainText('harbour.example.com, *.quay.example.com, 192.0.2.7, 2001:db8::1')
  await expect(section).toContainText(/Feb 2\d, 2027, /)
  // Here as it is here; under the pointer as it is written.
  await expect(section.getByTitle('2027-02-26T21:48:01Z')).toBeVisible()
  await expect(section).toContainText(/Valid|Ends soon|Expired|Not valid yet/)
  await expect(inspector.details.getByRole('region', { name: 'Data', exact: true })).toContainText('5 bytes, hidden')
  await expect(inspector.details).not.toContainText('BEGIN CERTIFICATE')
})

test('a NetworkPolicy says who may reach whom', async ({ inspector, server }) => {
  await server.api.create('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'gangway' },
    spec: {
      podSelector: { matchLabels: { app: 'hold' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'deck' } } }, { ipBlock: { cidr: '10.0.0.0/8' } }],
          ports: [{ port: 80, protocol: 'TCP' }],
        },
      ],
    },
  })
  await inspector.open('networkpolicies.networking.k8s.io/default/gangway')
  const inwards = inspector.details.getByRole('region', { name: 'Who may reach them' })
  await expect(inwards).toContainText('pods here with app=deck')
  await expect(inwards.getByRole('link')).toHaveAttribute('href', '/c/local/pods?ns=default&q=label%3D%22app%3Ddeck%22')
  await expect(inwards).toContainText('addresses 10.0.0.0/8')
  await expect(inwards).toContainText('TCP 80')
  await expect(inspector.details.getByRole('region', { name: 'Whom they may reach' })).toContainText('Nobody.')
  await expect(inspector.row(/gangway/)).toContainText('SelectsNothing')
  await expect(inspector.details.locator('.details-head')).toContainText('SelectsNothing')
  await server.api.create('/api/v1/namespaces/default/pods', pod('cargo', { labels: { app: 'hold' } }))
  await expect(inspector.row(/gangway/)).toContainText(/Selects(?!Nothing)/)
  // Nobody enforces it on simulated nodes: no word is green there.
  await expect(
    inspector
      .row(/gangway/)
      .locator('.tone-muted')
      .filter({ hasText: 'Selects' }),
  ).toBeVisible()
  await server.api.remove('/api/v1/namespaces/default/pods/cargo')
})

test('a namespace shows its limits, a definition its versions and the way to its objects', async ({ inspector, page, server }) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'limited' } })
  await server.api.create('/api/v1/namespaces/limited/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'ballast' },
    spec: { limits: [{ type: 'Container', max: { memory: '1Gi' }, defaultRequest: { memory: '64Mi' } }] },
  })
  await inspector.open('namespaces/_/limited')
  const limits = inspector.details.getByRole('region', { name: 'LimitRange ballast' })
  await expect(limits.getByRole('row', { name: /Container memory/ })).toContainText(/1Gi\s*64Mi/)
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'anchors.deck.example.com' },
    spec: {
      group: 'deck.example.com',
      scope: 'Namespaced',
      names: { kind: 'Anchor', plural: 'anchors', singular: 'anchor', shortNames: ['an'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { weight: { type: 'integer' } } } } },
          },
          additionalPrinterColumns: [{ name: 'Weight', type: 'integer', jsonPath: '.spec.weight' }],
        },
      ],
    },
  })
  await inspector.open('customresourcedefinitions.apiextensions.k8s.io/_/anchors.deck.example.com')
  const { details } = inspector
  await expect(details.locator('.details-head')).toContainText('Established')
  await expect(details.getByRole('region', { name: 'Versions' })).toContainText('served · stored')
  await expect(details.getByRole('region', { name: 'Printer columns' })).toContainText('.spec.weight')
  await server.api.create('/apis/deck.example.com/v1/namespaces/default/anchors', {
    apiVersion: 'deck.example.com/v1',
    kind: 'Anchor',
    metadata: { name: 'bower' },
    spec: { weight: 7 },
  })
  // Its kind is among those that are served once discovery is read again.
  await page.reload()
  await details.getByRole('link', { name: 'Anchor' }).click()
  await expect(inspector.row(/bower/)).toContainText('7')
  await server.api.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/anchors.deck.example.com')
})

const GROUP = '/apis/admissionregistration.k8s.io/v1'

test('a webhook configuration and a policy say what they would match here, and what happens then', async ({ inspector, server }) => {
  for (const [name, tier] of [
    ['matched', 'guarded'],
    ['unmatched', 'open'],
  ])
    await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { tier } } })
  const rules = [{ operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments', 'statefulsets/scale'] }]
  await server.api.create(`${GROUP}/validatingwebhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'customs' },
    webhooks: [
      {
        name: 'customs.example.com',
        clientConfig: { service: { namespace: 'matched', name: 'customs', path: '/look' } },
        rules,
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        namespaceSelector: { matchLabels: { tier: 'guarded' } },
      },
    ],
  })
  await inspector.open('validatingwebhookconfigurations.admissionregistration.k8s.io/_/customs')
  const hook = inspector.details.getByRole('region', { name: 'customs.example.com' })
  await expect(hook).toContainText('2 kinds that this cluster serves')
  await expect(hook.getByRole('link', { name: 'Deployment' })).toBeVisible()
  await expect(hook.getByRole('link', { name: 'StatefulSet' })).toBeVisible()
  await expect(hook.getByRole('link', { name: 'matched', exact: true })).toBeVisible()
  await expect(hook.getByRole('link', { name: 'unmatched' })).toHaveCount(0)
  await expect(hook).toContainText('the request goes on')
  await server.api.remove(`${GROUP}/validatingwebhookconfigurations/customs`)

  await server.api.create(`${GROUP}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'draught' },
    spec: {
      matchConstraints: { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] },
      validations: [{ expression: "object.metadata.name != 'deep'", message: 'too deep' }],
    },
  })
  await inspector.open('validatingadmissionpolicies.admissionregistration.k8s.io/_/draught')
  await expect(inspector.details.getByRole('region', { name: 'What must hold' })).toContainText('too deep')
  await expect(inspector.details).toContainText('1 kind that this cluster serves')
  await expect(inspector.details.getByRole('region', { name: 'Bindings' })).toContainText('It is bound nowhere')
  await server.api.create(`${GROUP}/validatingadmissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'draught-here' },
    spec: { policyName: 'draught', validationActions: ['Warn'] },
  })
  await inspector.details.getByRole('link', { name: 'draught-here' }).click()
  await expect(inspector.details.getByRole('link', { name: 'draught', exact: true })).toBeVisible()
  await expect(inspector.details).toContainText('Warn')
  await server.api.remove(`${GROUP}/validatingadmissionpolicybindings/draught-here`)
  await server.api.remove(`${GROUP}/validatingadmissionpolicies/draught`)
})

test('storage classes and leases: facts with their links, and a word', async ({ inspector, node, server }) => {
  await server.api.create('/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'ballast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/hold',
    parameters: { deck: 'lower' },
    allowVolumeExpansion: true,
  })
  await server.api.create('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'hold-1' },
    spec: { storageClassName: 'ballast', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/hold' } },
  })
  await server.api.create('/api/v1/namespaces/default/persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'cargo' },
    spec: {
      storageClassName: 'ballast',
      volumeName: 'hold-2',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  })
  await inspector.open('storageclasses.storage.k8s.io/_/ballast')
  await expect(inspector.details).toContainText('example.com/hold')
  await expect(inspector.details).toContainText('deck=lower')
  await expect(inspector.details.getByRole('region', { name: 'Volumes of this class' }).getByRole('link')).toHaveText(['hold-1'])
  await expect(inspector.details.getByRole('region', { name: 'Claims of this class' }).getByRole('link')).toHaveText(['cargo'])
  await inspector.open(`leases.coordination.k8s.io/kube-node-lease/${node}`)
  await expect(inspector.details.locator('.details-head')).toContainText('Held')
  await expect(inspector.details.getByRole('link', { name: node }).first()).toBeVisible()
  await server.api.remove('/apis/storage.k8s.io/v1/storageclasses/ballast')
  await server.api.remove('/api/v1/namespaces/default/persistentvolumeclaims/cargo')
})

test('a Service that nobody answers for says so, and why; one that is a name elsewhere has no endpoints to miss', async ({
  inspector,
  server,
}) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'quiet' } })
  const services = '/api/v1/namespaces/quiet/services'
  const service = (name: string, spec: object) =>
    server.api.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec })
  await service('bell', { selector: { app: 'bell' }, ports: [{ port: 80 }] })
  await service('abroad', { type: 'ExternalName', externalName: 'bell.example.com' })
  await inspector.open('services/quiet/bell')
  await expect(inspector.details).toContainText('Nobody answers: it has no endpoints.')
  await expect(inspector.details.locator('.details-head')).toContainText('NoEndpoints')
  await expect(inspector.row(/bell bell/)).toContainText('NoEndpoints')
  // One that no node takes has no address either.
  const metadata = { name: 'bell', labels: { app: 'bell' }, annotations: { 'simulated.binnacle.dev/pull-error': 'not found' } }
  await server.api.create('/api/v1/namespaces/quiet/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'main', image: 'x' }] },
  })
  await expect(inspector.details).toContainText('Nobody answers: its only endpoint is not ready.')
  await expect(inspector.details.locator('.details-head')).toContainText('NoneReady')
  await expect(inspector.row(/bell bell/)).toContainText('NoneReady')
  await inspector.open('services?ns=quiet')
  await expect(inspector.row(/bell bell/)).toContainText(/NoneReady\s*0\/1/)
  await inspector.open('services/quiet/bell')
  await expect(inspector.details.getByRole('region', { name: 'Pods behind this service' })).toContainText(/ErrImagePull|ImagePullBackOff/)
  await inspector.open('services/quiet/abroad')
  await expect(inspector.details.getByRole('region', { name: 'Endpoints' })).toContainText('answered with bell.example.com')
  await expect(inspector.details).not.toContainText('Nobody answers')
  await service('quayside', { type: 'LoadBalancer', selector: { app: 'open' }, ports: [{ port: 80 }] })
  await server.api.create(
    '/api/v1/namespaces/quiet/pods',
    pod('a-name-that-is-much-longer-than-the-room-that-there-is-for-it', { labels: { app: 'open' } }),
  )
  await inspector.open('services/quiet/quayside')
  await expect(inspector.details.locator('.details-head')).toContainText('Pending')
  await expect(inspector.row(/quayside/)).toContainText('Pending')
  await expect(inspector.details).toContainText('No address from outside yet')
  // Long names give way, the table stays within its pane.
  const panel = inspector.details.getByRole('tabpanel')
  expect(await panel.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
})

import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'

test('a name that leads nowhere says so as long as it does; what a container is given stands there by name', async ({
  inspector,
  server,
}) => {
  const services = '/api/v1/namespaces/default/services'
  const missing = 'does not exist'
  await server.api.create('/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'gangway' },
    spec: {
      defaultBackend: { service: { name: 'ferry', port: { number: 80 } } },
      tls: [{ secretName: 'ferry-tls' }, ...Array.from({ length: 45 }, (_, i) => ({ secretName: `many-${i}` }))],
    },
  })
  await inspector.open('ingresses.networking.k8s.io/default/gangway')
  const backend = inspector.details.locator('dl.facts > div', { hasText: 'ferry:80' })
  const tls = inspector.details.getByRole('row', { name: /ferry-tls/ })
  await expect(tls).toContainText(missing)
  // However long the list is.
  await expect(inspector.details.getByRole('row', { name: /many-44/ })).toContainText(missing)
  await expect(backend).toContainText(`ferry:80 ${missing}`)
  await server.api.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'ferry' }, spec: { ports: [{ port: 80 }] } })
  await expect(backend).not.toContainText(missing)
  await expect(tls).toContainText(missing)
  await server.api.remove(`${services}/ferry`)
  await expect(backend).toContainText(missing)

  await server.api.create('/apis/apps/v1/namespaces/default/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'steward' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'steward' } },
      template: {
        metadata: { labels: { app: 'steward' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.example/main:1',
              env: [
                { name: 'DECK', value: 'upper' },
                { name: 'KEY', valueFrom: { secretKeyRef: { name: 'locker', key: 'combination' } } },
                { name: 'OWN', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              ],
              envFrom: [{ prefix: 'RULE_', configMapRef: { name: 'house-rules' } }],
            },
          ],
        },
      },
    },
  })
  await inspector.open('deployments.apps/default/steward')
  const environment = inspector.details.locator('dl.facts > div', { hasText: 'Environment' })
  await expect(environment).toContainText(`All of ConfigMap house-rules RULE_* ${missing}`)
  await environment.getByText('3 variables').click()
  await expect(environment.getByRole('listitem')).toHaveText([
    'DECK=upper',
    `KEY=Secret locker [combination] ${missing}`,
    'OWN=metadata.name',
  ])
  await server.api.remove('/apis/apps/v1/namespaces/default/deployments/steward')
  await server.api.remove('/apis/networking.k8s.io/v1/namespaces/default/ingresses/gangway')
})

test('custom resources show their printed columns; what is not ready comes first and looks so', async ({ inspector, server }) => {
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'winches.deck.example.org' },
    spec: {
      group: 'deck.example.org',
      scope: 'Namespaced',
      names: { kind: 'Winch', plural: 'winches', singular: 'winch' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          additionalPrinterColumns: [
            { name: 'Ready', type: 'string', jsonPath: '.data.ready' },
            { name: 'Load', type: 'integer', jsonPath: '.data.load', priority: 1 },
          ],
        },
      ],
    },
  })
  using definitions = await server.api.watch('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  await definitions.until('it is served', ({ object }) => {
    const { conditions } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] | null }
    return (
      object.metadata.name === 'winches.deck.example.org' &&
      (conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')
    )
  })
  for (const [name, ready] of [
    ['aft', 'True'],
    ['bow', 'False'],
  ])
    await server.api.create('/apis/deck.example.org/v1/namespaces/default/winches', {
      apiVersion: 'deck.example.org/v1',
      kind: 'Winch',
      metadata: { name },
      data: { ready, load: 7 },
    })
  await inspector.open('winches.deck.example.org?sort=ready')
  await expect(inspector.grid.getByRole('row').nth(1)).toContainText('bow')
  await inspector.row(/bow/).click()
  const printed = inspector.details.getByRole('region', { name: 'Printed columns' })
  await expect(printed).toContainText(/Ready\s*False\s*Load\s*7/)
  await expect(inspector.details.getByRole('region', { name: 'Printed columns' }).locator('.tone-bad').first()).toBeVisible()
  await server.api.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/winches.deck.example.org')
})

test('who uses a ConfigMap: what names it and in which field, and the pods that have it', async ({ inspector, server }) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hold' } })
  await server.api.create('/api/v1/namespaces/hold/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'charts' },
    data: { a: 'b' },
  })
  const volumes = [{ name: 'sheets', configMap: { name: 'charts' } }]
  const template = (name: string, spec: object = {}) => ({
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'main', image: 'x', envFrom: [{ configMapRef: { name: 'charts' } }] }], ...spec },
  })
  await server.api.create('/apis/apps/v1/namespaces/hold/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'navigator' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'navigator' } }, template: template('navigator', { volumes }) },
  })
  await server.api.create('/apis/batch/v1/namespaces/hold/cronjobs', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'sounding' },
    spec: { schedule: '0 3 1 1 *', jobTemplate: { spec: { template: template('sounding', { restartPolicy: 'Never' }) } } },
  })
  await inspector.open('configmaps/hold/charts')
  const users = inspector.details.getByRole('region', { name: 'Used by' })
  await expect(users.getByRole('row')).toHaveText([
    /Kind.*Name/,
    /Deployment\s*navigator\s*volumes\[sheets\], containers\[main\]\.envFrom/,
    /CronJob\s*sounding\s*containers\[main\]\.envFrom/,
  ])
  await expect(inspector.details.getByRole('region', { name: 'Pods that use it' }).getByRole('link')).toHaveText([/^navigator-/])
  await inspector.open('configmaps/hold/kube-root-ca.crt')
  await expect(users).toContainText('No workload of this namespace names it.')
  // The token of its service account, which every pod has.
  await expect(inspector.details.getByRole('region', { name: 'Pods that use it' }).getByRole('link')).toHaveText([/^navigator-/])
})

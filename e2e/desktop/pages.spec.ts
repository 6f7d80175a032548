import { expect } from '@playwright/test'
import { certificate } from '../fixtures/certificate.ts'
import { test } from '../fixtures/desktop.ts'

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
  await expect(section).toContainText('2027-02-26T21:48:01Z')
  await expect(section).toContainText(/Valid|Expires within 30 days|Expired|Not valid yet/)
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
  await expect(inwards).toContainText('addresses 10.0.0.0/8')
  await expect(inwards).toContainText('TCP 80')
  await expect(inspector.details.getByRole('region', { name: 'Whom they may reach' })).toContainText('Nobody.')
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

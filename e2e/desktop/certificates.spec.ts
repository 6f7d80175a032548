import { expect } from '@playwright/test'
import { certificateFor } from '../fixtures/authority.ts'
import { test } from '../fixtures/desktop.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'

const tls = async (name: string, days: number): Promise<object> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': base64(await certificateFor(`${name}.example.com`, days)), 'tls.key': base64('kept to itself') },
})

const webhook = async (name: string, days: number): Promise<object> => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name },
  webhooks: [
    {
      name: 'a.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      clientConfig: {
        service: { namespace: 'default', name: 'nobody' },
        caBundle: base64(await certificateFor(`${name}-ca`, days)),
      },
      rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['boats'], operations: ['CREATE'] }],
    },
  ],
})

test('certificates that end: in the list of Secrets by their word and day, on home with what to do, in the details', async ({
  inspector,
  page,
  server,
}) => {
  const secrets = '/api/v1/namespaces/default/secrets'
  for (const [name, days] of [
    ['buoy', 300],
    ['lamp', 5],
    ['wreck', -2],
  ] as const)
    await server.api.create(secrets, await tls(name, days))
  await server.api.create(WEBHOOKS, await webhook('customs', 3))

  // Which of them is told apart costs nobody his keys: of other Secrets not even the values travel.
  const bodies: string[] = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => bodies.push(String(payload))))
  await server.api.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'opaque' },
    data: { word: base64('of no certificate') },
  })
  await inspector.open('secrets?sort=status')
  const rows = inspector.grid.getByRole('row')
  await expect(rows.nth(1)).toContainText(/wreck.*Expired/)
  await expect(rows.nth(2)).toContainText(/lamp.*EndsSoon/)
  await expect(inspector.row(/buoy/)).toContainText(/Valid.*20\d\d-\d\d-\d\d/)
  await expect(inspector.row(/opaque/)).not.toContainText(/Valid|Unreadable/)
  expect(bodies.join()).not.toContain(base64('of no certificate'))
  await inspector.row(/lamp/).click()
  await expect(inspector.details.locator('.details-head')).toContainText('EndsSoon')
  // Renewed: nobody has to reload anything.
  await server.api.send('PATCH', `${secrets}/lamp`, { type: 'application/merge-patch+json', body: await tls('lamp', 200) })
  await expect(inspector.row(/lamp/)).toContainText('Valid')
  await expect(inspector.details.locator('.details-head')).toContainText('Valid')

  await inspector.open('')
  const card = page.getByRole('region', { name: 'Needs a look' })
  const problem = (name: RegExp) => card.getByRole('listitem').filter({ hasText: name })
  await expect(problem(/wreck/)).toContainText(/Expired.*Its certificate ended on .*Renew it/)
  await expect(problem(/customs/)).toContainText(/CAEndsSoon.*ends on .*new caBundle/)
  await expect(problem(/buoy|lamp/)).toHaveCount(0)
  await problem(/customs/)
    .getByRole('link', { name: 'customs' })
    .click()
  await expect(inspector.details.getByRole('tabpanel')).toContainText(/CA bundle\s*EndsSoon customs-ca, until/)
  await server.api.remove(`${WEBHOOKS}/customs`)
  for (const name of ['buoy', 'lamp', 'wreck', 'opaque']) await server.api.remove(`${secrets}/${name}`)
})

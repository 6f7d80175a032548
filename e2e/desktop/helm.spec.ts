import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import type { Server } from '../fixtures/server.ts'

const SECRETS = '/api/v1/namespaces/tide/secrets'
const MAPS = '/api/v1/namespaces/tide/configmaps'

const map = (name: string, depth: string): string =>
  `---\n# Source: quay/templates/map.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  depth: "${depth}"\n`

/** A revision as helm keeps it. */
async function writeRevision(server: Server, version: number, status: string, manifest: string, values: object): Promise<void> {
  const release = {
    name: 'quay',
    namespace: 'tide',
    version,
    info: {
      first_deployed: '2026-01-01T00:00:00Z',
      last_deployed: `2026-01-0${version}T00:00:00Z`,
      description: version === 1 ? 'Install complete' : 'Upgrade complete',
      status,
      notes: 'Mind the tide.',
    },
    chart: { metadata: { name: 'quay', version: `0.${version}.0`, appVersion: '7' }, values: { berths: 1, crane: false } },
    config: values,
    manifest,
    hooks: [{ name: 'quay-check', kind: 'Job', events: ['pre-rollback'], manifest: '' }],
  }
  await server.api.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `sh.helm.release.v1.quay.v${version}`,
      labels: { owner: 'helm', name: 'quay', status, version: String(version), modifiedAt: '1767225600' },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(gzipSync(JSON.stringify(release)).toString('base64')).toString('base64') },
  })
}

interface Stored {
  items: { metadata: { name: string; labels: Record<string, string> }; data: { release: string } }[]
}
async function statuses(server: Server): Promise<string[]> {
  const { items } = await server.api.get<Stored>(`${SECRETS}?labelSelector=owner%3Dhelm`)
  return items.map(({ metadata, data }) => {
    const packed = Buffer.from(Buffer.from(data.release, 'base64').toString(), 'base64')
    const { info, version } = JSON.parse(gunzipSync(packed).toString()) as { info: { status: string }; version: number }
    expect(metadata.labels.status).toBe(info.status)
    return `${version} ${info.status}`
  })
}

test('a Helm release without helm: its list, values, manifest and what each revision changed; rolled back, then uninstalled', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tide' } })
  await writeRevision(server, 1, 'superseded', map('both', '1') + map('old', '1'), { berths: 2 })
  await writeRevision(server, 2, 'deployed', map('both', '2') + map('new', '2'), { berths: 3 })
  const marks = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'quay', 'meta.helm.sh/release-namespace': 'tide' },
  }
  for (const name of ['both', 'new'])
    await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...marks }, data: { depth: '2' } })
  await inspector.open('helm?ns=tide')
  const list = page.getByRole('region', { name: 'Helm releases' }).getByRole('table')
  await expect(list.getByRole('row', { name: /quay/ })).toContainText(/tide\s*deployed\s*2\s*quay-0\.2\.0\s*7/)
  await list.getByRole('link', { name: 'quay' }).click()
  const { details } = inspector
  await expect(details).toContainText('Mind the tide.')
  const objects = details.getByRole('region', { name: 'Objects' })
  await expect(objects.getByRole('link')).toHaveText(['both', 'new'])
  await server.api.remove(`${MAPS}/new`)
  await expect(objects.getByRole('listitem')).toHaveText([/^ConfigMap both\s*$/, /^ConfigMap new does not exist$/])
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', ...marks }, data: { depth: '2' } })
  await expect(objects).not.toContainText('does not exist')
  await inspector.tab('Values').click()
  await expect(details.locator('.cm-content')).toHaveText(/^berths: 3$/)
  await details.getByRole('button', { name: 'With the chart’s own' }).click()
  await expect(details.locator('.cm-content')).toContainText('crane: false')
  await inspector.tab('Manifest').click()
  await expect(details.locator('.cm-content')).toContainText('# Source: quay/templates/map.yaml')
  await inspector.tab('History').click()
  await expect(details.getByRole('region', { name: 'Values' }).last().locator('.diff-line.added')).toHaveText([/berths: 3/])
  await expect(details.locator('tr.note')).toHaveText(['quay-0.2.0 · app 7 · Upgrade complete', 'quay-0.1.0 · app 7 · Install complete'])
  const manifest = details.getByRole('region', { name: 'Manifest' }).last()
  await expect(manifest.locator('.diff-line.removed').filter({ hasText: 'name: old' })).toHaveCount(1)
  await expect(manifest.locator('.diff-line.added').filter({ hasText: 'name: new' })).toHaveCount(1)

  await details.getByRole('button', { name: 'Roll back to 1' }).click()
  await expect(inspector.dialog).toContainText('Hooks are not run: quay-check')
  const applied = inspector.dialog.getByRole('list', { name: '2 objects are applied' })
  // The other hand has set it to another value, and is told of.
  await expect(applied).toContainText('conflicts')
  await applied.getByRole('button', { name: 'Take it over' }).click()
  await inspector.dialog.getByRole('button', { name: 'Roll back', exact: true }).click()
  await expect(inspector.dialog).toContainText('Rolled back.')
  expect(await statuses(server)).toEqual(['1 superseded', '2 superseded', '3 deployed'])
  const maps = async (): Promise<string[]> =>
    (await server.api.get<{ items: { metadata: { name: string } }[] }>(MAPS)).items.map(({ metadata }) => metadata.name)
  expect((await maps()).filter((name) => name !== 'kube-root-ca.crt')).toEqual(['both', 'old'])
  const old = await server.api.get<{ metadata: { managedFields: { manager: string; operation: string }[] } }>(`${MAPS}/old`)
  expect(old.metadata.managedFields[0]).toMatchObject({ manager: 'helm', operation: 'Apply' })
  await inspector.dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(details.getByRole('row', { name: /^3 deployed/ })).toBeVisible()

  // One of them is somebody else's by now: that is seen before anything is done.
  const maintained = { type: 'application/merge-patch+json', body: { metadata: { annotations: { 'meta.helm.sh/release-name': 'other' } } } }
  await server.api.send('PATCH', `${MAPS}/old`, maintained)
  await details.getByRole('button', { name: 'Uninstall' }).click()
  await expect(inspector.dialog.getByRole('list', { name: '1 object is deleted' })).toContainText(
    /ConfigMap tide\/old\s*left alone: it does not belong to this release.*ConfigMap tide\/both/,
  )
  await inspector.dialog.getByRole('button', { name: 'Cancel' }).click()
  await server.api.send('PATCH', `${MAPS}/old`, {
    ...maintained,
    body: { metadata: { annotations: { 'meta.helm.sh/release-name': 'quay' } } },
  })
  await details.getByRole('button', { name: 'Uninstall' }).click()
  await expect(inspector.dialog.getByRole('list', { name: '2 objects are deleted' })).toContainText(
    /ConfigMap tide\/old.*ConfigMap tide\/both/,
  )
  await inspector.dialog.getByRole('button', { name: 'Uninstall' }).click()
  await expect(inspector.dialog).toContainText('Uninstalled.')
  expect(await statuses(server)).toEqual([])
  expect((await maps()).filter((name) => name !== 'kube-root-ca.crt')).toEqual([])
  await inspector.dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByText('No Helm release here')).toBeVisible()
  // What is asked about may not be there, and a conflict is an answer.
  expect(faults.filter((fault) => !/status of (404|409)/.test(fault))).toEqual([])
  faults.length = 0
})

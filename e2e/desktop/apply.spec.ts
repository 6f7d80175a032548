import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import type { Inspector } from '../pages/inspector.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

async function compose(inspector: Inspector, text: string): Promise<void> {
  await inspector.page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  const editor = inspector.dialog.locator('.cm-content')
  await expect(editor).toBeVisible()
  await editor.focus()
  await inspector.page.keyboard.press('Control+a')
  await inspector.page.keyboard.insertText(text)
}

const row = (inspector: Inspector, name: string | RegExp) =>
  inspector.dialog.getByRole('list', { name: 'Objects' }).locator(':scope > li').filter({ hasText: name })

test('several objects that rest on each other: tried, applied in their order under our name, and taken back', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const text = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: boats.sea.example.com
spec:
  group: sea.example.com
  scope: Namespaced
  names: {kind: Boat, plural: boats, singular: boat}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: v1
kind: Namespace
metadata:
  name: harbour
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: tides
  namespace: harbour
data:
  mode: "0644"
---
apiVersion: sea.example.com/v1
kind: Boat
metadata:
  name: dinghy
  namespace: harbour
spec:
  length: 9007199254740993
`
  await inspector.open('')
  await expect(inspector.statusBar).toContainText('kinds')
  await compose(inspector, text)
  await expect(row(inspector, 'Namespace harbour')).toContainText('is new')
  await expect(row(inspector, 'ConfigMap harbour/tides')).toContainText('once what comes before it is there')
  await expect(row(inspector, 'Boat harbour/dinghy')).toContainText('once what comes before it is there')
  await inspector.dialog.getByRole('button', { name: 'Apply to 4' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('4 changed.')
  const boat = await server.api.send('GET', '/apis/sea.example.com/v1/namespaces/harbour/boats/dinghy')
  expect(boat.text).toContain('9007199254740993')
  const map = await server.api.get('/api/v1/namespaces/harbour/configmaps/tides')
  expect(map.data).toEqual({ mode: '0644' })
  expect(map.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'binnacle', operation: 'Apply' }))
  await inspector.dialog.getByRole('button', { name: 'Undo' }).click()
  await expect(inspector.dialog).toContainText('takes back what was applied')
  await inspector.dialog.getByRole('button', { name: 'Apply to 4' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('4 changed.')
  // A definition goes once its objects are gone.
  await expect.poll(async () => (await server.api.send('GET', `${CRDS}/boats.sea.example.com`)).status).toBe(404)
  await page.keyboard.press('Escape')
  refusals(faults, 404)
})

test('conflicts name who holds what: theirs are kept in the text, or all are taken over', async ({ inspector, server, faults }) => {
  const MAP = '/api/v1/namespaces/default/configmaps/shared'
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { 'a.b': 'theirs', c: 'theirs' } }
  await server.api.send('PATCH', `${MAP}?fieldManager=pilot`, { type: 'application/apply-patch+yaml', body })
  await inspector.open('configmaps')
  await expect(inspector.row(/shared/)).toBeVisible()
  await compose(inspector, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shared\ndata:\n  a.b: mine\n  c: mine\n')
  const shared = row(inspector, 'ConfigMap default/shared')
  await expect(shared).toContainText('2 fields are held by other managers')
  await expect(shared).toContainText('data.a.b is held by pilot')
  await expect(inspector.dialog.getByRole('button', { name: 'Apply to 0' })).toBeDisabled()
  await shared.getByRole('listitem').filter({ hasText: 'data.a.b' }).getByRole('button', { name: 'Keep theirs' }).click()
  await expect(inspector.dialog.locator('.cm-content')).toContainText('a.b: theirs')
  await expect(inspector.dialog.locator('.cm-content')).toContainText('c: mine')
  await expect(shared).toContainText('1 field is held by another manager')
  await shared.getByRole('button', { name: 'Take it over' }).click()
  await expect(shared.locator('.diff-line.added')).toHaveText([/c: mine/])
  await inspector.dialog.getByRole('button', { name: 'Apply to 1' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(MAP)).data).toEqual({ 'a.b': 'theirs', c: 'mine' })
  refusals(faults, 409)
})

test('a field that an action of this window has set is not said to be somebody else’s', async ({ inspector, server, faults }) => {
  const MAP = '/api/v1/namespaces/default/configmaps/own'
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' }, data: { a: 'first' } }
  await server.api.create('/api/v1/namespaces/default/configmaps', body)
  await server.api.send('PATCH', `${MAP}?fieldManager=binnacle`, { type: 'application/merge-patch+json', body: { data: { a: 'second' } } })
  await inspector.open('configmaps')
  await expect(inspector.row(/own/)).toBeVisible()
  await compose(inspector, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\ndata:\n  a: third\n')
  const own = row(inspector, 'ConfigMap default/own')
  await expect(own).toContainText('1 field was set by an action of Binnacle, with another value:')
  await expect(own).toContainText('data.a was set by an action in the name binnacle, which is this window’s too')
  await expect(own.getByRole('button', { name: 'Keep that value' })).toBeVisible()
  await own.getByRole('button', { name: 'Take it over' }).click()
  await expect(own.locator('.diff-line.added')).toHaveText([/a: third/])
  refusals(faults, 409)
})

test('from a template, from files, from the clipboard; what was left there is there again', async ({
  inspector,
  page,
  context,
  server,
  faults,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await inspector.open('configmaps')
  await expect(inspector.statusBar).toContainText('kinds')
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  const { dialog } = inspector
  await dialog.getByRole('button', { name: 'Template' }).click()
  await page.getByRole('menuitem', { name: 'ConfigMap' }).click()
  await expect(row(inspector, 'ConfigMap default/hello')).toContainText('is new')
  await dialog.locator('input[type=file]').setInputFiles([
    { name: 'one.yaml', mimeType: 'text/yaml', buffer: Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-file}\n') },
    {
      name: 'two.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"from-json"}}'),
    },
  ])
  await expect(row(inspector, /from-file/)).toContainText('is new')
  await expect(row(inspector, /from-json/)).toContainText('is new')
  await page.evaluate(() => navigator.clipboard.writeText('apiVersion: v1\nkind: Rowboat\nmetadata: {name: from-clipboard}\n'))
  await dialog.getByRole('button', { name: 'From the clipboard' }).click()
  await expect(row(inspector, /from-clipboard/)).toContainText('a kind that this cluster does not serve')
  await expect(dialog.getByRole('button', { name: /^Apply to/ })).toBeDisabled()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await page.reload()
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  await expect(row(inspector, /from-clipboard/)).toBeVisible()
  await dialog.locator('.cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('a: [')
  await expect(row(inspector, '#1')).toContainText('no valid YAML')
  expect((await server.api.send('GET', '/api/v1/namespaces/default/configmaps/hello')).status).toBe(404)
  refusals(faults, 404)
})

test('duplicate: a copy of an object, under another name, without what was its own', async ({ inspector, page, server, faults }) => {
  const MAPS = '/api/v1/namespaces/default/configmaps'
  await server.api.create(MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'twin', labels: { of: 'two' } },
    data: { a: 'b' },
  })
  await inspector.open('configmaps/default/twin')
  await inspector.details.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect(row(inspector, 'ConfigMap default/twin-copy')).toContainText('is new')
  await inspector.dialog.getByRole('button', { name: 'Apply to 1' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect(await server.api.get(`${MAPS}/twin-copy`)).toMatchObject({ metadata: { labels: { of: 'two' } }, data: { a: 'b' } })
  refusals(faults, 404)
})

test('a list that is no object says so, and is applied once it is written as one; a server that was away is asked again', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const item = (name: string): string => `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}"}}`
  await inspector.open('?ns=default')
  await expect(inspector.statusBar).toContainText('kinds')
  await compose(inspector, `[\n  ${item('listed-a')},\n  ${item('listed-b')}\n]\n`)
  await expect(row(inspector, '#1')).toContainText('is a list, not an object')
  await page.route('**/clusters/**/configmaps/**', (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()))
  await inspector.dialog.getByRole('button', { name: 'Write as kind: List' }).click()
  await expect(row(inspector, 'ConfigMap default/listed-a')).toContainText('refused')
  await page.unroute('**/clusters/**/configmaps/**')
  await inspector.dialog.getByRole('button', { name: 'Look again' }).click()
  await expect(row(inspector, 'ConfigMap default/listed-b')).toContainText('is new')
  await inspector.dialog.getByRole('button', { name: 'Apply to 2' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('2 changed.')
  expect((await server.api.send('GET', '/api/v1/namespaces/default/configmaps/listed-b')).status).toBe(200)
  refusals(faults, 404)
  expect(faults.every((fault) => fault.includes('net::ERR_FAILED'))).toBe(true)
  faults.length = 0
})

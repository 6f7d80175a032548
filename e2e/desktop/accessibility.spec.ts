import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Page, expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { examplePages, examples } from '../fixtures/examples.ts'
import { profileFile } from '../fixtures/profile-file.ts'
import { refusals } from '../fixtures/refusals.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { pod, redeem } from '../fixtures/session.ts'
import { adminOf, silentAddress, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const PODS = '/api/v1/namespaces/default/pods'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

/** Every kind of page, with what must be there before it is judged. */
const places = [
  { name: 'home', place: () => '', ready: 'main' },
  { name: 'pods', place: () => 'pods', ready: '[role=grid] [role=row][aria-rowindex="2"]' },
  { name: 'an empty list', place: () => 'replicasets.apps', ready: '.empty, [role=grid]' },
  { name: 'a pod', place: () => 'pods/default/axe', ready: '[role=tablist]' },
  { name: 'its YAML', place: () => 'pods/default/axe?tab=yaml', ready: '.cm-content' },
  { name: 'its YAML, to change', place: () => 'pods/default/axe?tab=edit', ready: '.cm-content' },
  { name: 'its events', place: () => 'pods/default/axe?tab=events', ready: '[role=tablist]' },
  { name: 'its logs', place: () => 'pods/default/axe?tab=logs', ready: '[role=log]' },
  { name: 'a node', place: (node: string) => `nodes/_/${node}`, ready: '[role=tablist]' },
  { name: 'node logs', place: (node: string) => `nodes/_/${node}?tab=node-logs`, ready: '.file-list' },
  { name: 'profiles', place: (node: string) => `nodes/_/${node}?tab=profile`, ready: '[role=tablist]' },
  { name: 'node metrics', place: (node: string) => `nodes/_/${node}?tab=metrics`, ready: '.readings td' },
  { name: 'node statistics', place: (node: string) => `nodes/_/${node}?tab=stats`, ready: '[role=tablist]' },
  { name: 'a service', place: () => 'services/default/kubernetes', ready: '[role=tablist]' },
  { name: 'clusters', place: () => 'clusters', ready: '.clusters .card' },
  { name: 'Helm releases', place: () => 'helm', ready: '.empty, main table' },
  { name: 'topology', place: () => 'topology?ns=default', ready: '.react-flow__node' },
  { name: 'control loops', place: () => 'loops', ready: 'main table' },
  { name: 'a kind that nobody declared', place: () => 'leases.coordination.k8s.io', ready: '[role=grid]' },
  { name: 'a kind that is not served', place: () => 'winds.sea', ready: '.empty' },
] as const

test.beforeAll(async ({ server }) => {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  await server.api.create(PODS, pod('axe'))
})

test.afterAll(async ({ server }) => {
  await server.api.remove(`${PODS}/axe?gracePeriodSeconds=0`)
})

// What a theme changes is colours; all else is judged once.
for (const colorScheme of ['dark', 'light'] as const) {
  const rules = colorScheme === 'dark' ? undefined : ['color-contrast', 'link-in-text-block']
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test('axe finds nothing serious on any page', async ({ inspector, page, node }) => {
      // Some fifteen pages, each judged by every rule.
      test.setTimeout(300_000)
      for (const { name, place, ready } of places) {
        await inspector.open(place(node))
        await expect(page.locator(ready).first(), name).toBeVisible()
        expect.soft(await serious(page, rules), name).toEqual([])
      }
    })

    test('axe finds nothing serious on the page of any kind', async ({ browser }) => {
      test.setTimeout(300_000)
      await using server = await startServer({ loops: true, gateway: true })
      for (const [path, object] of examples)
        await server.api.send('PATCH', `${path}?fieldManager=axe`, { type: 'application/apply-patch+yaml', body: object })
      const { origin, storageState } = await redeem(server.sessionUrl)
      const context = await browser.newContext({ baseURL: origin, storageState, colorScheme })
      const page = await context.newPage()
      const inspector = new Inspector(page)
      for (const [name, place] of examplePages) {
        await inspector.open(place)
        await expect(page.locator('[role=tabpanel] > *').first(), name).toBeVisible()
        expect.soft(await serious(page, rules, '.details-pane'), name).toEqual([])
      }
      await context.close()
    })

    test('axe finds nothing serious: captures that are compared, and details over the whole width', async ({ inspector, page, node }) => {
      const { details } = inspector
      await inspector.openNodeTab(node, 'profile')
      const file = details.locator('input[type=file]')
      await file.setInputFiles(profileFile('before.pb', { 'parse main': 30, 'old main': 5 }, 5))
      await file.setInputFiles(profileFile('after.pb', { 'parse main': 20, 'new main': 5 }, 10))
      await details.getByLabel('Compare with').selectOption({ index: 1 })
      await expect(details.getByText('each as wide as both captures together')).toBeVisible()
      expect.soft(await serious(page, rules)).toEqual([])
      await inspector.tab('Metrics').click()
      await expect(details.getByRole('cell').first()).toBeVisible()
      await details.getByRole('button', { name: 'Reload' }).click()
      await details.getByLabel('Compare with').selectOption({ index: 1 })
      await details.getByRole('button', { name: 'Full width' }).click()
      await expect(details.getByRole('table', { name: 'What changed' })).toBeVisible()
      expect.soft(await serious(page, rules)).toEqual([])
    })

    test('axe finds nothing serious: the menu of a row and the dialogs of actions', async ({ inspector, page, node }) => {
      const { dialog } = inspector
      await inspector.open('pods')
      await inspector.row(/axe/).click({ button: 'right' })
      await expect(page.getByRole('menuitem', { name: 'Evict' })).toBeVisible()
      expect(await serious(page, rules)).toEqual([])
      await page.getByRole('menuitem', { name: 'Labels' }).click()
      await dialog.getByRole('textbox', { name: 'key' }).fill('a')
      await expect(dialog.locator('.diff-line.added').first()).toBeVisible()
      await dialog.getByText('What is sent').click()
      expect(await serious(page, rules)).toEqual([])
      await page.keyboard.press('Escape')
      await inspector.open(`nodes/_/${node}`)
      await expect(inspector.details.locator('.details-head')).toContainText('Ready')
      for (const name of ['Taints', 'Drain']) {
        await inspector.details.getByRole('button', { name: 'Actions' }).click()
        await page.getByRole('menuitem', { name }).click()
        await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeVisible()
        expect(await serious(page, rules), name).toEqual([])
        await page.keyboard.press('Escape')
      }
    })

    test('axe finds nothing serious: where objects are written and applied', async ({ inspector, page, faults }) => {
      await inspector.open('pods')
      await expect(inspector.statusBar).toContainText('kinds')
      await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
      await inspector.dialog.getByRole('button', { name: 'Template' }).click()
      await page.getByRole('menuitem', { name: 'ConfigMap' }).click()
      await expect(inspector.dialog.locator('.diff-line.added').first()).toBeVisible()
      expect(await serious(page, rules)).toEqual([])
      // That it is not there yet.
      refusals(faults, 404)
    })

    test('axe finds nothing serious: lists of several clusters and namespaces, their menus, a selection over both', async ({ browser }) => {
      await using remote = await startServer()
      await using silent = await silentAddress()
      using dir = scratch()
      const file = join(dir.path, 'config')
      const { cluster, user } = adminOf(remote) as { cluster: { server: string }; user: object }
      writeKubeconfig(file, {
        remote: { cluster: { server: cluster.server, 'insecure-skip-tls-verify': true }, user },
        silent: { cluster: { server: silent.url } },
        broken: { cluster: { server: silent.url, 'certificate-authority': 'none.crt' } },
      })
      await using server = await startServer({ gateway: true, env: { KUBECONFIG: file, BINNACLE_CONNECTION_PACE: '4' } })
      for (const { api } of [server, remote]) await api.create('/api/v1/namespaces/default/configmaps', map('chart'))
      const { origin, storageState } = await redeem(server.sessionUrl)
      const context = await browser.newContext({ baseURL: origin, storageState, colorScheme })
      const page = await context.newPage()
      const inspector = new Inspector(page, 'remote')
      await inspector.open('configmaps?ns=default%2Ckube-system&beside=local&beside=silent&beside=broken')
      const strip = page.getByRole('list', { name: 'Clusters of this list' })
      await expect(strip.getByRole('listitem').filter({ hasText: 'silent' })).toContainText('Unreachable since')
      await expect(strip.getByRole('listitem').filter({ hasText: 'broken' })).toContainText('Not usable')
      for (const name of ['local', 'remote'])
        await inspector
          .row(new RegExp(`${name} chart`))
          .getByRole('checkbox')
          .click()
      await expect(inspector.counts).toContainText('2 selected')
      await expect(page.getByText('Certificate not checked')).toBeVisible()
      expect.soft(await serious(page, rules)).toEqual([])
      for (const name of [/^Switch context/, /^Namespace:/]) {
        await page.getByRole('button', { name }).click()
        await expect(page.getByRole('option').first()).toBeVisible()
        expect.soft(await serious(page, rules), String(name)).toEqual([])
        await page.keyboard.press('Escape')
      }
      await inspector.row(/local chart/).click()
      await expect(inspector.details.getByRole('tablist')).toBeVisible()
      expect.soft(await serious(page, rules)).toEqual([])
      await context.close()
    })

    test('axe finds nothing serious: dialogs and menus', async ({ inspector, page }) => {
      await inspector.open('pods')
      await expect(inspector.row(/axe/)).toBeVisible()
      for (const open of [
        () => page.keyboard.press('?'),
        () => page.keyboard.press('Control+k'),
        async () => {
          await inspector.palette('nothing is called so')
          await expect(inspector.dialog).toContainText('Nothing found')
        },
        () => page.getByRole('button', { name: 'Columns' }).click(),
        () => page.getByRole('button', { name: 'Theme' }).click(),
        () => page.getByRole('button', { name: /^Switch context/ }).click(),
        async () => {
          await page.getByRole('button', { name: /^Namespace:/ }).click()
          await page.keyboard.type('elsewhere')
          // The option that Enter takes has colours of its own.
          await page.locator('.pick-option[data-current]').waitFor()
        },
      ]) {
        await open()
        expect(await serious(page, rules)).toEqual([])
        await page.keyboard.press('Escape')
      }
      await inspector.open('pods/default/axe?tab=logs')
      await page.getByRole('button', { name: 'How lines are shown' }).click()
      await expect(page.getByRole('menuitemradio', { name: 'UTC', exact: true })).toBeVisible()
      expect(await serious(page, rules)).toEqual([])
    })
  })
}

/** `within`: only what lies in it is judged. */
async function serious(page: Page, rules: string[] | undefined, within = 'html'): Promise<string[]> {
  const builder = new AxeBuilder({ page }).include(within)
  const { violations } = await (rules === undefined ? builder : builder.withRules(rules)).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

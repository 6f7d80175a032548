import type { Page } from 'playwright-core'
import { examplePages } from '../../e2e/fixtures/examples.ts'
import type { Server } from '../../e2e/fixtures/server.ts'

export const few = 3
export const many = 30_000

export interface Shot {
  name: string
  /** With how many objects there is something to see. */
  objects: readonly number[]
  place: (node: string) => string
  /** Seen before the picture is taken. */
  ready: string
  before?: (page: Page, server: Server) => Promise<void>
  /** Opens what lies above the page, for each picture anew; Escape closes it. */
  open?: (page: Page) => Promise<void>
}

const row = '[role=grid][aria-busy=false] [role=row][aria-rowindex="2"]'
export const shots: readonly Shot[] = [
  { name: 'home', objects: [0, few, many], place: () => '', ready: '.home:not(:has(.notice)) .phase-bar, .home .first' },
  { name: 'pods', objects: [0, few, many], place: () => 'pods', ready: `${row}, .empty:not([role=status])` },
  { name: 'pods-of-a-namespace', objects: [0], place: () => 'pods?ns=default', ready: '.empty:not([role=status])' },
  { name: 'events', objects: [few], place: () => 'events', ready: row },
  { name: 'services', objects: [few], place: () => 'services/default/kubernetes', ready: '[role=tabpanel] table' },
  { name: 'pod', objects: [few], place: () => 'pods/default/alpha', ready: '[role=tabpanel] table' },
  { name: 'pod-yaml', objects: [few], place: () => 'pods/default/alpha?tab=yaml', ready: '.cm-line' },
  { name: 'pod-logs', objects: [few], place: () => 'pods/default/alpha?tab=logs', ready: '.log-line' },
  { name: 'deployment', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table' },
  { name: 'deployment-logs', objects: [few], place: () => 'deployments.apps/default/storefront?tab=logs', ready: '.log-line' },
  { name: 'revisions', objects: [few], place: () => 'deployments.apps/default/storefront?tab=revisions', ready: 'summary' },
  { name: 'edit', objects: [few], place: () => 'deployments.apps/default/storefront?tab=edit', ready: '.cm-line' },
  { name: 'apply', objects: [few], place: () => 'deployments.apps', ready: row, open: apply },
  { name: 'secret', objects: [few], place: () => 'secrets/default/quay-tls', ready: '[role=tabpanel] section' },
  {
    name: 'network-policy',
    objects: [few],
    place: () => 'networkpolicies.networking.k8s.io/default/gangway',
    ready: '[role=tabpanel] section',
  },
  { name: 'row-menu', objects: [few], place: () => 'deployments.apps', ready: row, open: rowMenu },
  { name: 'scale', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table', open: scale },
  { name: 'values', objects: [few], place: () => 'configmaps/default/charts', ready: '[role=tabpanel] section', open: values },
  { name: 'labels', objects: [few], place: () => 'deployments.apps/default/storefront', ready: '[role=tabpanel] table', open: labels },
  { name: 'drain', objects: [few], place: (node) => `nodes/_/${node}`, ready: '[role=tabpanel] table', open: drain },
  { name: 'node', objects: [few], place: (node) => `nodes/_/${node}`, ready: '[role=tabpanel] table' },
  { name: 'node-logs', objects: [few], place: (node) => `nodes/_/${node}?tab=node-logs`, ready: '.log-line', before: openLog },
  { name: 'flame-graph', objects: [few], place: (node) => `nodes/_/${node}?tab=profile`, ready: '.flame-host', before: profile },
  { name: 'profiles-compared', objects: [few], place: (node) => `nodes/_/${node}?tab=profile`, ready: '.flame-host', before: twoProfiles },
  { name: 'metrics-compared', objects: [few], place: (node) => `nodes/_/${node}?tab=metrics`, ready: '.readings td', before: twoReadings },
  { name: 'clusters', objects: [0, few, many], place: () => 'clusters', ready: '.clusters .card:not(:has(.notice)) .card-note' },
  { name: 'topology', objects: [few], place: () => 'topology?ns=default', ready: '.react-flow__node' },
  { name: 'helm', objects: [0, few], place: () => 'helm', ready: '.empty, main table' },
  { name: 'rights', objects: [few], place: () => 'rights', ready: 'main h1' },
  { name: 'nodes', objects: [few], place: () => 'nodes', ready: row },
  { name: 'usage', objects: [few, many], place: () => 'pods', ready: row, before: usage },
  { name: 'deployments', objects: [0, few], place: () => 'deployments.apps', ready: `${row}, .empty:not([role=status])` },
  { name: 'palette', objects: [few], place: () => 'pods', ready: row, open: palette },
  { name: 'keys', objects: [few], place: () => 'pods', ready: row, open: (page) => dialogBy(page, '?') },
  {
    name: 'delete',
    objects: [few],
    place: () => 'deployments.apps/default/storefront',
    ready: '[role=tabpanel] table',
    open: (page) => dialogBy(page, 'd'),
  },
  ...examplePages.map(([name, place]): Shot => ({ name, objects: [few], place: () => place, ready: '[role=tabpanel] > *' })),
]

async function openLog(page: Page): Promise<void> {
  await page.locator('.file-list').getByText('kubelet.log').click()
}

async function rowMenu(page: Page): Promise<void> {
  await page.locator('.list-row').first().click({ button: 'right' })
  await page.getByRole('menu').waitFor()
}

async function scale(page: Page): Promise<void> {
  await page.keyboard.press('s')
  await page.locator('#replicas').fill('5')
  await page.locator('.diff-line.added').waitFor()
}

async function apply(page: Page): Promise<void> {
  await page.locator('header [aria-haspopup=dialog]').last().click()
  // What the picture before has left there.
  await page.locator('[role=dialog] .cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.locator('[role=dialog] .log-bar button').first().click()
  await page.getByRole('menuitem', { name: 'Deployment' }).click()
  await page.locator('[role=dialog] .diff-line.added').first().waitFor()
}

async function fromPalette(page: Page, name: RegExp): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name }).first().click()
}

async function values(page: Page): Promise<void> {
  await page.keyboard.press('v')
  await page.locator('[role=dialog] textarea').first().fill('13')
  await page.locator('.diff-line.added').waitFor()
}

async function labels(page: Page): Promise<void> {
  await fromPalette(page, /Labels|标签/)
  await page.locator('[role=dialog] input').first().fill('tier')
  await page.locator('[role=dialog] textarea').last().fill('front')
  await page.locator('.diff-line.added').waitFor()
}

async function drain(page: Page): Promise<void> {
  await fromPalette(page, /Drain|排空/)
  await page.locator('[role=dialog] .delete-list li').first().waitFor()
}

/** Takes a CPU profile while pods are listed, so that it has something to show. */
async function profile(page: Page, server: Server): Promise<void> {
  let stopped = false
  const work = (async () => {
    while (!stopped) await server.api.get('/api/v1/pods')
  })()
  await page.locator('.log-bar button').first().click()
  await page.locator('.flame-host').waitFor({ timeout: 60_000 })
  stopped = true
  await work
}

/** A heap before and after pods were listed, one beside the other. */
async function twoProfiles(page: Page, server: Server): Promise<void> {
  const heap = page.locator('.log-bar .mantine-Button-root').nth(1)
  const captures = page.locator('.capture-choice')
  await heap.click()
  await page.locator('.flame-host').waitFor({ timeout: 60_000 })
  // A heap is read again only after a rest, which is told as an error meanwhile.
  while ((await captures.count()) === 0) {
    await server.api.get('/api/v1/pods')
    if (await heap.isEnabled()) await heap.click()
  }
  await captures.nth(1).locator('select').selectOption({ index: 1 })
  await page.locator('.profile-changes').waitFor()
}

async function twoReadings(page: Page): Promise<void> {
  await page.locator('.readings td').first().waitFor()
  await page.locator('.log-bar .icon-button').first().click()
  await page.locator('.capture-choice select').nth(1).selectOption({ index: 1 })
  await page.locator('.change-word').first().waitFor()
}

async function usage(page: Page): Promise<void> {
  const columns = ['name', 'namespace', 'ready', 'status', 'restarts', 'cpuUsed', 'memoryUsed', 'node', 'age']
  await page.evaluate((shown) => localStorage.setItem('binnacle.columns.pods', JSON.stringify(shown)), columns)
  await page.reload()
}

async function palette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('storefront')
  await page.getByRole('option').first().waitFor()
}

async function dialogBy(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key)
  await page.getByRole('dialog').waitFor()
}

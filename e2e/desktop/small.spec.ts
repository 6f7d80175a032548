import { expect, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { makeNamespace, pod } from '../fixtures/session.ts'

const PODS = '/api/v1/namespaces/default/pods'
test.use({ viewport: { width: 800, height: 600 } })

test.beforeAll(async ({ server }) => {
  using accounts = await server.api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  using pods = await server.api.watch(PODS)
  await server.api.create(PODS, pod('a-pod-with-a-name-that-is-longer-than-most-of-them-are'))
  await pods.until('the pod', ({ object }) => object.status?.phase === 'Running')
})

/** What can be pressed or typed into within `within`, and cannot be brought where one sees it, or lies under something else. */
const outOfReach = (page: Page, within: string): Promise<string[]> =>
  page.evaluate((selector) => {
    const root = [...document.querySelectorAll(selector)].at(-1)
    if (!root) return [`there is no ${selector}`]
    const found: string[] = []
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page is wider than the window')
    for (const element of root.querySelectorAll('button, a[href], input, select, [role=tab], [role=menuitem], .cm-content')) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('[inert], .list-row, .sr-only')) continue
      if (element instanceof HTMLInputElement && element.type === 'file') continue
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect()
      if (width === 0 || height === 0) continue
      const name = `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? ''}`
      // A text that is edited is taller than the window, and scrolls in itself.
      const tall = element.matches('.cm-content')
      if (left < -1 || right > window.innerWidth + 1 || (!tall && (top < -1 || bottom > window.innerHeight + 1)))
        found.push(`${name}: outside`)
      else {
        const hit = document.elementFromPoint((left + right) / 2, (Math.max(top, 0) + Math.min(bottom, window.innerHeight)) / 2)
        const own = hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest('label')?.contains(element) === true)
        if (!own) found.push(`${name}: under ${hit?.className.toString() ?? 'nothing'}`)
      }
    }
    return found
  }, within)

const places = [
  { place: '', ready: '.home .card' },
  { place: 'clusters', ready: '.clusters .card-note' },
  { place: 'pods', ready: '.list-row' },
  { place: 'helm', ready: '.empty, main table' },
  { place: 'rights', ready: 'main h1' },
  { place: 'loops', ready: 'main table' },
  { place: 'topology?ns=default', ready: '.react-flow__node' },
  ...['', 'yaml', 'edit', 'events', 'topology', 'logs'].map((tab) => ({
    place: `pods/default/a-pod-with-a-name-that-is-longer-than-most-of-them-are${tab && `?tab=${tab}`}`,
    ready:
      { yaml: '.cm-content', edit: '.cm-content', logs: '.log-line', topology: '.react-flow__node', events: '[role=tabpanel] > *' }[tab] ??
      '[role=tabpanel] section, [role=tabpanel] .empty, [role=tabpanel] table',
  })),
  { place: 'namespaces/_/default', ready: '[role=tabpanel] section' },
]

test('nothing is cut off or out of reach in a window of 800 × 600: places, details, logs, the editor', async ({ inspector, page }) => {
  for (const { place, ready } of places) {
    await inspector.open(place)
    await expect(page.locator(ready).first(), place).toBeVisible()
    expect.soft(await outOfReach(page, 'body'), place).toEqual([])
  }
})

for (const locale of ['en', 'zh-CN']) {
  test.describe(locale, () => {
    test.use({ locale })

    test('the word of the connection is whole beside names as long as they may be', async ({ inspector, page }) => {
      await inspector.open(`pods?ns=${'n'.repeat(31)}-${'s'.repeat(31)}`)
      const connection = page.getByTestId('connection')
      await expect(connection).toHaveAttribute('data-state', 'live')
      const cut = await connection.evaluate(
        (button) =>
          [button, ...button.querySelectorAll('*')].filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
            .length,
      )
      expect(cut).toBe(0)
      expect(await outOfReach(page, '.title-bar')).toEqual([])
    })
  })
}

test('nor are menus and dialogs', async ({ inspector, page, node }) => {
  await inspector.open('pods')
  await expect(inspector.row(/a-pod/)).toBeVisible()
  const menus = [
    () => inspector.row(/a-pod/).click({ button: 'right' }),
    () => page.getByRole('button', { name: 'Columns' }).click(),
    () => page.getByRole('button', { name: 'Theme' }).click(),
  ]
  for (const open of menus) {
    await open()
    await expect(page.locator('[role=menu]').last()).toBeVisible()
    expect.soft(await outOfReach(page, '[role=menu]'), String(open)).toEqual([])
    await page.keyboard.press('Escape')
  }
  for (const name of [/^Switch context/, /^Namespace:/]) {
    await page.getByRole('button', { name }).click()
    await expect(page.getByRole('listbox')).toBeVisible()
    expect.soft(await outOfReach(page, '.pick-dropdown'), String(name)).toEqual([])
    await page.keyboard.press('Escape')
  }
  const dialogs = [
    () => page.keyboard.press('?'),
    () => page.keyboard.press('Control+k'),
    () => page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click(),
    async () => {
      await inspector.row(/a-pod/).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Labels' }).click()
    },
    async () => {
      await inspector.row(/a-pod/).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Delete' }).click()
    },
    async () => {
      await inspector.open('nodes')
      await inspector.row(new RegExp(node)).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Drain' }).click()
    },
  ]
  for (const open of dialogs) {
    await open()
    await expect(inspector.dialog).toBeVisible()
    expect.soft(await outOfReach(page, '[role=dialog]'), String(open)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(inspector.dialog).toHaveCount(0)
  }
})

test('what is out of reach is found: a button that nothing scrolls to, one that lies under another', async ({ inspector, page }) => {
  await inspector.open('pods')
  await expect(inspector.row(/a-pod/)).toBeVisible()
  await page.evaluate(() => {
    for (const [name, style] of [
      ['far', 'position: fixed; left: 790px; top: 300px; width: 60px'],
      ['under', 'position: fixed; left: 400px; top: 300px; z-index: 1'],
      ['over', 'position: fixed; left: 390px; top: 290px; width: 90px; height: 60px; z-index: 2'],
    ] as const) {
      const button = document.createElement('button')
      button.textContent = name
      button.setAttribute('style', style)
      document.body.append(button)
    }
  })
  expect((await outOfReach(page, 'body')).map((found) => found.split(':')[0])).toEqual(['button far', 'button under'])
})

test('a name is cut last: beside a list it has a line of its own, below its kind', async ({ inspector, page }) => {
  await page.setViewportSize({ width: 1024, height: 700 })
  await inspector.open('prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/_/global-default')
  const name = inspector.details.getByRole('heading', { name: 'global-default' })
  await expect(name).toBeVisible()
  const cut = (): Promise<boolean> =>
    name.evaluate((heading) =>
      [heading, ...heading.querySelectorAll('*')].some(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth),
    )
  await expect.poll(cut).toBe(false)
  const kind = await inspector.details.getByTitle('PriorityLevelConfiguration').boundingBox()
  expect((kind?.y ?? 0) + (kind?.height ?? 0)).toBeLessThanOrEqual(((await name.boundingBox())?.y ?? 0) + 1)
})

test.describe('beside a list', () => {
  test.use({ viewport: { width: 1280, height: 800 } })

  test('details are not cut off to the right: names in the head, tabs, meters, tables', async ({ inspector, page, server, node }) => {
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'storefront' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'storefront' }, maxReplicas: 8 },
    }
    // Of its own, so that what others make is neither scaled nor bounded.
    await makeNamespace(server, 'narrow')
    await server.api.create('/apis/autoscaling/v2/namespaces/narrow/horizontalpodautoscalers', scaler)
    const limits = { type: 'Container', max: { cpu: '2' }, default: { cpu: '2' }, defaultRequest: { cpu: '10m' } }
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'share' }, spec: { limits: [limits] } }
    await server.api.create('/api/v1/namespaces/narrow/limitranges', range)
    const requests = { spec: { containers: [{ name: 'main', image: 'x', resources: { requests: { memory: '768Mi' } } }] } }
    await server.api.create('/api/v1/namespaces/narrow/pods', { ...pod('large'), ...requests })
    const cut = (selector: string): Promise<string[]> =>
      page
        .locator(selector)
        .evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => `${e.className}: ${e.textContent}`))
    await inspector.open('horizontalpodautoscalers.autoscaling/narrow/storefront')
    await expect(inspector.details.locator('.details-head')).toContainText('FailedGetScale')
    // A text that misses a part of a pixel ends in an ellipsis, too.
    const missing = (): Promise<number> =>
      inspector.details.locator('.details-head .middle-head').evaluate((head) => {
        const text = document.createRange()
        text.selectNodeContents(head)
        return text.getBoundingClientRect().width - head.getBoundingClientRect().width
      })
    expect(await missing()).toBeLessThan(1 / 64)
    // A word that is as long as the name gives way before it.
    const asLong = { ...scaler, metadata: { name: 'storefront-of-the-harbour-1' } }
    await server.api.create('/apis/autoscaling/v2/namespaces/narrow/horizontalpodautoscalers', asLong)
    await inspector.open('horizontalpodautoscalers.autoscaling/narrow/storefront-of-the-harbour-1')
    await expect(inspector.details.locator('.details-head')).toContainText('FailedGetScale')
    expect(await missing()).toBeLessThan(1 / 64)
    await inspector.open(`nodes/_/${node}`)
    await expect(inspector.details.locator('.meter').filter({ hasText: 'Memory requested' })).toContainText('768 MiB')
    expect(await cut('.details .meter, .details .tab-bar')).toEqual([])
    await inspector.open('namespaces/_/narrow')
    await expect(inspector.details.getByRole('region', { name: 'LimitRange share' })).toContainText('defaultRequest')
    expect(await cut('.details-body')).toEqual([])
    // The card of a cluster speaks of its pods, and not of the autoscaler that is in trouble.
    await inspector.open('clusters')
    const card = page.getByRole('region', { name: 'local' })
    await expect(card).toContainText(/1 of 1 node ready\d+ pods/)
    await expect(card).not.toContainText('FailedGetScale')
  })
})

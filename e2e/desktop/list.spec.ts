import { readFileSync } from 'node:fs'
import { type Page, expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const COUNT = 300
const rowHeight = 26
const name = (i: number): string => `map-${String(i).padStart(3, '0')}`

/** The rows on screen from top to bottom: their places, and what their first cell with a text says. */
function onScreen(page: Page): Promise<{ index: number; name: string; selected: boolean }[]> {
  return page.evaluate(() => {
    const list = document.querySelector('[role=grid]')?.getBoundingClientRect()
    return [...document.querySelectorAll('[role=rowgroup] [role=row]')]
      .map((row) => ({ row, top: row.getBoundingClientRect().top }))
      .filter(({ top }) => list !== undefined && top >= list.top + 28 && top < list.bottom - 25)
      .sort((a, b) => a.top - b.top)
      .map(({ row }) => ({
        index: Number(row.getAttribute('aria-rowindex')) - 2,
        name: row.querySelectorAll('[role=gridcell]')[1]?.textContent ?? '',
        selected: row.getAttribute('aria-selected') === 'true',
      }))
  })
}

test.beforeAll(async ({ server }) => {
  for (let i = 0; i < COUNT; i++) {
    await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name(i), labels: { turn: String(i % 2) } } })
  }
})

test('recycled rows: every place shows its own object, however the list is scrolled', async ({ inspector, page }) => {
  await inspector.open('configmaps?q=map-')
  await expect(inspector.counts).toContainText(`${COUNT} of`)
  for (const top of [0, 1000, 1100, 4000, 3000, 100_000, 0]) {
    await inspector.grid.evaluate((list, to) => list.scrollTo({ top: to }), top)
    const first = top > COUNT * rowHeight ? undefined : Math.ceil(top / rowHeight)
    await expect(async () => {
      const rows = await onScreen(page)
      expect(rows.length).toBeGreaterThan(5)
      if (first !== undefined) expect(rows[0]?.index).toBe(first)
      else expect(rows.at(-1)?.index).toBe(COUNT - 1)
      for (const [i, row] of rows.entries()) expect(row).toMatchObject({ index: (rows[0]?.index ?? 0) + i, name: name(row.index) })
    }, String(top)).toPass()
  }
})

test('Ctrl A selects all that the filter shows, and no text of the page', async ({ inspector, page }) => {
  await inspector.open('configmaps?q=map-1')
  await expect(inspector.counts).toContainText('100 of')
  await inspector.row(name(100)).waitFor()
  await page.keyboard.press('Control+a')
  await expect(inspector.counts).toContainText('100 selected')
  expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toBe('')
  // Again is no clearing.
  await page.keyboard.press('Control+a')
  await expect(inspector.counts).toContainText('100 selected')
})

test('a list is taken along: what the filter shows as a table, and what is selected as CSV', async ({ inspector, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await inspector.open('configmaps?q=map-00&ns=default')
  await expect(inspector.counts).toContainText('10 of')
  const take = page.getByRole('button', { name: 'Copy or save this list' })
  await take.click()
  await page.getByRole('menuitem', { name: 'Copy 10 rows as a table' }).click()
  await expect(take).toContainText('Copied')
  const [head, ...rows] = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n')
  expect(head).toBe('Name      Status   Data   Age')
  expect(rows.map((row) => row.split(/ {3,}/)[0])).toEqual(Array.from({ length: 10 }, (_, i) => name(i)))
  await inspector.row(name(3)).getByRole('checkbox').click()
  await take.click()
  const file = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Save 1 row as CSV' }).click()
  expect((await file).suggestedFilename()).toBe('configmaps-default-local.csv')
  const [header, row, ...more] = readFileSync(await (await file).path(), 'utf8').split('\r\n')
  expect(header).toBe('\uFEFFName,Status,Data,Age')
  expect(row).toMatch(/^map-003,.*,0,\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(more).toEqual([''])
})

for (const locale of ['en', 'zh-CN']) {
  test.describe(locale, () => {
    test.use({ locale, viewport: { width: 1280, height: 800 } })

    test('beside open details the toolbar stays one line whose parts do not overlap, with a selection and without', async ({
      inspector,
      page,
    }) => {
      await inspector.open(`configmaps/default/${name(1)}?q=map-`)
      await expect(inspector.details.getByRole('tablist')).toBeVisible()
      await expect(inspector.counts).toContainText(String(COUNT))
      const toolbar = page.locator('.toolbar')
      const places = (): Promise<{ height: number; overlaps: string[] }> =>
        toolbar.evaluate((bar) => {
          // A button that is squeezed lets its text out over its neighbours.
          const spilt = [...bar.querySelectorAll('button')].filter((b) => b.scrollWidth > b.clientWidth).map((b) => b.textContent)
          const boxes = [...bar.children].filter((part) => !part.matches('.bar-space')).map((part) => part.getBoundingClientRect())
          const edges = [...boxes, { left: bar.getBoundingClientRect().right }]
          const overlaps = boxes.flatMap((box, i) => (box.right > (edges[i + 1]?.left ?? 0) ? [`${i}: ${box.right}`] : []))
          return { height: bar.getBoundingClientRect().height, overlaps: [...overlaps, ...spilt] }
        })
      const before = await places()
      expect(before.overlaps).toEqual([])
      await inspector.row(name(2)).getByRole('checkbox').click()
      await inspector
        .row(name(5))
        .getByRole('checkbox')
        .click({ modifiers: ['Shift'] })
      await expect(toolbar.locator('.danger')).toContainText('4')
      expect(await places()).toEqual(before)
      await toolbar.getByRole('button', { name: locale === 'en' ? 'Clear selection' : '清除选择' }).click()
      await expect(toolbar.locator('.danger')).toHaveCount(0)
    })
  })
}

test('selection, cursor and place survive scrolling and changes above', async ({ inspector, page, server }) => {
  await inspector.open('configmaps?q=map-')
  // Before all of them are there the end of the list is another one.
  await expect(inspector.counts).toContainText(`${COUNT} of`)
  await inspector.row(name(2)).getByRole('checkbox').click()
  await inspector
    .row(name(5))
    .getByRole('checkbox')
    .click({ modifiers: ['Shift'] })
  await expect(inspector.counts).toContainText('4 selected')
  await inspector.grid.press('End')
  await expect(inspector.row(name(COUNT - 1))).toBeInViewport()
  await expect(inspector.row(name(COUNT - 1))).toHaveClass(/cursor/)
  await expect(inspector.grid).toHaveAttribute('aria-activedescendant', /^row-/)
  const id = await inspector.grid.getAttribute('aria-activedescendant')
  expect(await page.locator(`[id="${id}"]`).getAttribute('aria-rowindex')).toBe(String(COUNT + 1))
  await inspector.grid.press('Home')
  await expect.poll(async () => (await onScreen(page)).filter((row) => row.selected).map((row) => row.name)).toEqual([2, 3, 4, 5].map(name))

  // What is read stays where it is when an object comes above it.
  await inspector.grid.evaluate((list) => list.scrollTo({ top: 2600 }))
  await expect.poll(async () => (await onScreen(page))[0]?.name).toBe(name(100))
  await expect(async () => {
    const before = (await onScreen(page))[0]
    await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-000-${Date.now()}` } })
    await expect.poll(async () => (await onScreen(page))[0]?.index, { timeout: 2000 }).toBe((before?.index ?? 0) + 1)
    expect((await onScreen(page))[0]?.name).toBe(before?.name)
  }).toPass()
})

test('a menu that is opened has the keyboard before any other key is heard, and takes what was typed, drawn or not', async ({
  inspector,
  page,
}) => {
  await inspector.open('configmaps')
  await expect(inspector.counts).toContainText('objects')
  const namespaceMenu = page.getByRole('button', { name: /^Namespace:/ })
  const field = page.getByRole('combobox', { name: 'Namespace' })
  // Microtasks only: no timer fires and no other event is heard meanwhile.
  const focused = await namespaceMenu.evaluate(async (button: HTMLButtonElement) => {
    button.click()
    for (let i = 0; i < 50; i++) await Promise.resolve()
    return document.activeElement?.getAttribute('role')
  })
  expect(focused).toBe('combobox')
  // Text and Enter in one task: nothing is drawn between them.
  await field.evaluate((input: HTMLInputElement) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, 'kube-public')
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  })
  await expect(page).toHaveURL(/ns=kube-public/)
  await expect(namespaceMenu).toBeFocused()

  // With the keyboard alone, the marked entry said to those who do not see it.
  await page.keyboard.press('ArrowDown')
  await page.keyboard.type('kube')
  const marked = page.locator('.pick-option[data-current]')
  await expect(marked).toHaveCount(1)
  await page.keyboard.press('ArrowDown')
  await expect(field).toHaveAttribute('aria-activedescendant', (await marked.getAttribute('id')) ?? 'none')
  const wanted = (await marked.textContent()) ?? ''
  await page.keyboard.press('Enter')
  await expect(namespaceMenu).toContainText(wanted)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(field).toHaveCount(0)
  await expect(namespaceMenu).toBeFocused()
  await expect(inspector.grid).toBeVisible()
})

test('characters are measured once, not anew for every list', async ({ inspector, page }) => {
  await page.addInitScript(() => {
    const { prototype } = CanvasRenderingContext2D
    const { measureText } = prototype
    prototype.measureText = function (text) {
      performance.mark('measured')
      return measureText.call(this, text)
    }
  })
  const measured = (): Promise<number> => page.evaluate(() => performance.getEntriesByName('measured').length)
  await inspector.open('services')
  await expect(inspector.row(/kubernetes/)).toBeVisible()
  const first = await measured()
  expect(first).toBeGreaterThan(0)
  await page.getByRole('navigation', { name: 'Kinds' }).getByRole('link', { name: 'Namespace', exact: true }).click()
  await expect(inspector.row(/kube-system/)).toBeVisible()
  expect(await measured()).toBe(first)
})

test('a term of the filter that hides nothing says so: actions take the rows that it was to hide', async ({ inspector, page }) => {
  await inspector.open(`configmaps?q=${encodeURIComponent('kube-root label=((')}`)
  await expect(inspector.row(/kube-root-ca.crt/).first()).toBeVisible()
  const said = page.getByText('label=(( filters nothing')
  await expect(said).toBeVisible()
  await expect(inspector.filter).toHaveAttribute('aria-invalid', 'true')
  await inspector.filter.fill('kube-root label=!app')
  await expect(said).toBeHidden()
  await expect(inspector.filter).toHaveAttribute('aria-invalid', 'false')
})

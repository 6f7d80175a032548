import { expect, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const KEYS = 5_200

/** As much as a server takes, in as many keys as it has lines: 1.1 MB of YAML. */
const data = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: KEYS }, (_, n) => [`key-${String(n).padStart(4, '0')}`, `lamp ${n}\n${'x'.repeat(165)}`]))

declare global {
  interface Window {
    /** Durations of long tasks, ms, and what was asked of workers. */
    watched: { long: number[]; asked: string[] }
  }
}

async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.watched = { long: [], asked: [] }
    new PerformanceObserver((list) => window.watched.long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
    const post = Worker.prototype.postMessage
    Worker.prototype.postMessage = function (this: Worker, message: { op?: string }, ...rest: unknown[]) {
      window.watched.asked.push(message.op ?? '')
      return (post as (...given: unknown[]) => void).call(this, message, ...rest)
    } as typeof post
  })
}

test('an object of a megabyte is written, read and brought together in a worker, and keys echo; nothing typed is lost', async ({
  inspector,
  page,
  server,
}) => {
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: data() })
  await watch(page)
  const { details } = inspector
  const editor = details.locator('.cm-content')
  const asked = (op: string): Promise<number> =>
    page.evaluate((wanted) => window.watched.asked.filter((each) => each === wanted).length, op)
  /** What blocked the page longest, for a person to read; what is asserted is far off, so that no slow machine fails. */
  const told = async (phase: string): Promise<void> => {
    const longest = await page.evaluate(() => Math.round(Math.max(0, ...window.watched.long.splice(0))))
    test.info().annotations.push({ type: `longest task, ${phase}`, description: `${longest} ms` })
    console.log(`longest task, ${phase}: ${longest} ms`)
    expect(longest).toBeLessThan(1_500)
  }

  await inspector.open('configmaps/default/large?tab=events')
  await expect(inspector.tab('Overview')).toBeVisible()
  await page.evaluate(() => window.watched.long.splice(0))
  await inspector.tab('Overview').click()
  const held = details.getByRole('region', { name: 'Data', exact: true })
  await expect(held.getByRole('status')).toHaveText('100 of 5,200')
  await told('overview')
  await held.getByLabel('Find a key or a value').fill('LAMP 4321')
  await expect(held.getByRole('status')).toHaveText('1 of 1')
  await expect(held.getByText('key-4321', { exact: true })).toBeVisible()
  await inspector.tab('Events').click()
  await expect(inspector.tab('YAML')).toBeVisible()
  await page.evaluate(() => window.watched.long.splice(0))
  await inspector.tab('YAML').click()
  await expect(editor.getByText('lamp 3', { exact: true })).toBeVisible()
  await told('viewing')
  expect(await asked('write')).toBe(1)

  const read = await asked('read')
  await details.getByRole('button', { name: 'Edit' }).click()
  await expect(details.locator('.cm-content[contenteditable=true]')).toBeVisible()
  await expect.poll(() => asked('check')).toBeGreaterThan(0)
  await told('opening the editor')
  expect(await asked('read')).toBeGreaterThan(read)

  await editor.getByText('lamp 3', { exact: true }).click()
  await page.keyboard.press('End')
  await page.evaluate(() => window.watched.long.splice(0))
  const before = await asked('read')
  for (const key of 'beam ahoy!') await page.keyboard.press(key === ' ' ? 'Space' : key)
  await expect(editor.getByText('lamp 3beam ahoy!', { exact: true })).toBeVisible()
  await told('typing ten keys')
  const review = details.getByRole('button', { name: 'Review and apply…' })
  await expect(review).toBeEnabled()
  expect(await asked('read')).toBeGreaterThan(before)

  // Too long to outlive the page: the browser asks first.
  const asks = page.waitForEvent('dialog')
  await page.close({ runBeforeUnload: true })
  const dialog = await asks
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()

  await server.api.merge(`${MAPS}/large`, { data: { 'key-0001': 'lamp one' } })
  const notice = details.getByRole('region', { name: 'The object has changed while you typed' })
  await notice.getByRole('button', { name: 'Bring both together' }).click()
  expect(await asked('merge')).toBeGreaterThan(0)
  await expect(editor).toContainText('key-0001: lamp one')
  await expect(editor).toContainText('lamp 3beam ahoy!')
  await page.evaluate(() => window.watched.long.splice(0))
  const written = await asked('write')
  await review.click()
  await expect(inspector.dialog.getByRole('region', { name: 'What changes' })).toContainText('+    lamp 3beam ahoy!')
  expect(await asked('compare')).toBe(1)
  expect(await asked('write')).toBe(written)
  await told('reviewing')
  await inspector.dialog.getByText('What is sent').click()
  await expect(inspector.dialog.locator('pre')).toContainText('key-0001: lamp one')
  await expect(inspector.dialog).toContainText(/[\d,]+ more characters/)
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  const stored = (await server.api.get(`${MAPS}/large`)).data
  expect(stored).toEqual({ ...data(), 'key-0001': 'lamp one', 'key-0003': `lamp 3beam ahoy!\n${'x'.repeat(165)}` })
})

test('values of a line of a megabyte are cut until they are asked for, and are no field to type in', async ({
  inspector,
  page,
  server,
}) => {
  const one = `${'y'.repeat(600_000)}end`
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'line' }, data: { one, two: '2' } })
  await inspector.open('configmaps/default/line')
  const { details } = inspector
  await expect(details.getByLabel('one', { exact: true })).toContainText('yyy')
  expect(await details.getByLabel('one', { exact: true }).textContent()).toHaveLength(20_000)
  await details.getByRole('button', { name: '580,003 more characters' }).click()
  await expect(details.getByLabel('one', { exact: true })).toContainText('yend')
  await page.keyboard.press('v')
  await expect(inspector.dialog.getByLabel('one', { exact: true })).toBeDisabled()
  await expect(inspector.dialog.getByPlaceholder('600,003 characters: edit it as YAML')).toBeVisible()
  await inspector.dialog.getByLabel('two', { exact: true }).fill('3')
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/line`)).data).toEqual({ one, two: '3' })
})

test('a long draft is there after a reload that comes right behind the last key', async ({ inspector, page, server }) => {
  const text = Array.from({ length: 3_000 }, (_, n) => `lamp ${n} ${'x'.repeat(60)}`).join('\n')
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'long' }, data: { text } })
  await inspector.open('configmaps/default/long?tab=edit')
  const line = inspector.details.locator('.cm-line').filter({ hasText: 'lamp 3 ' })
  await line.click()
  await page.keyboard.press('Home')
  await page.keyboard.type('ahoy ')
  await page.reload()
  await expect(line).toContainText('ahoy lamp 3 ')
  await expect(inspector.details.getByRole('status').filter({ hasText: 'Unsent changes' })).toBeVisible()
})

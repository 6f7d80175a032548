import { expect, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { pod } from '../fixtures/session.ts'

/** As electron/ipc/contract.ts has them, whose own tests hold both ends to it. */
interface Told {
  notices: { title: string; body: string; path: string }[]
  files: { name: string; text: string }[]
  emit(event: string, value: unknown): void
}

/** The page in a desktop shell that notes what it is asked; Electron's own end of the bridge has tests of its own. */
async function inShell(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const listeners = new Map<string, Set<(value: unknown) => void>>()
    const told: Told = {
      notices: [],
      files: [],
      emit: (event, value) => listeners.get(event)?.forEach((listener) => listener(value)),
    }
    const bridge = {
      platform: 'linux',
      on(event: string, listener: (value: unknown) => void) {
        const all = listeners.get(event) ?? new Set()
        listeners.set(event, all.add(listener))
        return () => void all.delete(listener)
      },
      notify: (notice: Told['notices'][number]) => Promise.resolve(told.notices.push(notice) > 0),
      takeOpenedFiles: () => Promise.resolve(told.files.splice(0)),
      hostLog: () => Promise.resolve([]),
    }
    Object.assign(window, { binnacle: bridge, told })
  })
}
const shell = <T>(page: Page, use: (told: Told) => T): Promise<T> => page.evaluate<T>(`(${use.toString()})(window.told)`)

test('a link leads to its place, a menu opens what it names, and a file that the system opens is shown before anything is applied', async ({
  inspector,
  page,
  faults,
}) => {
  await inShell(page)
  await inspector.open('pods')
  await expect(inspector.counts).toBeVisible()
  await shell(page, (told) => told.emit('place', '/c/local/nodes?q=binnacle'))
  await expect(page).toHaveURL(/\/c\/local\/nodes\?q=binnacle$/)
  await shell(page, (told) => told.emit('menu', 'compose'))
  await expect(inspector.dialog).toBeVisible()
  await page.keyboard.press('Escape')
  await shell(page, (told) => {
    const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\n`
    told.files.push({ name: 'a.yaml', text: object('from-a') }, { name: 'b.yaml', text: object('from-b') })
    told.emit('openedFiles', true)
  })
  await expect(inspector.dialog.locator('.cm-content')).toContainText('# a.yaml')
  await expect(inspector.dialog).toContainText('from-b')
  // What is about to be made is asked about, and is not there.
  expect(faults.filter((fault) => !/status of 404/.test(fault))).toEqual([])
  faults.length = 0
})

test('what is pinned stands on home, and its going wrong is told once through the desktop', async ({
  inspector,
  page,
  server,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pinned' } })
  using accounts = await server.api.watch('/api/v1/namespaces/pinned/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  const path = '/api/v1/namespaces/pinned/pods'
  await server.api.create(path, pod('lighthouse'))
  await inShell(page)
  await inspector.open('pods/pinned/lighthouse')
  await expect(inspector.details.locator('.details-head')).toContainText('Running')
  await inspector.details.getByRole('button', { name: /^Pin:/ }).click()
  await expect(inspector.details.getByRole('button', { name: 'Unpin' })).toHaveAttribute('aria-pressed', 'true')
  await inspector.details.getByRole('button', { name: 'Link', exact: true }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('binnacle://c/local/pods/pinned/lighthouse')
  await inspector.open('')
  const card = page.getByRole('region', { name: 'Pinned' })
  await expect(card.getByRole('listitem')).toContainText('Running')
  await server.api.send('DELETE', `${path}/lighthouse?gracePeriodSeconds=0`)
  await expect(card.getByRole('listitem')).toContainText('deleted', { ignoreCase: true })
  await expect
    .poll(() => shell(page, (told) => told.notices))
    .toEqual([{ title: 'lighthouse is gone', body: 'pods pinned/lighthouse · local', path: '/c/local/pods/pinned/lighthouse' }])
  await card.getByRole('button', { name: 'Unpin lighthouse' }).click()
  await expect(card).toHaveCount(0)
})

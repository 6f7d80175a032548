import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { connection, env, namespaceMenu, windowOf } from '../fixtures/remote-window.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { adminOf, restrictedCluster, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

test('somebody with rights in one namespace begins there, and finds the way back to it', async ({ browser }) => {
  await using cluster = await restrictedCluster('second', 'mine')
  using dir = scratch()
  writeKubeconfig(join(dir.path, 'config'), {
    placed: { cluster: { server: cluster.url }, namespace: 'second' },
    unplaced: { cluster: { server: cluster.url } },
  })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  const inspector = new Inspector(page, 'placed')

  await inspector.open('')
  await expect(page).toHaveURL(/\/c\/placed\?ns=second$/)
  await expect(page.getByRole('region', { name: 'Pods by phase' })).toContainText('Running')
  await expect(page.getByText('You may not list these in second or in the cluster, so they are not shown: Node, Event')).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(connection(page)).toHaveText(/Live|Quiet/)
  await inspector.open('pods?ns=second')
  await expect(inspector.row(/mine/)).toBeVisible()

  // All namespaces are not open to this account: the one that is, is offered.
  await namespaceMenu(page).click()
  await expect(page.getByText('You may not list namespaces here. Type the name of one.')).toBeVisible()
  await page.getByRole('option', { name: 'All namespaces' }).click()
  await expect(page.getByRole('alert')).toContainText('at the cluster scope')
  await expect(page.getByRole('region', { name: 'Namespaces to choose from' }).getByRole('button')).toHaveText(['second', 'Open'])
  await page.getByRole('region', { name: 'Namespaces to choose from' }).getByRole('button', { name: 'second' }).click()
  await expect(inspector.row(/mine/)).toBeVisible()

  // What is typed there outlives the tries that follow: the offer stays, and so does the reason.
  await inspector.open('pods')
  await namespaceMenu(page).click()
  await page.getByRole('option', { name: 'All namespaces' }).click()
  const typed = page.getByRole('region', { name: 'Namespaces to choose from' }).getByRole('textbox')
  await typed.fill('sec')
  await expect(page.getByText(/Next try in \d+ s/)).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).first().click()
  await expect(page.getByRole('alert')).toContainText('at the cluster scope')
  await expect(typed).toHaveValue('sec')

  // Helm's releases are in Secrets, which this account may not list anywhere.
  await inspector.open('helm')
  await expect(page.getByRole('alert')).toContainText('secrets is forbidden')
  await expect(page.getByRole('region', { name: 'Namespaces to choose from' })).toBeVisible()
  await expect(page.getByTestId('counts')).toHaveCount(0)

  // Beside other clusters: what may be seen of it, and why no more.
  await inspector.open('clusters')
  const card = page.getByRole('region', { name: 'placed' })
  await expect(card).toContainText('Only of the namespace second: this account may not see all pods.')
  await expect(card.getByRole('link', { name: '1 pod' })).toHaveAttribute('href', /\/c\/placed\/pods\?ns=second/)
  await page.getByRole('checkbox', { name: 'unplaced' }).check()
  const refused = page.getByRole('region', { name: 'unplaced' })
  await expect(refused).toContainText('forbidden')
  // Every moment of some tries has the reason on it.
  const blank = await refused.evaluate(
    (element) =>
      new Promise<number>((resolve) => {
        let without = 0
        const observer = new MutationObserver(() => {
          if (!element.textContent?.includes('forbidden')) without++
        })
        observer.observe(element, { subtree: true, childList: true, characterData: true })
        element.querySelectorAll('button').forEach((button) => {
          if (button.textContent === 'Try again') button.click()
        })
        const seen = new MutationObserver(() => {
          if (!element.textContent?.includes('Next try in')) return
          seen.disconnect()
          observer.disconnect()
          resolve(without)
        })
        seen.observe(element, { subtree: true, childList: true, characterData: true })
      }),
  )
  expect(blank).toBe(0)
  await page.getByRole('checkbox', { name: 'unplaced' }).uncheck()

  // A context that names no namespace: any name may be typed, and is remembered for this context.
  const other = new Inspector(page, 'unplaced')
  await other.open('pods')
  await expect(page.getByRole('alert')).toContainText('forbidden')
  await expect(connection(page)).toHaveText('Forbidden')
  await namespaceMenu(page).click()
  await page.keyboard.type('second')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/ns=second/)
  await expect(other.row(/mine/)).toBeVisible()
  await other.open('pods')
  await namespaceMenu(page).click()
  await expect(page.getByRole('option')).toHaveText(['All namespaces', /^second.*Used before/])
  await page.keyboard.press('Escape')
  await page.context().close()
})

test('somebody with no rights at all is told so, quietly, and can look elsewhere', async ({ browser }) => {
  using dir = scratch()
  const tokens = join(dir.path, 'tokens')
  writeFileSync(tokens, 'a-token-without-rights,jane,1\n')
  await using remote = await startServer({ flags: ['--token-auth-file', tokens] })
  writeKubeconfig(join(dir.path, 'config'), {
    jane: { cluster: adminOf(remote).cluster, user: { token: 'a-token-without-rights' } },
    stale: { cluster: adminOf(remote).cluster, user: { token: 'no-such-token' } },
  })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  await new Inspector(page, 'jane').open('')
  await expect(page.getByText('You may not list these over all namespaces, so they are not shown: Pod, Node, Event')).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(connection(page)).toHaveText('Forbidden')
  await page.getByRole('region', { name: 'Namespaces to choose from' }).getByRole('textbox').fill('elsewhere')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/ns=elsewhere/)
  await new Inspector(page, 'stale').open('pods')
  await expect(connection(page)).toHaveText('Signed out')
  await page.context().close()
})

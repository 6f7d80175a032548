import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { connection, env, windowOf } from '../fixtures/remote-window.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { adminOf, silentAddress, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

test('a frozen cluster is said to be one, its rows are marked, and both heal when it thaws', async ({ browser }) => {
  await using remote = await startServer()
  using dir = scratch()
  writeKubeconfig(join(dir.path, 'config'), { remote: adminOf(remote) })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  const inspector = new Inspector(page, 'remote')
  await remote.api.create(MAPS, map('before'))
  await inspector.open('configmaps')
  await expect(inspector.row(/before/)).toBeVisible()
  await expect(connection(page)).toHaveText(/Live|Quiet for \d+ s/)

  remote.process.kill('SIGSTOP')
  try {
    await expect(connection(page)).toHaveText(/^Quiet for \d+ s$/)
    await expect(connection(page)).toHaveText(/^Unreachable since \d\d:\d\d$/)
    await expect(page.getByRole('status').filter({ hasText: /^Not live since \d\d:\d\d/ })).toBeVisible()
    await expect(page.locator('.list-frame')).toHaveClass(/stale/)
    await expect(inspector.row(/before/)).toBeVisible()
    // The other end of the window is another cluster, and says which.
    await expect(inspector.statusBar).toContainText('Local control plane running')
    await expect(inspector.statusBar).not.toContainText('store')
    await expect(connection(page)).not.toContainText('Degraded')
    // Another kind of the same cluster: what is asked now is not answered either, and nothing says that it is live.
    await inspector.open('secrets')
    await expect(page.getByRole('alert')).toContainText('did not answer')
    await expect(connection(page)).toHaveText(/^Unreachable since/)
    await inspector.open('configmaps')
  } finally {
    remote.process.kill('SIGCONT')
  }
  await expect(connection(page)).toHaveText(/Live|Quiet/)
  await remote.api.create(MAPS, map('after'))
  await expect(inspector.row(/after/)).toBeVisible()
  await expect(page.getByText(/Not live/)).toHaveCount(0)
  await expect(page.locator('.list-frame')).not.toHaveClass(/stale/)
  await page.context().close()
})

test('a watch that freezes with its rows on screen goes on from where it was', async ({ browser }) => {
  await using remote = await startServer()
  using dir = scratch()
  writeKubeconfig(join(dir.path, 'config'), { remote: adminOf(remote) })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  const inspector = new Inspector(page, 'remote')
  await inspector.open('configmaps')
  await remote.api.create(MAPS, map('before'))
  await expect(inspector.row(/before/)).toBeVisible()
  remote.process.kill('SIGSTOP')
  await expect(connection(page)).toHaveText(/^Unreachable since/)
  remote.process.kill('SIGCONT')
  await remote.api.create(MAPS, map('after'))
  await expect(inspector.row(/after/)).toBeVisible()
  await expect(inspector.row(/before/)).toBeVisible()
  await expect(page.getByText(/Not live/)).toHaveCount(0)
  await page.context().close()
})

test('pages that are no list of a kind say as well that they are not live, and that there is nothing is not said', async ({ browser }) => {
  await using remote = await startServer()
  using dir = scratch()
  writeKubeconfig(join(dir.path, 'config'), { remote: adminOf(remote) })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  const inspector = new Inspector(page, 'remote')
  const pages = [
    ['helm', 'No Helm release here'],
    ['topology?ns=kube-public', 'Nothing to draw in kube-public'],
  ] as const
  const views: Page[] = []
  for (const [place] of pages) {
    const view = await page.context().newPage()
    await new Inspector(view, 'remote').open(place)
    views.push(view)
  }
  await inspector.open('configmaps')
  for (const [at, view] of views.entries()) await expect(view.getByText(pages[at]?.[1] ?? '')).toBeVisible()
  remote.process.kill('SIGSTOP')
  try {
    for (const [at, view] of views.entries()) {
      await expect(connection(view)).toHaveText(/^Unreachable since/)
      await expect(view.getByRole('alert')).toContainText('did not answer')
      await expect(view.getByText(pages[at]?.[1] ?? '')).toHaveCount(0)
    }
  } finally {
    remote.process.kill('SIGCONT')
  }
  for (const [at, view] of views.entries()) {
    await expect(view.getByText(pages[at]?.[1] ?? '')).toBeVisible()
    await expect(view.getByRole('alert')).toHaveCount(0)
  }
  await page.context().close()
})

test('an address that never answers, and a plugin that waits for somebody, are said to be so', async ({ browser }) => {
  await using silent = await silentAddress()
  using dir = scratch()
  const plugin = join(dir.path, 'harbour-login')
  writeFileSync(
    plugin,
    `#!/bin/sh\nwhile [ ! -e "${dir.path}/go" ]; do sleep 0.1; done\necho "Your session has expired. Run: harbour login" >&2\nexit 1\n`,
  )
  chmodSync(plugin, 0o755)
  writeKubeconfig(join(dir.path, 'config'), {
    silent: { cluster: { server: silent.url } },
    waiting: {
      // Over plain HTTP no plugin would be asked.
      cluster: { server: silent.url.replace('http:', 'https:') },
      user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, args: ['--token=x'] } },
    },
  })
  await using server = await startServer({ gateway: true, env: env(join(dir.path, 'config')) })
  const page = await windowOf(browser, server)
  await new Inspector(page, 'silent').open('pods')
  await expect(connection(page)).toHaveText('Connecting')
  await expect(connection(page)).toHaveText(/^Unreachable since/)
  await expect(page.getByRole('alert')).toContainText(`${silent.url} did not answer within 2 s`)
  await new Inspector(page, 'waiting').open('pods')
  await expect(connection(page)).toHaveText('Waiting for plugin harbour-login')
  await expect(page.locator('body')).not.toContainText('--token')
  writeFileSync(join(dir.path, 'go'), '')
  await expect(connection(page)).toHaveText('Signed out')
  await expect(page.getByRole('alert')).toContainText('Run: harbour login')
  await page.context().close()
})

import { createServer } from 'node:net'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((r) => server.once('listening', r))
  const { port } = server.address() as { port: number }
  await new Promise((r) => server.close(r))
  return port
}

test('a server that dies: the window says so, and is live again when it is back', async ({ browser }) => {
  using dir = scratch()
  const [port, gatewayPort] = [await freePort(), await freePort()]
  const start = () =>
    startServer({
      dir: dir.path,
      port,
      gateway: true,
      flags: ['--gateway-port', String(gatewayPort)],
      env: { BINNACLE_SESSION_SECRET: 'a-secret-that-outlives-the-process-it-was-made-for' },
    })
  const first = await start()
  const { origin, storageState } = await redeem(first.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  const inspector = new Inspector(page)
  await inspector.open('configmaps')
  await first.api.create(MAPS, map('before'))
  for (let n = 0; n < 40; n++) await first.api.create(MAPS, map(`cargo-${n}`))
  await expect(inspector.row(/before/)).toBeVisible()
  const { items } = (await first.api.send('GET', '/api/v1/configmaps')).json<{ items: unknown[] }>()
  await expect(inspector.counts).toHaveText(`${items.length} objects`)
  await expect(page.getByRole('button', { name: /Live/ })).toBeVisible()

  await first.stop('SIGKILL')
  await expect(page.getByRole('button', { name: /Disconnected|Degraded|Connecting/ })).toBeVisible()
  // What was there stays to be read.
  await expect(inspector.row(/before/)).toBeVisible()
  await expect(inspector.counts).toHaveText(`${items.length} objects`)
  await expect(page.getByText(/The connection is gone|may be out of date/).first()).toBeVisible()
  await expect(inspector.statusBar).toContainText('Local control plane: unknown')

  await using second = await start()
  await second.api.create(MAPS, map('after'))
  await expect(inspector.row(/after/)).toBeVisible({ timeout: 60_000 })
  await expect(inspector.counts).toHaveText(`${items.length + 1} objects`)
  await expect(page.getByText(/The connection is gone|may be out of date/)).toHaveCount(0)
  await expect(inspector.statusBar).toContainText('Local control plane running')
  await expect(page.getByRole('button', { name: /Live/ })).toBeVisible()
  await context.close()
  await first[Symbol.asyncDispose]()
})

test('the local control plane is stopped and started from the status bar', async ({ browser }) => {
  // Its own: the API server has another port after that.
  await using server = await startServer({ loops: true, gateway: true })
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  const inspector = new Inspector(page)
  await inspector.open('nodes')
  await expect(inspector.counts).toHaveText('1 object')
  await inspector.statusBar.getByRole('button', { name: /Local control plane/ }).click()
  await page.getByRole('menuitem', { name: 'Stop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(inspector.statusBar).toContainText('stopped')
  await inspector.statusBar.getByRole('button', { name: /Local control plane/ }).click()
  await page.getByRole('menuitem', { name: 'Start', exact: true }).click()
  await expect(inspector.statusBar).toContainText('running')
  await expect(page.getByRole('button', { name: /Live/ })).toBeVisible({ timeout: 60_000 })
  await expect(inspector.counts).toHaveText('1 object')
  expect(server.process.exitCode).toBeNull()
  await context.close()
})

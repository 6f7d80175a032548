import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { connection, contextMenu, env, windowOf } from '../fixtures/remote-window.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { adminOf, discovery, oddCluster, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

test('a kubeconfig with a fault is named, its readable part is used, and the list follows every change', async ({ browser }) => {
  using dir = scratch()
  const [good, broken, later] = ['good', 'broken', 'later'].map((name) => join(dir.path, name)) as [string, string, string]
  const cluster = { server: 'http://127.0.0.1:1' }
  writeKubeconfig(good, { fine: { cluster } })
  writeKubeconfig(broken, { readable: { cluster } })
  const whole = readFileSync(broken, 'utf8')
  writeFileSync(broken, `${whole}  - name: lost\n\t  context: {}\n`)
  await using server = await startServer({ gateway: true, env: env([good, broken, later].join(':')) })
  const page = await windowOf(browser, server)
  await new Inspector(page).open('pods')
  const names = async (): Promise<void> => contextMenu(page).click()
  const options = page.getByRole('option')
  await names()
  await expect(options).toHaveText([/^local/, /^fine/, /^readable/])
  const note = page.getByRole('note', { name: '1 fault in your kubeconfig files' })
  await expect(note).toContainText(`${broken}, line ${whole.split('\n').length + 1}`)
  await expect(note).toContainText(/tab/i)

  // Everything below happens while the menu is open and nothing is pressed.
  writeFileSync(`${broken}.new`, whole.replaceAll('readable', 'repaired'))
  renameSync(`${broken}.new`, broken)
  await expect(options).toHaveText([/^local/, /^fine/, /^repaired/])
  await expect(note).toHaveCount(0)
  writeKubeconfig(later, { arrived: { cluster } })
  await expect(options).toHaveText([/^local/, /^fine/, /^repaired/, /^arrived/])
  rmSync(good)
  await expect(options).toHaveText([/^local/, /^repaired/, /^arrived/])
  // kubectl reads this one, and takes the last.
  writeFileSync(
    later,
    'clusters:\n- name: c\n  cluster:\n    server: http://first\n    server: http://second\ncontexts:\n- name: twice\n  context: {cluster: c}\n',
  )
  await expect(options.filter({ hasText: 'twice' })).toContainText('http://second')
  await expect(note).toHaveCount(0)
  await page.context().close()
})

test('a sign-in page in the place of the API is told as what it is, and what has no name breaks nothing', async ({ browser, faults }) => {
  await using portal = await oddCluster((_, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'))
  await using careless = await oddCluster((url, res) => {
    const send = (status: number, body: object): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/api' || url.pathname === '/apis') return send(200, discovery(url.pathname))
    if (url.searchParams.has('watch')) return send(400, { kind: 'Status', status: 'Failure', message: 'no watches here', code: 400 })
    const items = [{}, null, { metadata: {} }, { metadata: { name: 'bare' } }]
    send(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items })
  })
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { portal: { cluster: { server: portal.url } }, careless: { cluster: { server: careless.url } } })
  await using server = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, server)
  page.on('pageerror', (e) => faults.push(e.message))
  const meaning = 'What answered is not the API of a Kubernetes cluster'
  await new Inspector(page, 'portal').open('pods')
  await expect(page.getByRole('alert')).toContainText('a watch was answered with text/html instead of JSON')
  await expect(page.getByRole('alert')).toContainText(meaning)
  await new Inspector(page, 'portal').open('widgets.example.com')
  await expect(page.getByRole('alert')).toContainText(meaning)
  const inspector = new Inspector(page, 'careless')
  await inspector.open('pods')
  await expect(inspector.row(/bare/)).toBeVisible()
  await expect(inspector.grid.getByRole('row')).toHaveCount(2)
  await expect(page.getByText('no watches here')).toBeVisible()
})

test('credentials that a kubeconfig names and that cannot be had: each says what to do, and those that come are used', async ({
  browser,
}) => {
  await using remote = await startServer()
  using dir = scratch()
  const file = join(dir.path, 'config')
  const { cluster, user } = adminOf(remote) as { cluster: Record<string, string>; user: Record<string, string> }
  const server = cluster.server!
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' }
  writeFileSync(join(dir.path, 'not-to-run'), '#!/bin/sh\n')
  writeKubeconfig(file, {
    noplugin: { cluster, user: { exec: { ...exec, command: 'harbour-login', installHint: 'Get it from harbour.example.' } } },
    locked: { cluster, user: { exec: { ...exec, command: './not-to-run' } } },
    relative: {
      cluster: { server, 'certificate-authority': 'pki/ca.crt' },
      user: { 'client-certificate': 'pki/me.crt', 'client-key': './pki/me.key' },
    },
    both: { cluster: { ...cluster, 'insecure-skip-tls-verify': true }, user },
  })
  await using gateway = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, gateway)
  const alert = page.getByRole('alert')

  await new Inspector(page, 'noplugin').open('configmaps')
  await expect(connection(page)).toHaveText('Signed out')
  await expect(alert).toContainText('the plugin "harbour-login" is not installed, or not in PATH')
  await expect(alert).toContainText('Get it from harbour.example.')
  await expect(alert).toContainText("Install the plugin that the kubeconfig's user names")
  await new Inspector(page, 'locked').open('configmaps')
  await expect(alert).toContainText(`the plugin "${join(dir.path, 'not-to-run')}" may not be run: make the file executable`)

  // kubectl takes neither.
  await new Inspector(page, 'both').open('configmaps')
  await expect(alert).toContainText('names a certificate authority and insecure-skip-tls-verify: take one of them out')
  await expect(alert).toContainText('Correct the kubeconfig where the message says')
  // Of a context that leads nowhere nobody is asked: it does not connect.
  await expect(connection(page)).toHaveText('Not usable')
  await new Inspector(page, 'nobody').open('configmaps')
  await expect(connection(page)).toHaveText('No such context')

  const inspector = new Inspector(page, 'relative')
  await inspector.open('configmaps')
  await expect(connection(page)).toHaveText('Not usable')
  await expect(alert).toContainText(
    `certificate-authority of cluster "relative" is ${join(dir.path, 'pki/ca.crt')}, and there is no such file`,
  )
  await expect(alert).toContainText('a relative path begins at the folder of the kubeconfig')
  await expect(page.locator('body')).not.toContainText('did not answer')
  const write = (name: string, data: string): void => writeFileSync(join(dir.path, 'pki', name), Buffer.from(data, 'base64'))
  mkdirSync(join(dir.path, 'pki'))
  write('me.crt', user['client-certificate-data']!)
  write('me.key', user['client-key-data']!)
  write('ca.crt', cluster['certificate-authority-data']!)
  // Nothing is pressed.
  await expect(connection(page)).toHaveText(/Live|Quiet/)
  await remote.api.create(MAPS, map('reached'))
  await expect(inspector.row(/reached/)).toBeVisible()
  await page.context().close()
})

test('a cluster whose certificate nobody checks says so as long as it is on screen, with what to do', async ({ browser }) => {
  await using remote = await startServer()
  using dir = scratch()
  const file = join(dir.path, 'config')
  const { cluster, user } = adminOf(remote) as { cluster: Record<string, string>; user: object }
  writeKubeconfig(file, {
    careless: { cluster: { server: cluster.server, 'insecure-skip-tls-verify': true }, user },
    careful: { cluster, user },
    mistaken: { cluster: { server: cluster.server }, user },
  })
  await using gateway = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, gateway)
  const mark = page.getByRole('note', { name: /^careless is reached with insecure-skip-tls-verify.*certificate-authority-data/ })
  await new Inspector(page, 'careless').open('configmaps')
  await expect(connection(page)).toHaveText(/Live|Quiet/)
  await expect(mark).toHaveText('Certificate not checked')
  await contextMenu(page).click()
  await expect(page.getByRole('option', { name: /careless/ })).toContainText('Certificate not checked')
  await expect(page.getByRole('note', { name: 'Certificate not checked' })).toContainText('take that line out of the kubeconfig')
  await expect(page.getByRole('option', { name: /careful/ })).not.toContainText('Certificate not checked')
  await page.keyboard.press('Escape')
  await new Inspector(page, 'careful').open('configmaps')
  await expect(connection(page)).toHaveText(/Live|Quiet/)
  await expect(mark).toHaveCount(0)
  // One that is checked and is not signed by whom this machine trusts.
  await new Inspector(page, 'mistaken').open('configmaps')
  await expect(page.getByRole('alert')).toContainText('its certificate is not signed by the authority in the kubeconfig')
  await expect(page.getByRole('alert')).toContainText('Fetch the kubeconfig again from where you got it')
  await page.context().close()
})

test('a cluster that is reached over plain HTTP gets no credentials, and the window says so with what to do', async ({ browser }) => {
  const seen: (string | undefined)[] = []
  await using cluster = await oddCluster((url, res) => {
    seen.push(res.req.headers.authorization)
    if (url.pathname === '/version') return void res.end('{"gitVersion":"v1.37.0"}')
    res
      .writeHead(401, { 'content-type': 'application/json' })
      .end('{"kind":"Status","code":401,"reason":"Unauthorized","message":"Unauthorized"}')
  })
  using dir = scratch()
  const file = join(dir.path, 'config')
  writeKubeconfig(file, { harbour: { cluster: { server: cluster.url }, user: { token: 'a-secret' } } })
  await using gateway = await startServer({ gateway: true, env: env(file) })
  const page = await windowOf(browser, gateway)
  await new Inspector(page, 'harbour').open('configmaps')
  await expect(page.getByRole('note', { name: /^harbour is reached over plain HTTP.*as with kubectl/ })).toHaveText('Credentials not sent')
  await expect(page.getByRole('alert').first()).toContainText('are not sent over plain HTTP')
  await expect(page.getByRole('alert').first()).toContainText('an https address')
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.every((authorization) => authorization === undefined)).toBe(true)
  await page.context().close()
})

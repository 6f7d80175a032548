import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { adminOf, discovery, oddCluster, restrictedCluster, silentAddress, writeKubeconfig } from '../fixtures/stub-cluster.ts'
import { Inspector } from '../pages/inspector.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

/** What a person waits 10, 30 and 8 s for is a quarter of it here: `server/gateway/connection.test.ts` has the real times. */
const env = (kubeconfig: string): Record<string, string> => ({ KUBECONFIG: kubeconfig, BINNACLE_CONNECTION_PACE: '4' })

async function windowOf(browser: Browser, server: Server, options: BrowserContextOptions = {}): Promise<Page> {
  const { origin, storageState } = await redeem(server.sessionUrl)
  const context = await browser.newContext({ baseURL: origin, storageState, ...options })
  return context.newPage()
}

const connection = (page: Page): Locator => page.getByTestId('connection')
const contextMenu = (page: Page): Locator => page.getByRole('button', { name: /^Switch context/ })
const namespaceMenu = (page: Page): Locator => page.getByRole('button', { name: /^Namespace:/ })

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

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Running, runProgram } from '../fixtures/server.ts'
import { redeem } from '../fixtures/session.ts'
import { until, within } from '../fixtures/until.ts'

/** What a new user does: an empty home, `npm start`, and a terminal beside the window. */

const port = async (): Promise<{ port: number; close(): Promise<void> }> => {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  return { port: (holder.address() as AddressInfo).port, close: () => new Promise((resolve) => holder.close(() => resolve())) }
}

/** As `npm start -- --no-open` runs the program, with nothing but a home. */
function start(home: string, ...flags: string[]): Running & AsyncDisposable {
  const env = { HOME: home, XDG_DATA_HOME: '', KUBECONFIG: '' }
  const running = runProgram(['--gateway-port', '0', '--log-format', 'text', ...flags], env)
  return { ...running, [Symbol.asyncDispose]: () => end(running) }
}

async function said(running: Running, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  const found = new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const match = pattern.exec(running.out[stream])
      if (match !== null) resolve(match[1] ?? '')
    }
    look()
    running.process[stream]?.on('data', look)
    void running.exited.then(({ code, stderr }) => reject(new Error(`it ended with ${code}: ${stderr}`)))
  })
  return within(String(pattern), found)
}

const address = /The window is at (http:\/\/127\.0\.0\.1:\d+\/\?session=\S+)/
const ready = /^ready (https:\/\/\S+)$/m

async function end(running: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (running.process.exitCode === null && running.process.signalCode === null) running.process.kill(signal)
  await within('the end', running.exited)
}

const sh = (command: string, home: string): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: home }
    execFile('/bin/sh', ['-c', command], { env, timeout: 60_000 }, (e, stdout, stderr) =>
      resolve({ code: e === null ? 0 : Number(e.code), out: stdout + stderr }),
    )
  })

// Of one machine: 6443 is taken for all tests of this file in turn.
test.describe.configure({ mode: 'serial' })

test('an empty home: the window opens, and the command that it shows reaches its own control plane', async ({ browser }) => {
  test.skip(kubectlVersion() === undefined, 'no kubectl')
  using dir = scratch()
  const home = join(dir.path, "o'hara's home")
  mkdirSync(home)
  await using running = start(home)
  const url = await said(running, 'stderr', address)
  const line = await said(running, 'stderr', /kubectl reaches it with: (.*)/)
  const kubeconfig = join(home, '.local/share/binnacle/kubeconfig')
  expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
  expect(await sh(line, home)).toMatchObject({ code: 0 })
  const context = await browser.newContext({ baseURL: new URL(url).origin, permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  await page.goto(url)
  const steps = page.getByRole('region', { name: 'Three things to try' })
  await expect(steps).toContainText('--kubeconfig')
  await steps.getByRole('button', { name: 'Copy' }).click()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toContain(`--kubeconfig '${home.replaceAll("'", "'\\''")}/.local/share/binnacle/kubeconfig' create deployment web`)
  const ran = await sh(command, home)
  expect([ran.code, ran.out]).toEqual([0, 'deployment.apps/web created\n'])
  await page.goto('/c/local/deployments.apps')
  await expect(page.getByRole('grid').getByRole('row', { name: /web/ })).toBeVisible()
  // Empty lists say how to fill them, and mean the same cluster.
  await page.goto('/c/local/cronjobs.batch?ns=default')
  const empty = page.locator('.empty .command code')
  await expect(empty).toContainText('--kubeconfig')
  expect(await sh((await empty.textContent()) ?? '', home)).toMatchObject({ code: 0 })
  await expect(page.getByRole('grid').getByRole('row', { name: /hello/ })).toBeVisible()
  expect(existsSync(join(home, '.kube', 'config'))).toBe(false)
  await context.close()
})

test('the browser gets a file that leads to the window, and the one-time address is no argument of any program', async ({ browser }) => {
  test.skip(process.platform !== 'linux', 'the opener of Linux')
  using dir = scratch()
  const programs = join(dir.path, 'bin')
  const opened = join(dir.path, 'opened')
  mkdirSync(programs)
  writeFileSync(join(programs, 'xdg-open'), `#!/bin/sh\nprintf '%s ' "$@" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`, {
    mode: 0o755,
  })
  const env = { HOME: dir.path, XDG_DATA_HOME: '', KUBECONFIG: '', PATH: `${programs}:${process.env.PATH}` }
  const running = runProgram(['--gateway-port', '0', '--open', '--controllers=', '--nodes=0'], env)
  try {
    const url = await said(running, 'stderr', address)
    const argument = await until('the opener', () => existsSync(opened) && readFileSync(opened, 'utf8').trim())
    const file = fileURLToPath(argument)
    expect(argument).not.toContain(new URL(url).search)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(argument)
    await expect(page.getByRole('contentinfo')).toContainText('Local control plane running')
    expect(page.url()).toBe(`${new URL(url).origin}/c/local`)
    await context.close()
    await end(running)
    expect(existsSync(file)).toBe(false)
  } finally {
    await end(running)
  }
})

test('a taken port: another is found, said, kept, and the kubeconfig follows; one that was asked for is an error', async () => {
  using dir = scratch()
  const other = await port()
  // Whatever the machine has at 6443 itself: the remembered port is what counts.
  const data = join(dir.path, '.local/share/binnacle')
  await using first = start(dir.path, '--controllers=', '--nodes=0')
  const was = await said(first, 'stdout', ready)
  const gateway = new URL(await said(first, 'stderr', address)).origin
  await end(first)
  const holder = createServer().listen(Number(new URL(was).port), '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  await using second = start(dir.path, '--controllers=', '--nodes=0')
  const now = await said(second, 'stdout', ready)
  expect(now).not.toBe(was)
  await said(second, 'stderr', new RegExp(`port ${new URL(was).port} is in use by another program: the API server is at (${now})`))
  expect(readFileSync(join(data, 'kubeconfig'), 'utf8')).toContain(now)
  expect(new URL(await said(second, 'stderr', address)).origin, 'the window’s origin stays').toBe(gateway)
  await end(second)
  await new Promise((resolve) => holder.close(resolve))
  await using third = start(dir.path, '--controllers=', '--nodes=0')
  expect(await said(third, 'stdout', ready), 'it stays where it went').toBe(now)
  await end(third)
  await using refused = start(dir.path, '--controllers=', '--nodes=0', '--secure-port', String(other.port))
  const { code, stdout, stderr } = await within('the refusal', refused.exited)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(new RegExp(`^--secure-port ${other.port}: .* is in use by another program; choose another port`))
  await other.close()
})

test('a second start brings the first window forward; a killed one is no obstacle', async ({ browser }) => {
  using dir = scratch()
  const flags = ['--controllers=', '--nodes=0']
  await using first = start(dir.path, ...flags)
  const origin = new URL(await said(first, 'stderr', address)).origin
  await said(first, 'stdout', ready)
  await using second = start(dir.path, ...flags)
  const { code, stdout, stderr } = await within('the second start', second.exited)
  expect([code, stdout]).toEqual([0, ''])
  const url = /Binnacle runs already on the data folder .*\. Its window is at (\S+)/.exec(stderr)?.[1] ?? ''
  expect(new URL(url).origin).toBe(origin)
  const context = await browser.newContext({ colorScheme: 'dark' })
  const old = await context.newPage()
  expect((await old.goto(`${origin}/c/local/configmaps`))?.status()).toBe(401)
  await expect(old.getByRole('heading')).toHaveText('This page is not signed in')
  const page = await context.newPage()
  await page.goto(url)
  await expect(page.getByRole('contentinfo')).toContainText('Local control plane running')
  // The tab without a session has one now, and goes on where it was.
  await expect(old.getByRole('contentinfo')).toContainText('Local control plane running')
  expect(old.url()).toBe(`${origin}/c/local/configmaps`)
  await page.evaluate(() => localStorage.setItem('binnacle.probe', 'kept'))
  await end(first, 'SIGKILL')
  await using third = start(dir.path, ...flags)
  const again = await said(third, 'stderr', address)
  expect(new URL(again).origin).toBe(origin)
  await said(third, 'stdout', ready)
  const next = await context.newPage()
  await next.goto(again)
  await expect(next.getByRole('contentinfo')).toContainText('Local control plane running')
  expect(await next.evaluate(() => localStorage.getItem('binnacle.probe'))).toBe('kept')
  await expect(page.getByRole('contentinfo')).toContainText('Local control plane running')
  await context.close()
})

test('a stopped control plane can be started where its absence is seen, and its log says what happened', async ({ browser }) => {
  using dir = scratch()
  await using running = start(dir.path, '--controllers=', '--nodes=0')
  const { origin, storageState } = await redeem(await said(running, 'stderr', address))
  await said(running, 'stdout', ready)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  await page.goto('/c/local/namespaces')
  await expect(page.getByRole('grid').getByRole('row').nth(1)).toBeVisible()
  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: /Local control plane/ })
    .click()
  await page.getByRole('menuitem', { name: 'Stop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('contentinfo')).toContainText('stopped')
  await page.goto('/c/local/secrets')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('the local control plane is stopped')
  await alert.getByRole('button', { name: 'Log' }).click()
  await expect(page.getByRole('dialog')).toContainText(/ready at https:\/\/.*[\s\S]*stopped/)
  await page.keyboard.press('Escape')
  await alert.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByRole('contentinfo')).toContainText('running')
  await context.close()
})

test('a server on another port of this host, opened in the same browser, learns nothing that it could use', async ({ browser }) => {
  using dir = scratch()
  await using running = start(dir.path, '--controllers=', '--nodes=0')
  const url = await said(running, 'stderr', address)
  await said(running, 'stdout', ready)
  const { origin, port: gatewayPort } = new URL(url)
  const heard: { cookie: string; everything: string }[] = []
  const thief = createHttpServer((req, res) => {
    heard.push({ cookie: req.headers.cookie ?? '', everything: `${req.url} ${req.rawHeaders.join('\n')}` })
    res.writeHead(200, { 'content-type': 'text/html' }).end(`<title>${JSON.stringify(heard.length)}</title>
      <script>
        document.title = JSON.stringify({ ...localStorage })
        window.open('${origin}/c/local/secrets', 'w')
      </script>`)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => thief.once('listening', resolve))
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await expect(page.getByRole('contentinfo')).toContainText('Local control plane running')
  const key = (await page.evaluate(() => localStorage.getItem('binnacle.key'))) ?? ''
  expect(key).toMatch(/^[\w-]{43}$/)
  for (const name of ['127.0.0.1', 'localhost']) {
    const other = await context.newPage()
    await other.goto(`http://${name}:${(thief.address() as AddressInfo).port}/`)
    expect(await other.title()).toBe('{}')
  }
  const stolen = heard.map((h) => h.cookie).find((cookie) => cookie !== '') ?? ''
  // That much a browser does give away.
  expect(stolen).toContain(`binnacle-${gatewayPort}=`)
  for (const { everything } of heard) expect(everything).not.toContain(key)
  const ask = (method: string, path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const req = request(
        { host: '127.0.0.1', port: gatewayPort, method, path, headers: { cookie: stolen, origin, ...headers } },
        (res) => {
          let body = JSON.stringify(res.headers)
          res.on('data', (chunk: Buffer) => (body += chunk.toString()))
          res.on('end', () => resolve({ status: res.statusCode ?? 0, body }))
        },
      )
      req.once('upgrade', (res, socket) => {
        socket.destroy()
        resolve({ status: res.statusCode ?? 0, body: '' })
      })
      req.once('error', reject)
      req.end()
    })
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const cookieValue = stolen.split('=')[1] ?? ''
  for (const [method, path, headers] of [
    ['GET', '/api/contexts', {}],
    ['GET', '/api/local', {}],
    ['POST', '/api/local/stop', {}],
    ['GET', '/clusters/local/api/v1/secrets', {}],
    ['DELETE', '/clusters/local/api/v1/namespaces/default/secrets', {}],
    ['GET', '/clusters/local/api/v1/secrets', { 'x-binnacle-key': cookieValue }],
    ['GET', '/watch', upgrade],
    ['GET', '/watch', { ...upgrade, 'sec-websocket-protocol': `binnacle.watch, ${cookieValue}` }],
    ['POST', '/launch', { 'x-binnacle-launch': cookieValue }],
  ] as const) {
    const { status, body } = await ask(method, path, headers)
    expect([401, 403], `${method} ${path}`).toContain(status)
    expect(body).not.toContain(key)
  }
  for (const path of ['/', '/?session=x', new URL(url).search.replace(/^/, '/'), '/c/local/secrets'])
    expect((await ask('GET', path, {})).body, path).not.toContain(key)
  await expect(page.getByRole('contentinfo')).toContainText('Local control plane running')
  await context.close()
  await new Promise((resolve) => thief.close(resolve))
})

test('what a pod serves is neither a script nor a worker nor a page here, even for our own page', async ({ browser }) => {
  using dir = scratch()
  await using running = start(dir.path)
  const { origin, storageState } = await redeem(await said(running, 'stderr', address))
  await said(running, 'stdout', ready)
  const context = await browser.newContext({ baseURL: origin, storageState })
  const page = await context.newPage()
  await page.goto('/c/local/nodes')
  const foreign = '/clusters/local/api/v1/nodes/binnacle-0/proxy/logs/'
  const outcomes = await page.evaluate(async (path) => {
    const script = new Promise((resolve) => {
      const element = document.createElement('script')
      element.src = path
      element.onload = () => resolve('ran')
      element.onerror = () => resolve('refused')
      document.head.append(element)
    })
    const worker = navigator.serviceWorker.register(path).then(
      () => 'registered',
      () => 'refused',
    )
    const dedicated = new Promise((resolve) => {
      try {
        const made = new Worker(path)
        made.onerror = () => resolve('refused')
        made.onmessage = () => resolve('ran')
      } catch {
        resolve('refused')
      }
    })
    return Promise.all([script, worker, dedicated])
  }, foreign)
  expect(outcomes).toEqual(['refused', 'refused', 'refused'])
  const answer = await (await context.newPage()).goto(foreign)
  expect(answer?.status()).toBe(403)
  expect(await answer?.text()).toContain('not loaded as a document')
  await context.close()
})

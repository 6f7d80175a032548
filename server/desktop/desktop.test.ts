import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../machinery/clock.ts'
import { opener, redirectPage, snapFolder } from './browser.ts'
import { claimInstance } from './instance.ts'
import { firstFree, gatewayPorts, isFree, recallPorts, rememberPorts, securePorts } from './ports.ts'

let dir = ''
const servers: Server[] = []
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'desktop-'))))
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  rmSync(dir, { recursive: true })
})

async function taken(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

describe('ports', () => {
  test('what was remembered is recalled, in a file of the owner, one beside the other', () => {
    expect(recallPorts(dir)).toEqual({})
    rememberPorts(dir, { securePort: 6444 })
    rememberPorts(dir, { gatewayPort: 20_001 })
    rememberPorts(dir, { securePort: 6445 })
    expect(recallPorts(dir)).toEqual({ securePort: 6445, gatewayPort: 20_001 })
    expect(statSync(join(dir, 'ports.json')).mode & 0o777).toBe(0o600)
  })

  test('nothing is written when nothing changes', () => {
    rememberPorts(dir, { securePort: 6444 })
    const { ino } = statSync(join(dir, 'ports.json'))
    rememberPorts(dir, { securePort: 6444 })
    expect(statSync(join(dir, 'ports.json')).ino).toBe(ino)
  })

  test.each(['', 'null', '[]', '{"securePort":"6443"}', '{"securePort":0}', '{"gatewayPort":65536}', '{"gatewayPort":1.5}', '{'])(
    '%s is forgotten',
    (text) => {
      writeFileSync(join(dir, 'ports.json'), text)
      expect(recallPorts(dir)).toEqual({})
    },
  )

  test('a taken port is passed over', async () => {
    const port = await taken()
    expect(await isFree(port, '127.0.0.1')).toBe(false)
    const free = await firstFree([port, port, 0], '127.0.0.1')
    expect(free).toBe(0)
    expect(await firstFree([port], '127.0.0.1')).toBe(0)
  })

  test('the API server’s: where it was, Kubernetes’ own, those after it, each once', () => {
    expect([...securePorts(undefined, 6443)].slice(0, 3)).toEqual([6443, 6444, 6445])
    expect([...securePorts(6444, 6443)].slice(0, 4)).toEqual([6444, 6443, 6445, 6446])
    expect([...securePorts(undefined, 65_534)]).toEqual([65_534, 65_535])
  })

  test('the window’s: where it was, then below what systems give to outgoing connections', () => {
    const [first, ...others] = [...gatewayPorts(41_000)]
    expect(first).toBe(41_000)
    for (const port of others) expect(port >= 20_000 && port < 30_000).toBe(true)
  })
})

describe('one window a data folder', () => {
  test('the second start gets an address from the first, which it names with its token', async () => {
    const first = await claimInstance(dir, systemClock)
    if (!('publish' in first)) throw new Error('not the first')
    first.publish('http://127.0.0.1:20001')
    expect(statSync(join(dir, 'window.json')).mode & 0o777).toBe(0o600)
    const asked: string[][] = []
    const second = await claimInstance(dir, systemClock, async (...args) => {
      asked.push(args)
      return 'http://127.0.0.1:20001/?session=x'
    })
    expect(second).toEqual({ url: 'http://127.0.0.1:20001/?session=x' })
    expect(asked).toEqual([['http://127.0.0.1:20001', first.token]])
    first.release()
    expect(await claimInstance(dir, systemClock).then((c) => 'publish' in c && (c.release(), true))).toBe(true)
  })

  test('what a killed first left behind does not count', async () => {
    writeFileSync(join(dir, 'window.json'), JSON.stringify({ url: 'http://127.0.0.1:1', token: 'x', pid: 1 }))
    const ask = async (): Promise<never> => Promise.reject(new Error('asked a dead one'))
    const claim = await claimInstance(dir, systemClock, ask)
    expect('publish' in claim).toBe(true)
    if ('publish' in claim) claim.release()
  })

  test('a first that is still starting is waited for; one that ends makes room; one that is silent is named', async () => {
    const first = await claimInstance(dir, systemClock)
    if (!('publish' in first)) throw new Error('not the first')
    let now = 0
    let ticks = 0
    const clock = {
      ...systemClock,
      now: () => now,
      setTimeout(fn: () => void, ms: number) {
        now += ms
        if (++ticks === 3) first.publish('http://127.0.0.1:20001')
        queueMicrotask(fn)
        return { cancel() {} }
      },
    }
    expect(await claimInstance(dir, clock, async () => 'http://127.0.0.1:20001/?session=x')).toEqual({
      url: 'http://127.0.0.1:20001/?session=x',
    })
    expect(ticks).toBe(3)
    await expect(claimInstance(dir, clock, async () => undefined)).rejects.toThrow(
      new RegExp(`another Binnacle \\(process ${process.pid}\\) uses the data folder .* choose another with --data-dir`),
    )
    const ending = { ...clock, setTimeout: (fn: () => void) => (first.release(), queueMicrotask(fn), { cancel() {} }) }
    const next = await claimInstance(dir, ending, async () => undefined)
    expect('publish' in next).toBe(true)
    if ('publish' in next) next.release()
  })

  test('an address file that names another machine is not asked', async () => {
    const first = await claimInstance(dir, systemClock)
    if (!('publish' in first)) throw new Error('not the first')
    for (const url of ['http://evil.example', 'http://127.0.0.1:1@evil.example', 'https://127.0.0.1:1', 5]) {
      writeFileSync(join(dir, 'window.json'), JSON.stringify({ url, token: 'x' }))
      let now = 0
      const clock = { ...systemClock, now: () => (now += 6_000), setTimeout: (fn: () => void) => (queueMicrotask(fn), { cancel() {} }) }
      const ask = async (): Promise<never> => Promise.reject(new Error('was asked'))
      await expect(claimInstance(dir, clock, ask)).rejects.toThrow('does not answer')
    }
    first.release()
  })
})

describe('the browser', () => {
  test('is given a file’s address, not the window’s', () => {
    const page = redirectPage('http://127.0.0.1:1/?session=abc')
    expect(page).toContain('content="0;url=http://127.0.0.1:1/?session=abc"')
    for (const platform of ['linux', 'darwin', 'win32'] as const) expect(opener('file:///x.html', platform).at(-1)).toBe('file:///x.html')
  })

  test('of a snap reads from its own folder', () => {
    expect(snapFolder('firefox_firefox.desktop', '/home/me', () => true)).toBe('/home/me/snap/firefox/common')
    expect(snapFolder('firefox_firefox.desktop', '/home/me', () => false)).toBeUndefined()
    for (const entry of ['firefox.desktop', 'org.mozilla.firefox.desktop', '', '../x_y.desktop', '../../etc_x/y.desktop'])
      expect(
        snapFolder(entry, '/home/me', () => true),
        entry,
      ).toBeUndefined()
  })
})

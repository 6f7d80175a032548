import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type GatewayAnnouncement, hostFlags, hostProcess, isElsewhere, parseAnnouncement, parseLocal } from './host.ts'

const announcement: GatewayAnnouncement = { type: 'gateway', url: 'http://127.0.0.1:4000', sessionUrl: 'http://127.0.0.1:4000/?session=s' }

class FakeUtility extends EventEmitter {
  stdout = new PassThrough()
  stderr = new PassThrough()
  posted: unknown[] = []
  killed = 0
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  kill(): boolean {
    this.killed++
    return true
  }
}

describe('a forked host', () => {
  test('is ready once its announcement has been dealt with, and not before', async () => {
    const child = new FakeUtility()
    const dealt = Promise.withResolvers<void>()
    const got: GatewayAnnouncement[] = []
    let ready = 0
    hostProcess(child, (a) => {
      got.push(a)
      return dealt.promise
    }).onReady(() => ready++)
    child.emit('message', { type: 'something else' })
    child.emit('message', announcement)
    await Promise.resolve()
    expect([got, ready]).toEqual([[announcement], 0])
    dealt.resolve()
    await dealt.promise
    await Promise.resolve()
    expect(ready).toBe(1)
  })

  test('its output comes in lines, from both streams, whatever the chunks', async () => {
    const child = new FakeUtility()
    const got: string[] = []
    hostProcess(child, async () => {}).onLine((stream, text) => got.push(`${stream} ${text}`))
    child.stderr.write('{"msg":"a')
    child.stderr.write('"}\nlast')
    child.stdout.write('ready https://127.0.0.1:1\n')
    child.stderr.end()
    await new Promise((resolve) => child.stderr.once('close', resolve))
    expect(got.sort()).toEqual(['stderr last', 'stderr {"msg":"a"}', 'stdout ready https://127.0.0.1:1'])
  })

  test('is asked to end with a message, and killed when it must be', () => {
    const child = new FakeUtility()
    const host = hostProcess(child, async () => {})
    const codes: number[] = []
    host.onExit((code) => codes.push(code))
    host.requestStop()
    host.kill()
    child.emit('exit', 0)
    expect([child.posted, child.killed, codes]).toEqual([[{ type: 'shutdown' }], 1, [0]])
  })
})

test.each([
  [undefined],
  ['gateway'],
  [{ type: 'gateway' }],
  [{ ...announcement, url: 'http://evil.example' }],
  [{ ...announcement, url: 'http://127.0.0.1:4000/../' }],
  [{ ...announcement, sessionUrl: undefined }],
  [{ ...announcement, sessionUrl: 'http://evil.example/?session=s' }],
  [{ ...announcement, sessionUrl: 'http://127.0.0.1:4000/clusters/x' }],
])('%j is no announcement', (message) => expect(parseAnnouncement(message)).toBeUndefined())

test('flags for the host', () => {
  expect(hostFlags(['/opt/binnacle', '--nodes', '3'], true)).toEqual(['--nodes', '3'])
  expect(hostFlags(['electron', '.', '--', '--nodes', '3'], false)).toEqual(['--nodes', '3'])
  expect(hostFlags(['electron', '.', '--inspect'], false)).toEqual([])
  expect(hostFlags(['/opt/binnacle', '--nodes', '3', 'binnacle://c/local', '/a/b.yaml'], true)).toEqual(['--nodes', '3'])
})

test.each([
  [{ type: 'local', state: 'running' }, { state: 'running' }],
  [
    { type: 'local', state: 'failed', message: 'why' },
    { state: 'failed', message: 'why' },
  ],
  [{ type: 'local', state: 'on fire' }, undefined],
  [{ type: 'gateway', state: 'running' }, undefined],
  [null, undefined],
])('%j tells of the control plane: %j', (message, report) => expect(parseLocal(message)).toEqual(report))

test.each([
  [{ type: 'elsewhere' }, true],
  [announcement, false],
  ['elsewhere', false],
  [null, false],
])('%j says that the window is another process’s: %s', (message, elsewhere) => expect(isElsewhere(message)).toBe(elsewhere))

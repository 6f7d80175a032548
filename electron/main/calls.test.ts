import { describe, expect, test } from 'vitest'
import { callChannel, callNames } from '../ipc/contract.ts'
import { makeBridge } from '../preload/bridge.ts'
import { type Handlers, registerCalls, type SenderEvent } from './calls.ts'

const origin = 'http://127.0.0.1:4000'
const sender = { id: 7 }
const top: SenderEvent = { sender, senderFrame: { url: `${origin}/c/local/pods`, parent: null } }

/** Main and window joined as Electron joins them, with a sender that a test chooses. */
function join(from: () => SenderEvent = () => top, gateway: () => string | undefined = () => origin) {
  const listeners = new Map<string, (event: SenderEvent, ...args: unknown[]) => unknown>()
  const called: [string, unknown[]][] = []
  const handlers = Object.fromEntries(
    callNames.map((name) => [
      name,
      (from: number, ...args: unknown[]) => {
        expect(from).toBe(sender.id)
        called.push([name, args])
        return `${name} done`
      },
    ]),
  ) as unknown as Handlers
  registerCalls({ handle: (channel, listener) => void listeners.set(channel, listener) }, handlers, gateway)
  const invoke = async (channel: string, ...args: unknown[]): Promise<unknown> => {
    const listener = listeners.get(channel)
    if (listener === undefined) throw new Error(`nobody handles ${channel}`)
    return listener(from(), ...args)
  }
  const heard = new Map<string, Set<(event: unknown, ...args: unknown[]) => void>>()
  const ipc = {
    invoke,
    on: (channel: string, l: (event: unknown, ...args: unknown[]) => void) => heard.set(channel, (heard.get(channel) ?? new Set()).add(l)),
    removeListener: (channel: string, l: (event: unknown, ...args: unknown[]) => void) => heard.get(channel)?.delete(l),
  }
  return { bridge: makeBridge(ipc, 'linux'), called, invoke, heard, channels: [...listeners.keys()] }
}

describe('calls from the window', () => {
  test('every call of the contract has a handler and a function, and no other channel exists', async () => {
    const { bridge, called, channels } = join()
    expect(channels.sort()).toEqual(callNames.map(callChannel).sort())
    expect(Object.keys(bridge).sort()).toEqual([...callNames, 'on', 'platform'].sort())
    expect(await bridge.openExternal('https://example.com/')).toBe('openExternal done')
    await bridge.saveFile('pod.yaml', new Uint8Array([1]))
    expect(called).toEqual([
      ['openExternal', ['https://example.com/']],
      ['saveFile', ['pod.yaml', new Uint8Array([1])]],
    ])
  })

  test.each<[string, SenderEvent]>([
    ['a frame that has gone', { sender, senderFrame: null }],
    ['a frame inside the page', { sender, senderFrame: { url: `${origin}/`, parent: {} } }],
    ['another origin', { sender, senderFrame: { url: 'https://evil.example/', parent: null } }],
    ['another port', { sender, senderFrame: { url: 'http://127.0.0.1:4001/', parent: null } }],
    ['a page of a pod', { sender, senderFrame: { url: `${origin}/clusters/local/api/v1/namespaces/a/pods/b/proxy/`, parent: null } }],
    ['a local file', { sender, senderFrame: { url: 'file:///index.html', parent: null } }],
  ])('%s may not call', async (_, event) => {
    const { bridge, called } = join(() => event)
    await expect(bridge.restartHost()).rejects.toThrow('restartHost was called from a frame that may not')
    expect(called).toEqual([])
  })

  test('nobody may call before the gateway is known', async () => {
    const { bridge } = join(
      () => top,
      () => undefined,
    )
    await expect(bridge.hostStatus()).rejects.toThrow('may not')
  })

  test.each<[string, unknown[]]>([
    ['openExternal', []],
    ['openExternal', [{ toString: () => 'https://x' }]],
    ['openExternal', ['https://x', 1]],
    ['saveFile', ['../.bashrc', 'x']],
    ['saveFile', ['a\\b', 'x']],
    ['saveFile', ['', 'x']],
    ['saveFile', ['..', 'x']],
    ['saveFile', ['a\0', 'x']],
    ['saveFile', ['a', { length: 1 }]],
    ['restartHost', [1]],
  ])('%s with %j is refused', async (name, args) => {
    const { invoke, called } = join()
    await expect(invoke(`binnacle:call:${name}`, ...args)).rejects.toThrow('wrong arguments')
    expect(called).toEqual([])
  })
})

describe('events for the window', () => {
  test('arrive without their sender until the subscription ends; unknown ones are refused', () => {
    const { bridge, heard } = join()
    const got: unknown[] = []
    const stop = bridge.on('menu', (...args: unknown[]) => got.push(args))
    const emit = (value: string): void => heard.get('binnacle:event:menu')?.forEach((l) => l({ sender: 'secret' }, value))
    emit('palette')
    stop()
    emit('palette')
    expect(got).toEqual([['palette']])
    expect(() => bridge.on('constructor' as never, () => {})).toThrow('there is no event "constructor"')
  })
})

import { describe, expect, test } from 'vitest'
import { externalUrl, guardContents, guardSession, isOwn, mayLoad } from './navigation.ts'

const origin = 'http://127.0.0.1:4000'

describe('addresses for the system browser', () => {
  test.each([
    ['https://kubernetes.io/docs/', 'https://kubernetes.io/docs/'],
    ['https://example.com', 'https://example.com/'],
    ['http://example.com/', undefined],
    ['file:///etc/passwd', undefined],
    ['javascript:alert(1)', undefined],
    ['vscode://file/etc/passwd', undefined],
    ['https://kubernetes.io@evil.example/', undefined],
    ['https://user:pw@example.com/', undefined],
    ['not a url', undefined],
    [42, undefined],
    [undefined, undefined],
  ])('%s', (url, expected) => expect(externalUrl(url)).toBe(expected))
})

describe('what the window may show and load', () => {
  test.each([
    ['http://127.0.0.1:4000/c/local/pods', true],
    ['http://127.0.0.1:4001/', false],
    ['http://localhost:4000/', false],
    ['https://127.0.0.1:4000/', false],
    ['http://127.0.0.1:4000.evil.example/', false],
    ['http://127.0.0.1:4000/clusters/local/api/v1/nodes/a/proxy/', false],
    ['http://127.0.0.1:4000/clusters', false],
    ['http://127.0.0.1:4000/./clusters/x', false],
    ['http://127.0.0.1:4000/c/../clusters/x', false],
    ['http://127.0.0.1:4000//clusters/x', false],
    ['http://127.0.0.1:4000/%63lusters/x', false],
    ['http://127.0.0.1:4000/clusters%2Fx', false],
    ['http://127.0.0.1:4000/Clusters/x', false],
    ['http://127.0.0.1:4000/%E0%A4%A', false],
    ['http://127.0.0.1:4000/c/clusters/x', true],
    ['http://127.0.0.1:4000/clustersx', true],
    ['about:blank', false],
    ['nonsense', false],
  ])('%s is ours: %s', (url, own) => expect(isOwn(url, origin)).toBe(own))

  test('nothing is ours before the gateway is known', () => {
    expect(isOwn('http://127.0.0.1:4000/', undefined)).toBe(false)
    expect(mayLoad('http://127.0.0.1:4000/', undefined, true)).toBe(false)
  })

  test.each([
    ['ws://127.0.0.1:4000/watch', false, true],
    ['data:image/png;base64,AA==', false, true],
    ['blob:http://127.0.0.1:4000/x', false, true],
    ['https://127.0.0.1:4000/', false, false],
    ['https://example.com/telemetry', true, false],
    ['file:///etc/passwd', true, false],
    ['devtools://devtools/bundled/x.js', true, true],
    ['devtools://devtools/bundled/x.js', false, false],
  ])('%s (developer: %s) loads: %s', (url, developer, loads) => expect(mayLoad(url, origin, developer)).toBe(loads))
})

describe('the guards', () => {
  test('navigation, frames and redirects elsewhere are prevented, webviews always, windows never opened', () => {
    const listeners: Record<string, (details: { url: string; preventDefault(): void }) => void> = {}
    const opened: string[] = []
    let handler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
    guardContents(
      { on: (event: string, listener: never) => (listeners[event] = listener), setWindowOpenHandler: (h) => (handler = h) },
      () => origin,
      { external: (url) => opened.push(url), window: (path) => opened.push(`window ${path}`) },
    )
    const prevented = (event: string, url: string): boolean => {
      let was = false
      listeners[event]?.({ url, preventDefault: () => (was = true) })
      return was
    }
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      expect(prevented(event, `${origin}/x`)).toBe(false)
      expect(prevented(event, 'https://example.com/')).toBe(true)
      expect(prevented(event, `${origin}/clusters/local/api/v1/nodes/a/proxy/`)).toBe(true)
    }
    expect(prevented('will-attach-webview', `${origin}/`)).toBe(true)
    expect(handler({ url: 'https://example.com/' })).toEqual({ action: 'deny' })
    expect(handler({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' })
    for (const path of ['/c/local/pods?ns=a', '/clusters/local/api/v1/pods'])
      expect(handler({ url: origin + path })).toEqual({ action: 'deny' })
    expect(opened).toEqual(['https://example.com/', 'window /c/local/pods?ns=a'])
  })

  test('permissions are denied, except for writing text to the clipboard; foreign requests are cancelled', () => {
    let request: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void = () => {}
    let check: (contents: unknown, permission: string) => boolean = () => true
    let device: () => boolean = () => true
    let before: (details: { url: string }, callback: (r: { cancel?: boolean }) => void) => void = () => {}
    guardSession(
      {
        setPermissionRequestHandler: (h) => (request = h),
        setPermissionCheckHandler: (h) => (check = h),
        setDevicePermissionHandler: (h) => (device = h),
        webRequest: { onBeforeRequest: (h) => (before = h) },
      },
      () => origin,
      false,
    )
    const answers = ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read', 'clipboard-sanitized-write'].map((p) => {
      let granted: boolean | undefined
      request(undefined, p, (g) => (granted = g))
      expect(check(undefined, p)).toBe(granted)
      return granted
    })
    expect(answers).toEqual([false, false, false, false, false, true])
    expect(device()).toBe(false)
    const cancelled = ['https://example.com/', `${origin}/api/contexts`].map((url) => {
      let cancel: boolean | undefined
      before({ url }, (r) => (cancel = r.cancel))
      return cancel
    })
    expect(cancelled).toEqual([true, false])
  })
})

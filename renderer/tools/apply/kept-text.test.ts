import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const stored = new Map<string, string>()
beforeEach(() => {
  vi.useFakeTimers()
  vi.resetModules()
  stored.clear()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What a page that is loaded anew finds. */
const afterReload = async (text: string): Promise<string> => {
  const { keepText } = await import('./kept-text.ts')
  keepText(text)
  vi.runAllTimers()
  vi.resetModules()
  return (await import('./kept-text.ts')).keptText()
}

test.each(['kind: ConfigMap\n', 'kind: SecretStore\n', '# kinds: Secret gardens\n', 'kind: ConfigMap\n'.repeat(20_000)])(
  'a text without Secrets outlives a reload: %.30s',
  async (text) => {
    expect(await afterReload(text)).toBe(text)
  },
)

test.each([
  'apiVersion: v1\nkind: Secret\nstringData: {a: b}\n',
  'kind:   "Secret"\n',
  "kind : 'Secret'\n",
  '{"apiVersion":"v1","kind":"Secret","stringData":{"a":"b"}}',
  '{"kind" : "SecretList"}',
  '- {apiVersion: v1, kind: Secret}',
  'kind: ConfigMap\n---\n  kind: Secret\n',
  `kind: Secret\n${'#'.repeat(200_000)}`,
])('values of Secrets are written down nowhere, however they are written: %.60s', async (text) => {
  const { keepText, keptText } = await import('./kept-text.ts')
  keepText('kind: ConfigMap\n')
  expect(stored.size).toBe(1)
  expect(await afterReload(text)).toBe('')
  expect(stored.size).toBe(0)
  expect(keptText()).toBe(text)
})

test('a long text is written when the typing has rested, one that is too long not at all', async () => {
  const { keepText } = await import('./kept-text.ts')
  keepText('a'.repeat(200_000))
  expect(stored.size).toBe(0)
  vi.advanceTimersByTime(400)
  keepText('b'.repeat(200_000))
  vi.advanceTimersByTime(499)
  expect(stored.size).toBe(0)
  vi.advanceTimersByTime(1)
  expect([...stored.values()][0]?.[0]).toBe('b')
  keepText('c'.repeat(1_000_001))
  vi.runAllTimers()
  expect(stored.size).toBe(0)
})

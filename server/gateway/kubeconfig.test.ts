import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultKubeconfigFiles, loadKubeconfig, signature } from './kubeconfig.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, content)
  return path
}

const dev = `
apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: c1
  cluster: {server: "https://dev.example:6443", certificate-authority: ca.crt}
users:
- name: u1
  user: {client-certificate: pki/u.crt, client-key: /abs/u.key, tokenFile: token}
- name: plugin
  user: {exec: {command: ./bin/login, apiVersion: client.authentication.k8s.io/v1}}
contexts:
- name: dev
  context: {cluster: c1, user: u1, namespace: team}
- name: prod
  context: {cluster: c2, user: plugin}
`

describe('kubeconfig', () => {
  test('files are merged, the first wins, and paths are relative to their own file', async () => {
    const a = await file('a', dev)
    const b = await file(
      'b',
      `{"current-context":"other","clusters":[{"name":"c2","cluster":{"server":"https://prod.example"}},{"name":"c1","cluster":{"server":"https://shadowed"}}]}`,
    )
    const config = await loadKubeconfig([a, b])
    expect(config.errors).toEqual([])
    expect(config.current).toBe('dev')
    const [first, second] = config.contexts
    expect(first).toMatchObject({ name: 'dev', clusterName: 'c1', userName: 'u1', namespace: 'team' })
    expect(first?.cluster).toEqual({ server: 'https://dev.example:6443', 'certificate-authority': join(dir, 'ca.crt') })
    expect(first?.user).toEqual({ 'client-certificate': join(dir, 'pki/u.crt'), 'client-key': '/abs/u.key', tokenFile: join(dir, 'token') })
    expect(second).toMatchObject({
      name: 'prod',
      cluster: { server: 'https://prod.example' },
      user: { exec: { command: join(dir, 'bin/login') } },
    })
    expect(second?.error).toBeUndefined()
  })

  test('an authority beside insecure-skip-tls-verify is refused, as kubectl does', async () => {
    const of = (fields: string): string =>
      `{clusters: [{name: c, cluster: {server: "https://x", insecure-skip-tls-verify: true${fields}}}], contexts: [{name: x, context: {cluster: c}}]}`
    const errors = async (fields: string) => (await loadKubeconfig([await file('insecure', of(fields))])).contexts.map(({ error }) => error)
    const refusal = 'cluster "c" names a certificate authority and insecure-skip-tls-verify: take one of them out'
    expect(await errors('')).toEqual([undefined])
    expect(await errors(', certificate-authority: ca.crt')).toEqual([refusal])
    expect(await errors(', certificate-authority-data: eA==')).toEqual([refusal])
  })

  test('what is no text file, or more than one, is told with what to do', async () => {
    const config = await loadKubeconfig([
      await file('wide', Buffer.from(`\ufeff${dev}`, 'utf16le')),
      await file('bom', `\ufeff${dev.replaceAll('\n', '\r\n')}`),
      await file('two', `${dev}---\n${dev.replaceAll('name: dev', 'name: other')}`),
      await file('zero', ''),
    ])
    expect(config.contexts.map(({ name }) => name)).toEqual(['dev', 'prod'])
    expect(config.errors).toEqual([
      { file: join(dir, 'wide'), message: 'it is written in UTF-16: save it as UTF-8' },
      { file: join(dir, 'two'), line: 20, message: 'a second document begins here, and is not read: keep it in a file of its own' },
    ])
  })

  test('a file that is no kubeconfig is named, and the others still count', async () => {
    const good = await file('good', dev)
    const yaml = await file('broken', 'clusters: [')
    const list = await file('list', '- 1')
    const config = await loadKubeconfig([yaml, list, join(dir, 'missing'), good])
    expect(config.errors.map((e) => e.file)).toEqual([yaml, list])
    expect(config.errors[1]?.message).toBe('it is not a kubeconfig')
    expect(config.contexts).toHaveLength(2)
  })

  test.each([
    ['the context names no cluster', '{contexts: [{name: a, context: {user: u}}]}'],
    ['the kubeconfig has no cluster "c"', '{contexts: [{name: a, context: {cluster: c}}]}'],
    [
      'the kubeconfig has no user "u"',
      '{clusters: [{name: c, cluster: {server: "https://x"}}], contexts: [{name: a, context: {cluster: c, user: u}}]}',
    ],
    ['cluster "c" has no server address', '{clusters: [{name: c, cluster: {}}], contexts: [{name: a, context: {cluster: c}}]}'],
    [
      'the server address of cluster "c" is not an http or https URL',
      '{clusters: [{name: c, cluster: {server: "ftp://x"}}], contexts: [{name: a, context: {cluster: c}}]}',
    ],
    [
      'the proxy-url of cluster "c" is not an http, https or socks5 URL',
      '{clusters: [{name: c, cluster: {server: "https://x", proxy-url: "127.0.0.1:3128"}}], contexts: [{name: a, context: {cluster: c}}]}',
    ],
  ])('%s', async (error, content) => {
    const config = await loadKubeconfig([await file('k', content)])
    expect(config.contexts).toHaveLength(1)
    expect(config.contexts[0]?.error).toBe(error)
  })

  test('a file with a fault is named with its line, and what stands beside the fault is used', async () => {
    const broken = await file('broken', `${dev}- name: later\n\tcontext: {cluster: c1}\n`)
    const config = await loadKubeconfig([broken])
    expect(config.errors).toEqual([{ file: broken, line: 19, message: expect.stringMatching(/tab/i) as string }])
    expect(config.contexts.map((c) => c.name)).toEqual(['dev', 'prod'])
  })

  test('a folder in the place of a file is named, too', async () => {
    const config = await loadKubeconfig([dir])
    expect(config.errors).toEqual([{ file: dir, message: 'it is a folder: name a file in it' }])
  })

  test('the signature changes with the files', async () => {
    const a = await file('a', dev)
    const before = await signature([a, join(dir, 'later')])
    expect(await signature([a, join(dir, 'later')])).toBe(before)
    await file('later', 'x')
    expect(await signature([a, join(dir, 'later')])).not.toBe(before)
  })

  test('where it is looked for', () => {
    expect(defaultKubeconfigFiles({ KUBECONFIG: ['/a', '', '/b'].join(delimiter) })).toEqual(['/a', '/b'])
    expect(defaultKubeconfigFiles({ HOME: '/home/x' })).toEqual([join('/home/x', '.kube', 'config')])
  })
})

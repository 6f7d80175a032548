import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { scratch } from '../fixtures/scratch.ts'
import { runToEnd, startServer } from '../fixtures/server.ts'

/** A start that cannot be: one sentence for a person on standard error, nothing on standard output, and a code that scripts can see. */
const dir = scratch()
afterAll(() => dir[Symbol.dispose]())

let next = 0
const own = (): string => {
  const path = join(dir.path, String(next++))
  mkdirSync(path)
  return path
}
const base = (data = own()): string[] => ['--data-dir', data, '--secure-port', '0', '--controllers=', '--nodes=0']

async function refusal(flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(flags)
  expect({ stdout, failed: code !== 0 && code !== null }).toEqual({ stdout: '', failed: true })
  const lines = stderr.trim().split('\n')
  expect(lines, stderr).toHaveLength(1)
  expect(stderr).not.toMatch(/^\s+at |node:internal/m)
  return lines[0] ?? ''
}

describe('a start that cannot be', () => {
  test.each([
    [['--colour=red'], /unknown flag: --colour/],
    [['--secure-port=high'], /--secure-port/],
    [['--secure-port=70000'], /--secure-port 70000 must be between/],
    [['--nodes=-1'], /--nodes -1 must be between 0 and/],
    [['--controllers=helmsman'], /helmsman/],
    [['--token-auth-file=/nowhere/tokens.csv'], /\/nowhere\/tokens\.csv/],
    [['--seed=/nowhere/seed.yaml'], /\/nowhere\/seed\.yaml/],
    [['--etcd-servers=:::'], /:::/],
    [['--service-cluster-ip-range=sea'], /sea/],
    [['--authorization-mode=Captain'], /Captain/],
    [['--client-ca-file=/nowhere/a.crt'], /\/nowhere\/a\.crt/],
    [['--log-format=verse'], /--log-format "verse" must be one of json, text/],
    [['helm'], /helm/],
  ])('%j', async (flags, sentence) => expect(await refusal([...base(), ...flags])).toMatch(sentence))

  test('a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((r) => holder.once('listening', r))
    const { port } = holder.address() as { port: number }
    expect(await refusal([...base(), '--secure-port', String(port)])).toMatch(new RegExp(`${port}.*(in use|taken)`))
    holder.close()
  })

  test('a data folder that is a file', async () => {
    const file = join(own(), 'file')
    writeFileSync(file, '')
    expect(await refusal(base(file))).toBe(
      `--data-dir: ${file} cannot be written to (ENOTDIR: not a directory, '${file}'); choose another one, or correct its permissions`,
    )
  })

  test.skipIf(process.getuid?.() === 0)('a data folder that may not be written (not for root, who may write all)', async () => {
    const folder = own()
    chmodSync(folder, 0o500)
    expect(await refusal(base(folder))).toContain(folder)
  })

  test.each(['/sys/binnacle', '/proc/binnacle'])('a data folder on a file system that takes none: %s', async (folder) => {
    expect(await refusal(base(folder))).toMatch(new RegExp(`^--data-dir: ${folder} cannot be written to .*; choose another one`))
    expect(await refusal([...base(), '--cert-dir', folder])).toMatch(new RegExp(`${folder}.*; choose another folder with --cert-dir`))
    expect(await refusal([...base(), '--write-kubeconfig', `${folder}/config`])).toMatch(
      new RegExp(`^--write-kubeconfig: ${folder}/config cannot be written to .*; choose another one`),
    )
  })

  test('a database that is none', async () => {
    const data = own()
    mkdirSync(join(data, 'store'))
    writeFileSync(join(data, 'store', 'binnacle.db'), 'this is no database, and it is longer than a header would be'.repeat(100))
    expect(await refusal(base(data))).toContain('binnacle.db')
  })

  test('a database that another server has open', async () => {
    await using server = await startServer()
    expect(await refusal(base(join(server.dir, 'data')))).toMatch(/binnacle\.db.*(use|another)/)
  })

  test('an etcd that does not answer', async () => {
    expect(await refusal([...base(), '--etcd-servers=http://127.0.0.1:1'])).toMatch(/etcd cannot be used at http:\/\/127\.0\.0\.1:1/)
  })

  test('a seed that is no list of objects', async () => {
    const seed = join(own(), 'seed.yaml')
    writeFileSync(seed, 'apiVersion: v1\nkind: Compass\nmetadata: {name: a}\n')
    expect(await refusal([...base(), '--seed', seed])).toMatch(/Compass/)
    writeFileSync(seed, '{"apiVersion":')
    expect(await refusal([...base(), '--seed', seed])).toContain('seed.yaml')
  })

  test('--help and --version are answers, not failures', async () => {
    const help = await runToEnd(['--help'])
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toMatch(/--etcd-servers[\s\S]*--write-kubeconfig/)
    expect((await runToEnd(['--version'])).stdout).toMatch(/v1\.37\.2\+binnacle/)
  })
})

test('nodes whose logs have no place: the log says so, and the control loops run', async () => {
  const home = own()
  mkdirSync(join(home, 'data'), { mode: 0o700 })
  writeFileSync(join(home, 'data', 'log'), '')
  await using server = await startServer({ dir: home, loops: true, flags: ['--nodes=1'] })
  using maps = await server.api.watch('/api/v1/namespaces/default/configmaps', { resourceVersion: 0 })
  await maps.until('what a control loop writes', ({ object }) => object.metadata.name === 'kube-root-ca.crt')
  await vi.waitFor(() =>
    expect(server.out.stderr).toMatch(/the node agents could not start.*ENOTDIR|ENOTDIR.*the node agents could not start/s),
  )
})

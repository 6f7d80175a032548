import { mkdtempDisposableSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import { FakeClock } from '../machinery/clock.ts'
import { parseOptions, type Options } from '../options/parse.ts'
import { testProgram } from '../options/testing/command-line.ts'
import { authorizationOf } from './authorization.ts'
import { authenticationFileOf } from './authentication.ts'
import { configurationReloads, type ConfigurationReload } from './configuration-reload.ts'

const dir = mkdtempDisposableSync(join(tmpdir(), 'authorization-'))
afterAll(() => dir.remove())
const path = join(dir.path, 'authorization.yaml')
const MINUTE = 60_000

const configuration = (...types: readonly string[]): string =>
  JSON.stringify({
    ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration' },
    authorizers: types.map((type) => ({ type, name: type.toLowerCase() })),
  })

let clock: FakeClock
let reload: ConfigurationReload | undefined
let used: string[][]
let errors: unknown[]
beforeEach(() => {
  clock = new FakeClock()
  used = []
  errors = []
  writeFileSync(path, configuration('Node', 'RBAC'))
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) }
  const parsed = parseOptions([`--authorization-config=${path}`], testProgram) as { options: Options }
  const { authorizers, authorizationFile } = authorizationOf(parsed.options, { clock, log })
  expect(authorizers.map(({ type }) => type)).toEqual(['Node', 'RBAC'])
  const use = (chosen: readonly ConfiguredAuthorizer[]): void => void used.push(chosen.map(({ type }) => type))
  reload = configurationReloads({ authorizationFile: authorizationFile! }, use, { clock, log })[0]
})
afterEach(() => reload?.stop())

const counts = async (): Promise<unknown> =>
  Promise.all(reload!.sources().map(async (source) => (await source.get()).values.map(({ labels, value }) => [labels.status, value])))

test('another content is used within a minute, once', async () => {
  clock.advance(MINUTE)
  expect(used).toEqual([])
  writeFileSync(path, configuration('AlwaysDeny', 'RBAC'))
  clock.advance(MINUTE)
  clock.advance(MINUTE)
  expect(used).toEqual([['AlwaysDeny', 'RBAC']])
  writeFileSync(`${path}.new`, configuration('RBAC'))
  renameSync(`${path}.new`, path)
  reload!.look()
  expect(used.at(-1)).toEqual(['RBAC'])
  expect(await counts()).toEqual([[['success', 2]], [['success', clock.now() / 1000]]])
})

test('what is wrong is told, and what was before goes on', async () => {
  for (const content of ['{', configuration('RBAC', 'Webhook'), configuration('RBAC', 'ABAC')]) {
    writeFileSync(path, content)
    reload!.look()
    reload!.look()
  }
  rmSync(path)
  reload!.look()
  expect(used).toEqual([])
  expect(errors).toMatchObject([
    { error: expect.stringContaining('failed to load AuthorizationConfiguration from file') as string },
    { error: 'authorizers[1].webhook: Required value: required when type=Webhook' },
    { error: 'authorizer type ABAC is not allowed if it was not enabled at initial server startup' },
    { error: expect.stringContaining('ENOENT') as string },
  ])
  expect(await counts()).toMatchObject([[['failure', 4]], [['failure', clock.now() / 1000]]])
})

test('after the end nothing is looked at', () => {
  reload!.stop()
  writeFileSync(path, configuration('RBAC'))
  clock.advance(MINUTE)
  expect(used).toEqual([])
})

test('what the other configuration says of anonymous requests may not change', async () => {
  const file = join(dir.path, 'authentication.yaml')
  const write = (enabled: boolean, comment = ''): void =>
    writeFileSync(
      file,
      `apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: { enabled: ${enabled} }\n${comment}`,
    )
  write(true)
  const parsed = parseOptions([`--authentication-config=${file}`], testProgram) as { options: Options }
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) }
  reload!.stop()
  reload = configurationReloads(authenticationFileOf(parsed.options), () => undefined, { clock, log })[0]
  write(true, '# said otherwise')
  reload!.look()
  write(false)
  clock.advance(MINUTE)
  writeFileSync(file, 'kind: Other')
  reload!.look()
  expect(errors).toMatchObject([
    { error: 'anonymous: Forbidden: changed from initial configuration file' },
    { error: expect.stringContaining('failed to load authentication configuration from file') as string },
  ])
  expect(reload!.sources().map(({ name }) => name)).toEqual([
    'apiserver_authentication_config_controller_automatic_reloads_total',
    'apiserver_authentication_config_controller_automatic_reload_last_timestamp_seconds',
  ])
  const now = clock.now() / 1000
  expect(await counts()).toEqual([
    [
      ['success', 1],
      ['failure', 2],
    ],
    [
      ['success', now - 60],
      ['failure', now],
    ],
  ])
})

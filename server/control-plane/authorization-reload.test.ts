import { mkdtempDisposableSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import { FakeClock } from '../machinery/clock.ts'
import { parseOptions, type Options } from '../options/parse.ts'
import { authorizationOf } from './authorization.ts'
import { AuthorizationReload } from './authorization-reload.ts'

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
let reload: AuthorizationReload | undefined
let used: string[][]
let errors: unknown[]
beforeEach(() => {
  clock = new FakeClock()
  used = []
  errors = []
  writeFileSync(path, configuration('Node', 'RBAC'))
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) }
  const parsed = parseOptions([`--authorization-config=${path}`], { name: 'x', version: 'v1' }) as { options: Options }
  const { authorizers, authorizationFile } = authorizationOf(parsed.options, { clock, log })
  expect(authorizers.map(({ type }) => type)).toEqual(['Node', 'RBAC'])
  const use = (chosen: readonly ConfiguredAuthorizer[]): void => void used.push(chosen.map(({ type }) => type))
  reload = new AuthorizationReload(authorizationFile!, use, { clock, log })
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

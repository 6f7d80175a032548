import { expect, test } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import { parseYaml, stringifyYaml } from '../codec/yaml.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { scheme } from '../scheme/index.ts'
import type { ResourceEncoder } from './encoders/contract.ts'
import { encoderOf } from './encoders/index.ts'

const pod = (name: string): KubeObject => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, annotations: { note: 'word '.repeat(40).trim(), lines: '\nitems: []\nrows: []\n' } },
  spec: { list: [[], {}, { a: [1] }], items: [] },
})
const entries = ['a', 'b', 'c'].map((name): Entry => ({ object: () => pod(name), view: () => pod(name) }) as unknown as Entry)
const served = {
  facts: { group: '', version: 'v1', kind: 'Pod', resource: 'pods' },
  schema: { facts: {} },
  listKind: 'PodList',
  identity: true,
  table: { columns: [{ name: 'Name', type: 'string', description: '\nrows: []\n' }], cells: (o: KubeObject) => [o.metadata.name, null] },
} as unknown as ServedResource

const encoder = (as: 'Table' | undefined): ResourceEncoder =>
  encoderOf(served, {
    representation: { media: 'application/yaml', as, version: 'v1', pretty: false },
    includeObject: 'Metadata',
    clock: new FakeClock(),
    types: scheme,
  })
const listOf = (s: ResourceEncoder, of: readonly Entry[]): string =>
  Buffer.concat(
    s.list(
      of.map((e) => s.item(e)),
      { resourceVersion: '5', continue: 'x' },
    ),
  ).toString()

test.each([0, 1, 3])('a list of %i in YAML is what the whole list would be', (n) => {
  const items = ['a', 'b', 'c'].slice(0, n).map((name) => {
    const { kind: _k, apiVersion: _a, ...rest } = pod(name)
    return rest
  })
  const whole = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '5', continue: 'x' }, items }
  expect(listOf(encoder(undefined), entries.slice(0, n))).toBe(stringifyYaml(whole))
})

test.each([0, 1, 3])('a Table of %i rows in YAML too', (n) => {
  const text = listOf(encoder('Table'), entries.slice(0, n))
  const value = parseYaml(text).value as { rows: { cells: unknown[] }[]; columnDefinitions: unknown[] }
  expect(text).toBe(stringifyYaml(value))
  expect(value.rows.map((r) => r.cells)).toEqual(
    [
      ['a', null],
      ['b', null],
      ['c', null],
    ].slice(0, n),
  )
  expect(value.columnDefinitions).toHaveLength(1)
})

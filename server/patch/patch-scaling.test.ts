import { growth } from '../machinery/testing/steps.ts'
import { describe, expect, test } from 'vitest'
import { atOnce } from '../machinery/slice.ts'
import { scheme } from '../scheme/index.ts'
import { applyingJsonPatch, jsonPatchOf } from './json-patch.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicPatch } from './strategic-merge.ts'

type Json = Record<string, unknown>

const pod = scheme.typeOf('', 'v1', 'Pod')
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const env = (n: number): Json[] => numbers(n).map((i) => ({ name: `E${i}`, value: String(i) }))
const withEnv = (list: Json[], more: Json = {}): Json => ({ spec: { containers: [{ name: 'a', env: list, ...more }] } })

/** A document and a patch of n items each. */
type Case = readonly [name: string, make: (n: number) => readonly [document: Json, patch: unknown]]

const strategic: readonly Case[] = [
  ['the same variables', (n) => [withEnv(env(n)), withEnv(env(n))]],
  ['other variables', (n) => [withEnv(env(n)), withEnv(env(n).map((e) => ({ ...e, name: `X${String(e['name'])}` })))]],
  ['variables in reverse', (n) => [withEnv(env(n)), withEnv(env(n).reverse())]],
  ['variables deleted', (n) => [withEnv(env(n)), withEnv(env(n).map(({ name }) => ({ name, $patch: 'delete' })))]],
  ['an order', (n) => [withEnv(env(n)), withEnv(env(n), { '$setElementOrder/env': env(n).map(({ name }) => ({ name })) })]],
  [
    'an order in reverse, alone',
    (n) => [withEnv(env(n)), { spec: { containers: [{ name: 'a', '$setElementOrder/env': env(n).reverse() }] } }],
  ],
  [
    'owners',
    (n) => {
      const ownerReferences = numbers(n).map((i) => ({ apiVersion: 'v1', kind: 'Pod', name: `p${i}`, uid: `u${i}` }))
      return [{ metadata: { ownerReferences } }, { metadata: { ownerReferences: [...ownerReferences].reverse() } }]
    },
  ],
  [
    'finalizers',
    (n) => {
      const finalizers = numbers(n).map((i) => `example.com/${i}`)
      return [{ metadata: { finalizers } }, { metadata: { finalizers: [...finalizers].reverse() } }]
    },
  ],
  [
    'finalizers deleted',
    (n) => {
      const finalizers = numbers(n).map((i) => `example.com/${i}`)
      return [{ metadata: { finalizers } }, { metadata: { '$deleteFromPrimitiveList/finalizers': finalizers } }]
    },
  ],
  ['keys retained', (n) => [{ metadata: labels(n) }, { metadata: { $retainKeys: Object.keys(labels(n)), ...labels(n) } }]],
  ['labels', (n) => [{ metadata: { labels: labels(n) } }, { metadata: { labels: labels(n) } }]],
]

function labels(n: number): Json {
  return Object.fromEntries(numbers(n).map((i) => [`l${i}`, String(i)]))
}

/** Operations on a document that grows with them: one that looked at all of it would show. */
const operations: Readonly<Record<string, (i: number) => Json>> = {
  add: (i) => ({ op: 'add', path: `/map/x${i}`, value: i }),
  'add at the end': (i) => ({ op: 'add', path: '/list/-', value: i }),
  replace: (i) => ({ op: 'replace', path: `/list/${i}`, value: { a: i } }),
  'replace a key': (i) => ({ op: 'replace', path: `/map/l${i}`, value: { a: i } }),
  remove: (i) => ({ op: 'remove', path: `/map/l${i}` }),
  move: (i) => ({ op: 'move', from: `/map/l${i}`, path: `/map/m${i}` }),
  copy: (i) => ({ op: 'copy', from: `/map/l${i}`, path: `/map/m${i}` }),
  test: (i) => ({ op: 'test', path: `/map/l${i}`, value: String(i) }),
  'test an element': (i) => ({ op: 'test', path: `/list/${i}`, value: i }),
}

// The double input takes double the steps, and for a sort a little more.
const LINEAR = 2.4

describe('the double patch of the double object takes the double time', () => {
  test.each(strategic)('strategic merge: %s', (_, make) => {
    const apply = ([document, patch]: ReturnType<typeof make>): unknown => applyStrategicPatch(document, patch as Json, pod)
    expect(growth(1_000, make, apply)).toBeLessThan(LINEAR)
  })

  test.each(strategic)('merge: %s', (_, make) => {
    expect(growth(1_000, make, ([document, patch]) => applyMergePatch(document, patch))).toBeLessThan(LINEAR)
  })

  test.each(Object.keys(operations))('JSON patch: %s', (name) => {
    const make = (n: number): readonly [Json, unknown] => [
      { list: numbers(n), map: labels(n) },
      numbers(n).map((i) => operations[name]!(i)),
    ]
    expect(growth(3_000, make, ([document, patch]) => atOnce(applyingJsonPatch(document, jsonPatchOf(patch, true))))).toBeLessThan(LINEAR)
  })

  test('JSON patch: a long path', () => {
    const make = (n: number): readonly [Json, unknown] => {
      const document: Json = {}
      let at = document
      for (let i = 0; i < n; i++) at = at['a'] = {} as Json
      return [document, [{ op: 'add', path: '/a'.repeat(n), value: 1 }]]
    }
    expect(growth(700, make, ([document, patch]) => atOnce(applyingJsonPatch(document, jsonPatchOf(patch, true))))).toBeLessThan(LINEAR)
  })
})

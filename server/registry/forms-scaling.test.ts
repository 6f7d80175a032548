import { bend } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { decodeObject, encodeObject } from '../codec/protobuf/index.ts'
import { TypeStructures } from '../fieldmanager/structure-of-type.ts'
import { copyJson } from '../machinery/copy-json.ts'
import type { KubeObject } from '../machinery/types.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicPatch } from '../patch/strategic-merge.ts'
import { scheme } from '../scheme/index.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { listPaths, withItems } from '../testing/many-items.ts'
import { checkObject, compareObjects, fieldsOf, mergeObjects, withoutItems } from '../fieldmanager/testing/at-once.ts'

/** What every kind of object goes through in one form or another: its bytes, who owns its fields, and patches, with many items in each list. */
const N = 48
/** A look through all items for each bends by 1 at least; the little that sorting bends adds up over the lists of a type. */
const STRAIGHT = 0.6

const structures = new TypeStructures()

test.each([
  ['', 'v1', 'Pod'],
  ['', 'v1', 'Service'],
  ['', 'v1', 'Node'],
  ['apps', 'v1', 'StatefulSet'],
  ['batch', 'v1', 'Job'],
  ['discovery.k8s.io', 'v1', 'EndpointSlice'],
  ['networking.k8s.io', 'v1', 'NetworkPolicy'],
  ['resource.k8s.io', 'v1', 'ResourceClaim'],
])('%s/%s %s: bytes, owners and patches take steps in proportion to the items of each list', (group, version, kind) => {
  const type = scheme.typeOf(group, version, kind)!
  const structure = structures.of(type)
  const base = { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata: { name: 'a' } }
  const of = (path: readonly string[], n: number, first: number): KubeObject =>
    copyJson(schemaOfType(type).normalize(withItems(type, base, path, n, 'lean', first) as unknown as KubeObject))

  const works: Readonly<Record<string, (a: KubeObject, b: KubeObject) => unknown>> = {
    protobuf: (a) => decodeObject(encodeObject(a, type), type),
    owners: (a, b) => {
      const merged = mergeObjects(structure, a, b)
      checkObject(structure, b)
      compareObjects(structure, a, merged)
      return withoutItems(structure, merged, fieldsOf(structure, a))
    },
    patches: (a, b) => [
      applyStrategicPatch(copyJson(a), copyJson(b) as unknown as Record<string, unknown>, type),
      applyMergePatch(copyJson(a), copyJson(b)),
    ],
  }
  const bent = listPaths(type, 2).flatMap((path) =>
    Object.entries(works).flatMap(([what, work]) => {
      // Half of the items are in both.
      const found = bend(
        N,
        (n) => [of(path, n, 0), of(path, n, n >> 1)] as const,
        ([a, b]) => work(a, b),
      )
      return found > STRAIGHT ? [[path.join('.'), what, found]] : []
    }),
  )
  expect(bent).toEqual([])
})

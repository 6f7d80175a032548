import { bend } from '../../../server/machinery/testing/steps.ts'
import { expect, test, vi } from 'vitest'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../../server/apis/meta/v1/validation.ts'
import { FakeClock } from '../../../server/machinery/clock.ts'
import { copyJson } from '../../../server/machinery/copy-json.ts'
import { qualified } from '../../../server/machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../../../server/machinery/types.ts'
import { scheme } from '../../../server/scheme/index.ts'
import { builtInDefinitions } from '../../../server/registry/built-in.ts'
import type { ResourceDefinition } from '../../../server/registry/definition.ts'
import type { Store } from '../../../server/registry/generic/store.ts'
import { admitEverything } from '../../../server/admission/contract.ts'
import type { StrategyContext } from '../../../server/registry/generic/strategy.ts'
import { RequestedDurations } from '../../../server/registry/certificates/requested-durations.ts'
import { mainRules, statusRules } from '../../../server/registry/generic/update-rules.ts'
import { builtInKinds } from '../../../server/control-plane/kinds.ts'
import { objectCases } from '../calls/index.ts'
import { minimal, type Json } from './cases.ts'
import { listPaths, withItems, type Filling, type ListPath } from '../../../server/testing/many-items.ts'

// These have bounds of their own, and their own tests (unified-diff-scaling, pod-warnings-scaling, storageclass): far above what is made here.
vi.mock('../../../server/machinery/unified-diff.ts', () => ({ unifiedDiff: () => '' }))
vi.mock('../../../server/apis/core/v1/pod-warnings-paths.ts', () => ({ overlappingPaths: () => [] }))
vi.mock('../../../server/apis/storage/v1/equal-terms.ts', () => ({
  EqualTerms: class {
    readonly tell = (): void => undefined
  },
}))

/**
 * For each list and each map of each kind: an object with n, 2n, 3n and 4n items in it goes the whole way of a write, without storage. A rule
 * that looks through one list for each item of another is found whatever it is about.
 */
const N = 8
/** A list that is looked through for each item bends by 1 at least; what sorts bends by a few hundredths. */
const STRAIGHT = 0.75
const DEPTH = 2

const unused = (): never => {
  throw new Error('no request is made here')
}
const kinds = builtInKinds({
  connect: { pods: {}, nodes: {}, services: {} },
  services: { allocators: unused as never },
  tokens: undefined,
  store: unused,
  authorize: unused,
  eventTtlSeconds: 1,
  ignoresTokenUid: false,
  requestedDurations: new RequestedDurations(),
})
const definitions = builtInDefinitions(scheme, kinds).filter((d) => d.storage.schema.facts !== undefined)
const context: StrategyContext = {
  user: { name: 'u', groups: [] },
  clock: new FakeClock(),
  admission: admitEverything,
  dryRun: false,
  warn: () => undefined,
  fieldManager: { manager: 'm' },
}

/** An object of the kind that has as much in it as any that stands in the other tests. */
function baseOf(d: ResourceDefinition): Json {
  const known = objectCases.filter((c) => c.kind === d.kind).map((c) => c.object)
  const objects: Json[] = [{}, ...known, ...(Object.hasOwn(minimal, d.kind) ? [minimal[d.kind as keyof typeof minimal]] : [])]
  const size = (o: Json): number => JSON.stringify(o).length
  const { metadata, ...rest } = objects.reduce((a, b) => (size(b) > size(a) ? b : a)) as { metadata?: Json }
  const place = d.namespaced ? { namespace: 'n' } : {}
  return {
    ...rest,
    apiVersion: apiVersionOf(d.storage.group, d.storage.version),
    kind: d.kind,
    metadata: { name: 'a', ...place, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  }
}

interface Written {
  text: string
  /** What is stored already: the same items, and others. */
  olds: readonly KubeObject[]
}

/** Lists and maps that are filled together. */
type Bundle = readonly ListPath[]

/** Each by itself, with those beside it, and all that are in no other. */
function bundlesOf(d: ResourceDefinition): Bundle[] {
  const facts = d.storage.schema.facts!
  const paths = listPaths(facts, DEPTH).filter((path) => !isElsewhere(path) && (path[0] !== 'metadata' || d.kind === 'Pod'))
  const beside = Map.groupBy(paths, (path) => path.slice(0, -1).join('.'))
  return [
    ...paths.map((path) => [path]),
    ...[...beside.values()].filter((b) => b.length > 1),
    listPaths(facts, 1).filter((path) => !isElsewhere(path)),
  ]
}

function written(d: ResourceDefinition, base: Json, bundle: Bundle, filling: Filling, n: number): Written {
  const facts = d.storage.schema.facts!
  const filled = (first: number): Json => bundle.reduce((o, path) => withItems(facts, o, path, n, filling, first), base)
  const object = filled(0)
  const others = [object, filled(n >> 1)]
  return {
    text: JSON.stringify(object),
    olds: others.map((o) => {
      const old = copyJson(d.storage.schema.normalize(o as KubeObject))
      d.strategy.default?.(old)
      return old
    }),
  }
}

/** Everything that the store does with an object between its body and its write. */
function write(d: ResourceDefinition, { text, olds }: Written): void {
  const { strategy, hasStatus, namespaced } = d
  const { object } = d.storage.schema.decode(JSON.parse(text), 'Strict', text)
  strategy.default?.(object)
  const created = copyJson(object)
  strategy.prepareForCreate?.(created, context)
  const nameErrors = (name: string, prefix: boolean): string[] => strategy.nameErrors?.(name, prefix, created) ?? []
  validateObjectMeta(created.metadata, { namespaced, nameErrors }, 'metadata')
  strategy.validate?.(created, context)
  strategy.canonicalize?.(created)
  for (const field of Object.values(d.selectableFields)) field(object)
  d.versions.find((v) => v.conversion === undefined)?.table.cells(object, context.clock.now())
  const store = { hasStatus, resource: { strategy } } as Store
  for (const rules of hasStatus ? [mainRules(store), statusRules(store)] : [mainRules(store)]) {
    for (const old of olds) {
      const changed = copyJson(object)
      rules.prepare(changed, old, context)
      validateObjectMetaUpdate(changed.metadata, old.metadata, 'metadata')
      rules.validate(changed, old, context)
    }
  }
}

/** What stands alone is tried in one way, for the time that it takes; with what is beside it in both. */
const fillingsOf = (bundle: Bundle): readonly Filling[] => (bundle.length === 1 ? ['lean'] : ['lean', 'full'])

const bendOf = (d: ResourceDefinition, base: Json, bundle: Bundle, filling: Filling): number =>
  bend(
    N,
    (n) => written(d, base, bundle, filling, n),
    (one) => write(d, one),
  )

test.each(definitions.map((d) => [qualified(d), d] as const))(
  '%s: each list and map takes steps in proportion to its items',
  (_, d) => {
    const base = baseOf(d)
    const bent = bundlesOf(d).flatMap((bundle) =>
      fillingsOf(bundle).flatMap((filling) => {
        const found = bendOf(d, base, bundle, filling)
        return found > STRAIGHT ? [[bundle.map((path) => path.join('.')).join(), filling, found]] : []
      }),
    )
    expect(bent).toEqual([])
  },
  120_000,
)

/** Pods have those of templates themselves, and all containers are judged alike. */
function isElsewhere(path: ListPath): boolean {
  const at = path.findIndex((name) => name === 'template' || name === 'initContainers' || name === 'ephemeralContainers')
  return at >= 0 && path.length > at + (path[at] === 'template' ? 3 : 2)
}

import { TypeStructures } from '../fieldmanager/structure-of-type.ts'
import { since } from '../machinery/duration.ts'
import { qualified } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { normalize } from '../scheme/check.ts'
import type { ResourceFacts, Scheme } from '../scheme/contract.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { convert } from '../scheme/versions.ts'
import type { BuiltInKind, ResourceDefinition, VersionDefinition } from './definition.ts'
import type { TableDefinition } from './generic/strategy.ts'
import { unenforcedWarning } from './generic/unenforced.ts'
import { readStored } from './stored-objects.ts'

/** Name and Age, for kinds that declare no columns (apiserver `registry/rest/table.go`). */
export const nameAndAge: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name' },
    { name: 'Age', type: 'string' },
  ],
  cells: (obj, now) => [obj.metadata.name, since(obj.metadata.creationTimestamp, now)],
}

const isStored = (r: ResourceFacts): boolean => r.verbs.includes('list') && r.verbs.includes('watch')

/** The definitions of the built-in API: the facts table, and what kinds add to it. */
export function builtInDefinitions(scheme: Scheme, kinds: readonly BuiltInKind[]): ResourceDefinition[] {
  const own = new Map(kinds.map((kind) => [qualified(kind), kind]))
  const byStore = new Map<string, ResourceFacts[]>()
  for (const facts of scheme.resources.filter(isStored)) {
    const name = qualified({ group: own.get(qualified(facts))?.storage?.group ?? facts.group, resource: facts.resource })
    const versions = byStore.get(name)
    if (versions === undefined) byStore.set(name, [facts])
    else versions.push(facts)
  }
  const structures = new TypeStructures()
  return [...byStore].map(([name, versions]) => definitionOf({ scheme, structures, own }, versions, own.get(name) ?? BARE))
}

interface BuiltInApi {
  readonly scheme: Scheme
  readonly structures: TypeStructures
  readonly own: ReadonlyMap<string, BuiltInKind>
}

const BARE: Omit<BuiltInKind, 'group' | 'resource'> = {}

function definitionOf(
  api: BuiltInApi,
  versions: readonly ResourceFacts[],
  kind: Omit<BuiltInKind, 'group' | 'resource'>,
): ResourceDefinition {
  const { scheme, own } = api
  const facts = versions[0]!
  const { storage = {} } = kind
  const preferred = scheme.groups.find((g) => g.name === facts.group)?.versions[0] ?? facts.version
  const stored = { group: facts.group, version: storage.version ?? preferred }
  const name = { group: facts.group, resource: facts.resource }
  // A storage version that is not served has no facts of its own; its kinds differ in shape, not in having spec and status.
  const schema = schemaOfType(
    scheme.typeOf(stored.group, stored.version, facts.kind) ?? scheme.typeOf(facts.group, facts.version, facts.kind)!,
  )
  const { strategy = {} } = kind
  return {
    ...name,
    kind: facts.kind,
    namespaced: facts.namespaced,
    storage: {
      ...stored,
      prefix: storage.prefix ?? facts.resource,
      schema,
      decode: readStored(scheme, { ...stored, schema, strategy }),
      marksOwn: true,
    },
    hasStatus: facts.subresources.some((s) => s.name === 'status'),
    strategy,
    selectableFields: kind.selectableFields ?? {},
    warnings: kind.warnings,
    unenforced: unenforcedWarning(name),
    versions: versions.map((v) => versionOf(api, v, stored, { ...kind, ...own.get(qualified(v)) })),
  }
}

function versionOf(
  { scheme, structures }: BuiltInApi,
  facts: ResourceFacts,
  stored: { group: string; version: string },
  kind: Omit<BuiltInKind, 'group' | 'resource'>,
): VersionDefinition {
  const here = { group: facts.group, version: facts.version }
  const type = scheme.typeOf(facts.group, facts.version, facts.kind)!
  const identity = here.group === stored.group && here.version === stored.version
  return {
    facts,
    schema: schemaOfType(type),
    table: kind.table ?? nameAndAge,
    statusTable: kind.statusTable,
    fieldLabels: kind.fieldLabels,
    subresources: kind.subresources ?? {},
    structure: () => structures.of(type),
    empty: () => normalize(type, { metadata: {} }) as KubeObject,
    conversion: identity ? undefined : { fromStored: (obj) => convert(obj, stored, here), toStored: (obj) => convert(obj, here, stored) },
  }
}

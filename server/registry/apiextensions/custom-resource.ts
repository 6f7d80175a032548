import { createHash } from 'node:crypto'
import { customSelectableFields, printerTable, type PrinterColumn } from '../../extensions/columns.ts'
import { isConditionTrue, type CustomResourceDefinition, type DefinitionVersion } from '../../extensions/definition.ts'
import { JsonPathError } from '../../machinery/jsonpath.ts'
import { structureOfSchema } from '../../extensions/structure-of-schema.ts'
import type { Structure } from '../../fieldmanager/structure.ts'
import { compareApiVersions } from '../../machinery/api-versions.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { CallWebhook } from '../../webhook/call.ts'
import type { SubresourceFacts } from '../../scheme/contract.ts'
import type { ResourceDefinition, VersionDefinition, VersionRules } from '../definition.ts'
import type { SelectableFields, TableDefinition } from '../generic/strategy.ts'
import { customScale } from './custom-scale.ts'
import { ConversionWebhook } from './conversion-webhook.ts'
import { ConvertedForm, CustomForm, CustomSchema } from './custom-schema.ts'
import { customStrategy } from './custom-strategy.ts'
import { decodeStored } from './stored-value.ts'

export interface CustomOptions {
  /** The structure of metadata, the same for all kinds. */
  objectMeta(): Structure
  callWebhook: CallWebhook
  /** The definition as it is now; a schema is read there when it is first needed, and not kept beside it. */
  current(name: string): CustomResourceDefinition | undefined
  /** Whether the definition of this name is being deleted: nothing new is made then. */
  isTerminating(name: string): boolean
}

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
/** While it is being deleted. */
const LAST_VERBS = ['delete', 'deletecollection', 'get', 'list', 'watch']
const SUBRESOURCE_VERBS = ['get', 'patch', 'update']

/** Whether there is something to serve: its names have been accepted once. */
export const isServable = (crd: CustomResourceDefinition): boolean =>
  (isConditionTrue(crd, 'NamesAccepted') || isConditionTrue(crd, 'Established')) &&
  Boolean(crd.status?.acceptedNames?.plural && crd.status.acceptedNames.kind) &&
  (crd.spec.versions ?? []).some((v) => v.storage)

/** Makes the definition of a custom resource. Schemas, tables and paths are compiled when they are first needed. */
export function customResource(crd: CustomResourceDefinition, o: CustomOptions): ResourceDefinition {
  const { group, scope, preserveUnknownFields = false } = crd.spec
  const versions = crd.spec.versions ?? []
  const names = crd.status!.acceptedNames!
  const { kind, plural: resource, singular = '', shortNames = [], categories = [], listKind = `${kind}List` } = names
  const namespaced = scope === 'Namespaced'
  const name = crd.metadata.name!
  const custom = { group, kind, preserveUnknownFields, identity: `${crd.metadata.uid} ${crd.metadata.generation}` }
  const propsOf = (version: string): unknown => o.current(name)?.spec.versions?.find((v) => v.name === version)?.schema?.openAPIV3Schema
  const schemas = new Map(versions.map((v) => [v, new CustomSchema(custom, v.name, () => propsOf(v.name))]))
  const allSchemas = [...schemas.values()]
  const storage = versions.find((v) => v.storage)!
  const stored = schemas.get(storage)!
  const verbs = isConditionTrue(crd, 'Terminating') ? LAST_VERBS : VERBS
  const hash = storageVersionHash(group, storage.name, kind)

  const webhook = webhookOf(crd, o)
  const formOf = (schema: CustomSchema): Pick<VersionRules, 'encoding' | 'settle' | 'converter'> => {
    if (webhook === undefined) {
      const form = new CustomForm(allSchemas, schema, stored)
      return { encoding: (obj) => form.encoding(obj), settle: (json, revision) => form.settle(json, revision) }
    }
    const converter = new ConvertedForm(allSchemas, schema, stored, webhook)
    return { encoding: (obj) => converter.encoding(obj), converter }
  }
  const versionOf = (v: DefinitionVersion): VersionDefinition => {
    const schema = schemas.get(v)!
    const hasStatus = v.subresources?.status !== undefined && v.subresources.status !== null
    const scale = v.subresources?.scale ?? undefined
    const rules: VersionRules = {
      ...{ schema, hasStatus, decode: decodeStored },
      strategy: customStrategy({ group, resource, kind, schema, hasStatus, scale, isTerminating: () => o.isTerminating(name) }),
      selectableFields: lazyFields(v),
      ...formOf(schema),
    }
    let structure: Structure | undefined
    return {
      facts: {
        ...{ group, version: v.name, resource, singular, kind, namespaced, shortNames, categories, type: '' },
        verbs: v.served ? verbs : [],
        subresources: [...(hasStatus ? [subresource('status', group, v.name, kind)] : []), ...(scale === undefined ? [] : [SCALE])],
        storageVersionHash: hash,
      },
      schema,
      table: lazyTable(v.additionalPrinterColumns),
      subresources: scale === undefined ? {} : { scale: customScale(scale) },
      listKind,
      ...(v.deprecated === true ? { deprecation: v.deprecationWarning ?? deprecationOf(v, versions, group, kind) } : {}),
      rules,
      structure: () => (structure ??= structureOfSchema(schema.structural, o.objectMeta(), preserveUnknownFields)),
      empty: () => ({ apiVersion: schema.apiVersion, kind, metadata: {} }),
    }
  }
  const isKept = (v: DefinitionVersion): boolean => v.served || v.storage
  const made = versions.filter(isKept).map(versionOf)
  const unserved = versions.filter((v) => !isKept(v)).map(versionOf)
  const { rules, schema } = made.find((v) => v.facts.version === storage.name)!
  const { strategy, hasStatus, selectableFields, decode } = rules!
  return {
    ...{ group, resource, kind, namespaced, strategy, hasStatus, selectableFields },
    storage: { group, version: storage.name, prefix: `${group}/${resource}`, schema, decode },
    ...(unserved.length === 0 ? {} : { unserved }),
    versions: made.sort((a, b) => compareApiVersions(a.facts.version, b.facts.version)),
  }
}

function webhookOf({ spec }: CustomResourceDefinition, { callWebhook }: CustomOptions): ConversionWebhook | undefined {
  const { strategy, webhook } = spec.conversion ?? {}
  if (strategy !== 'Webhook' || webhook?.clientConfig === undefined) return undefined
  return new ConversionWebhook(webhook.clientConfig, webhook.conversionReviewVersions ?? [], callWebhook)
}

const subresource = (name: string, group: string, version: string, kind: string): SubresourceFacts => ({
  ...{ name, group, version, kind },
  verbs: SUBRESOURCE_VERBS,
})
const SCALE = subresource('scale', 'autoscaling', 'v1', 'Scale')

/** apiserver `endpoints/discovery/storageversionhash.go`. */
function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}

function deprecationOf({ name }: DefinitionVersion, versions: readonly DefinitionVersion[], group: string, kind: string): string {
  const newer = versions.filter((v) => v.served && v.deprecated !== true && compareApiVersions(v.name, name) < 0)
  const [best] = newer.map((v) => v.name).sort(compareApiVersions)
  const text = `${group}/${name} ${kind} is deprecated`
  return best === undefined ? text : `${text}; use ${group}/${best} ${kind}`
}

/** Its paths are read when the first table is asked for; one of which a path is none shows what a kind without columns does. */
function lazyTable(columns: readonly PrinterColumn[] | undefined): TableDefinition {
  let made: TableDefinition | undefined
  const table = (): TableDefinition => {
    if (made !== undefined) return made
    try {
      return (made = printerTable(columns, TEXTS) as TableDefinition)
    } catch (e) {
      if (!(e instanceof JsonPathError)) throw e
      return (made = printerTable(undefined, TEXTS) as TableDefinition)
    }
  }
  return {
    get columns() {
      return table().columns
    },
    cells: (obj, now) => table().cells(obj, now),
  }
}

const TEXTS = { name: '', creationTimestamp: '' }

/** By name now, by path when an object comes. */
function lazyFields({ selectableFields = [] }: DefinitionVersion): SelectableFields {
  return Object.fromEntries(
    selectableFields.map((field) => {
      let read: ((obj: KubeObject) => string) | undefined
      return [field.jsonPath.replace(/^\./, ''), (obj: KubeObject) => (read ??= Object.values(customSelectableFields([field]))[0]!)(obj)]
    }),
  )
}

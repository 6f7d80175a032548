import { validateObjectMeta, validateObjectMetaUpdate } from '../apis/meta/v1/validation.ts'
import { storedExpressions } from '../cel/index.ts'
import { emptyAt } from '../machinery/empty-fields.ts'
import { addErrors, required, type FieldError } from '../machinery/field-errors.ts'
import type { Pausing } from '../machinery/slice.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, nameIsSubdomain } from '../machinery/names.ts'
import {
  isConditionTrue,
  type CustomResourceDefinition,
  type DefinitionNames,
  type DefinitionSpec,
  type DefinitionVersion,
} from './definition.ts'
import { approvalOf, API_APPROVED, isProtectedGroup } from './definition-status.ts'
import { columnErrors, scaleErrors, selectableFieldErrors } from './definition-parts.ts'
import { isAcceptedReview, validateConversion } from './definition-conversion.ts'
import { hasSchemaWith, schemaFaults } from './definition-faults.ts'
import { validatingDefinitionSchema, type SchemaRules } from './definition-schema.ts'
import { child, invalidValue, unsupportedValue } from './field-errors.ts'
import { deepEqual, goJson } from '../machinery/json-values.ts'
import { internalVersions } from './internal-form.ts'
import { compileSchema, SchemaError, type Schema } from './structural.ts'

/**
 * What the reference refuses in a CustomResourceDefinition (apiextensions-apiserver `pkg/apis/apiextensions/validation`). It looks at the
 * internal form of one: schema, subresources and columns that all versions share stand once, in spec, and so do their errors
 * (`spec.validation.openAPIV3Schema…`).
 */
interface Options extends SchemaRules {
  readonly requireReviewVersion: boolean
  readonly immutableNames: boolean
  readonly requireSchema: boolean
  readonly manySelectableFields: ReadonlySet<string>
  /** Versions whose schema is the stored one. */
  readonly unchangedSchemas: ReadonlySet<string>
}

const STRICT: Options = {
  requireReviewVersion: true,
  immutableNames: false,
  requireSchema: true,
  requireValidType: true,
  requireStructural: true,
  requirePrunedDefaults: true,
  requireAtomicSets: true,
  requireListKeys: true,
  manySelectableFields: new Set(),
  unchangedSchemas: new Set(),
  stored: undefined,
}

/** What is wrong with a definition's name; it may be in any version. */
export function definitionNameErrors(name: string, prefix: boolean, definition: object): string[] {
  const { group = '', names } = (definition as Partial<CustomResourceDefinition>).spec ?? ({} as Partial<CustomResourceDefinition['spec']>)
  const texts = nameIsSubdomain(name, prefix)
  return name === `${names?.plural ?? ''}.${group}` ? texts : [...texts, 'must be spec.names.plural+"."+spec.group']
}

/** A definition to be created. `crd` has its defaults. Large ones take long: it may pause between their parts. */
export function* validatingDefinition(crd: CustomResourceDefinition): Pausing<FieldError[]> {
  const nameErrors = (name: string, prefix: boolean): string[] => definitionNameErrors(name, prefix, crd)
  return [...validateObjectMeta(crd.metadata, { namespaced: false, nameErrors }, 'metadata'), ...(yield* rest(crd, undefined, STRICT))]
}

/** An update of one: what was wrong with the old one in some ways may stay wrong. */
export function* validatingDefinitionUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): Pausing<FieldError[]> {
  const meta = validateObjectMetaUpdate(crd.metadata, old.metadata, 'metadata')
  const reviews = old.spec.conversion?.webhook?.conversionReviewVersions ?? []
  const options: Options = {
    ...STRICT,
    requireReviewVersion: old.spec.conversion === undefined || reviews.length === 0 || reviews.some(isAcceptedReview),
    immutableNames: isConditionTrue(old, 'Established'),
    requireSchema: (old.spec.versions ?? []).every((v) => v.schema?.openAPIV3Schema !== undefined),
    manySelectableFields: keptSelectableFields(crd, old),
  }
  const errors = yield* rest(crd, old, options)
  // Only something wrong asks whether it was so before.
  return errors.length === 0 ? meta : [...meta, ...(yield* rest(crd, old, yield* forgiving(options, crd, old)))]
}

function* forgiving(options: Options, crd: CustomResourceDefinition, old: CustomResourceDefinition): Pausing<Options> {
  yield
  const faults = schemaFaults(old.spec)
  yield
  return {
    ...options,
    requireValidType: !faults.types,
    requireStructural: !faults.structure,
    requirePrunedDefaults: !faults.defaults,
    requireAtomicSets: !faults.sets,
    requireListKeys: !faults.keys,
    unchangedSchemas: unchangedSchemas(crd, old),
    stored: storedExpressions(schemasOf(old)),
  }
}

function unchangedSchemas(crd: CustomResourceDefinition, old: CustomResourceDefinition): Set<string> {
  const before = new Map((old.spec.versions ?? []).map((v) => [v.name, v.schema]))
  return new Set((crd.spec.versions ?? []).filter((v) => deepEqual(v.schema ?? null, before.get(v.name) ?? null)).map((v) => v.name))
}

function schemasOf({ spec }: CustomResourceDefinition): Schema[] {
  return (spec.versions ?? []).flatMap(({ schema }) => {
    try {
      return schema?.openAPIV3Schema === undefined ? [] : [compileSchema(schema.openAPIV3Schema)]
    } catch (e) {
      if (e instanceof SchemaError) return []
      throw e
    }
  })
}

function keptSelectableFields(crd: CustomResourceDefinition, old: CustomResourceDefinition): Set<string> {
  const kept = new Set<string>()
  const versions = new Map(old.spec.versions?.map((o) => [o.name, o]))
  for (const v of crd.spec.versions ?? []) {
    const before = versions.get(v.name)?.selectableFields
    if (before !== undefined && before.length > 8 && deepEqual(before, v.selectableFields)) kept.add(v.name)
  }
  return kept
}

function* rest(crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined, options: Options): Pausing<FieldError[]> {
  const errors: FieldError[] = []
  yield* specErrors(errors, crd.spec, options)
  if (old !== undefined) immutable(errors, crd.spec, old.spec, options.immutableNames)
  namesErrors(errors, crd.status?.acceptedNames, 'status.acceptedNames')
  storedVersions(errors, crd)
  approval(errors, crd, old)
  if (old?.spec.preserveUnknownFields !== true && crd.spec.preserveUnknownFields === true) {
    const text = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    errors.push(invalidValue('spec.preserveUnknownFields', true, text))
  }
  return errors
}

const joined = (path: string, value: string, texts: readonly string[], prefix = ''): FieldError[] =>
  texts.length === 0 ? [] : [invalidValue(path, value, prefix + texts.join(','))]

/** Parts of the versions that stand once in the internal form, because all have the same. */
type Shared = Readonly<Record<'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields', boolean>>

function sharedParts(versions: readonly DefinitionVersion[]): Shared {
  const same = (part: keyof Shared): boolean => versions.every((v) => deepEqual(v[part] ?? null, versions[0]?.[part] ?? null))
  return {
    schema: same('schema'),
    subresources: same('subresources'),
    additionalPrinterColumns: same('additionalPrinterColumns'),
    selectableFields: same('selectableFields'),
  }
}

function* specErrors(errors: FieldError[], spec: DefinitionSpec, given: Options): Pausing<void> {
  const versions = spec.versions ?? []
  const shared = sharedParts(versions)
  yield
  const preserves = spec.preserveUnknownFields === true
  groupErrors(errors, spec.group)
  if (!spec.scope) errors.push(required('spec.scope'))
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') {
    errors.push(unsupportedValue('spec.scope', spec.scope, ['Cluster', 'Namespaced']))
  }
  let options = preserves ? given : { ...given, requireStructural: true }
  versions.forEach(({ schema, served }, i) => {
    // Of a schema that all versions share, all are without one when it is missing.
    if (schema?.openAPIV3Schema !== undefined) return
    const at = `spec.versions[${i}].schema.openAPIV3Schema`
    if (given.requireSchema) errors.push(required(at))
    else if (!preserves && served) errors.push(required(at, 'because otherwise all fields are pruned'))
  })
  yield
  const hasDefaults = hasSchemaWith(spec, (s) => s['default'] !== undefined && s['default'] !== null)
  if (hasDefaults && preserves) {
    errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'))
  }
  yield
  if (hasDefaults || hasSchemaWith(spec, hasExtensions)) options = { ...options, requireStructural: true }
  for (const [i, v] of versions.entries()) yield* versionErrors(errors, v, `spec.versions[${i}]`, shared, options)
  countErrors(errors, spec, shared)
  requiredNames(errors, spec.names)
  namesErrors(errors, spec.names, 'spec.names')
  const first = versions[0]
  if (first !== undefined) yield* sharedErrors(errors, first, versions, shared, options)
  const { conversion } = spec
  if (conversion !== undefined && conversion.strategy !== 'None' && preserves) {
    errors.push(invalidValue('spec.conversion.strategy', conversion.strategy, 'must be None if spec.preserveUnknownFields is true'))
  }
  addErrors(errors, validateConversion(conversion, given.requireReviewVersion, 'spec.conversion'))
}

const EXTENSIONS = [
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-preserve-unknown-fields',
]
const hasExtensions = (s: Readonly<Record<string, unknown>>): boolean =>
  EXTENSIONS.some((key) => s[key] !== undefined && s[key] !== null) ||
  ['x-kubernetes-list-map-keys', 'x-kubernetes-validations'].some((key) => Array.isArray(s[key]) && s[key].length > 0)

function groupErrors(errors: FieldError[], group: string): void {
  const texts = group ? dns1123SubdomainErrors(group) : []
  if (!group) errors.push(required('spec.group'))
  else if (texts.length > 0) errors.push(...joined('spec.group', group, texts))
  else if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
}

function* versionErrors(errors: FieldError[], v: DefinitionVersion, path: string, shared: Shared, options: Options): Pausing<void> {
  addErrors(errors, joined(child(path, 'name'), v.name, dns1035LabelErrors(v.name)))
  for (const text of deprecationTexts(v)) {
    // A pointer in the internal type: printed as JSON.
    const body = `Invalid value: ${goJson(v.deprecationWarning)}: ${text}`
    errors.push({ type: 'FieldValueInvalid', field: child(path, 'deprecationWarning'), body })
  }
  const hasStatus = v.subresources?.status !== undefined
  if (!shared.schema)
    addErrors(
      errors,
      yield* validatingDefinitionSchema(v.schema, hasStatus, options, child(path, 'schema'), options.unchangedSchemas.has(v.name)),
    )
  if (!shared.subresources) addErrors(errors, scaleErrors(v.subresources?.scale, child(path, 'subresources')))
  if (!shared.additionalPrinterColumns) columns(errors, v, path)
  if (!shared.selectableFields) {
    const at = child(path, 'selectableFields')
    const schema = shared.schema ? undefined : v.schema?.openAPIV3Schema
    if ((v.selectableFields ?? []).length === 0) return
    if (schema === undefined) {
      errors.push(invalidValue(at, '', 'may only be set when `version.schema.openAPIV3Schema` is not included'))
    } else addErrors(errors, selectableFieldErrors(v.selectableFields!, schema, at, options.manySelectableFields.has(v.name)))
  }
}

function columns(errors: FieldError[], v: DefinitionVersion, path: string): void {
  v.additionalPrinterColumns?.forEach((c, i) => {
    addErrors(errors, columnErrors(c, `${path}.additionalPrinterColumns[${i}]`))
  })
}

function* sharedErrors(
  errors: FieldError[],
  first: DefinitionVersion,
  versions: readonly DefinitionVersion[],
  shared: Shared,
  options: Options,
): Pausing<void> {
  const hasStatus = versions.some((v) => v.subresources?.status !== undefined)
  if (shared.schema)
    addErrors(
      errors,
      yield* validatingDefinitionSchema(first.schema, hasStatus, options, 'spec.validation', options.unchangedSchemas.has(first.name)),
    )
  if (shared.subresources) addErrors(errors, scaleErrors(first.subresources?.scale, 'spec.subresources'))
  if (shared.additionalPrinterColumns) columns(errors, first, 'spec')
  const fields = first.selectableFields ?? []
  if (!shared.selectableFields || fields.length === 0) return
  const schema = shared.schema ? first.schema?.openAPIV3Schema : undefined
  if (schema === undefined) errors.push(invalidValue('spec.selectableFields', '', 'may only be set when validations.schema is included'))
  else addErrors(errors, selectableFieldErrors(fields, schema, 'spec.selectableFields', options.manySelectableFields.has(first.name)))
}

function countErrors(errors: FieldError[], spec: DefinitionSpec, shared: Shared): void {
  const versions = spec.versions ?? []
  const shown = spec.versions ?? (emptyAt(spec, 'versions') as [] | undefined) ?? null
  const wrong = (text: string): void => {
    errors.push({
      type: 'FieldValueInvalid',
      field: 'spec.versions',
      body: `Invalid value: ${internalVersions(shown, shared)}: ${text}`,
    })
  }
  if (new Set(versions.map((v) => v.name)).size < versions.length) wrong('must contain unique version names')
  if (versions.filter((v) => v.storage).length !== 1) wrong('must have exactly one version marked as storage version')
  const [first] = versions
  if (first !== undefined && first.name !== '') addErrors(errors, joined('spec.version', first.name, dns1035LabelErrors(first.name)))
}

function requiredNames(errors: FieldError[], names: DefinitionNames): void {
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names[name]) errors.push(required(`spec.names.${name}`))
}

/** Names that are asked for or accepted; empty ones are not looked at. */
export function namesErrors(errors: FieldError[], names: DefinitionNames | undefined, path: string): void {
  if (names === undefined) return
  const { plural = '', singular = '', kind = '', listKind = '' } = names
  if (plural !== '') addErrors(errors, joined(`${path}.plural`, plural, dns1035LabelErrors(plural)))
  if (singular !== '') addErrors(errors, joined(`${path}.singular`, singular, dns1035LabelErrors(singular)))
  const mixed = 'may have mixed case, but should otherwise match: '
  if (kind !== '') addErrors(errors, joined(`${path}.kind`, kind, dns1035LabelErrors(kind.toLowerCase()), mixed))
  if (listKind !== '') addErrors(errors, joined(`${path}.listKind`, listKind, dns1035LabelErrors(listKind.toLowerCase()), mixed))
  const each = (field: 'shortNames' | 'categories'): void => {
    names[field]?.forEach((name, i) => {
      addErrors(errors, joined(`${path}.${field}[${i}]`, name, dns1035LabelErrors(name)))
    })
  }
  each('shortNames')
  if (kind !== '' && kind === listKind) errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'))
  each('categories')
}

const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

function deprecationTexts({ deprecated, deprecationWarning: warning }: DefinitionVersion): string[] {
  if (warning === undefined || warning === null) return []
  if (deprecated !== true) return ['can only be set for deprecated versions']
  const texts: string[] = []
  if (Buffer.byteLength(warning) > 256) texts.push('must be <= 256 characters long')
  if (warning === '') texts.push('must not be an empty string')
  const at = UNPRINTABLE.exec(warning)?.index
  if (at !== undefined) {
    const index = Buffer.byteLength(warning.slice(0, at))
    texts.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`)
  }
  return texts
}

function immutable(errors: FieldError[], spec: DefinitionSpec, old: DefinitionSpec, established: boolean): void {
  const same = (value: string, before: string, path: string): void => {
    if (value !== before) errors.push(invalidValue(path, value, 'field is immutable'))
  }
  if (established) {
    same(spec.scope, old.scope, 'spec.scope')
    same(spec.names.kind, old.names.kind, 'spec.names.kind')
  }
  same(spec.group, old.group, 'spec.group')
  same(spec.names.plural, old.names.plural, 'spec.names.plural')
}

function storedVersions(errors: FieldError[], { spec, status }: CustomResourceDefinition): void {
  const path = 'status.storedVersions'
  const stored = status?.storedVersions ?? []
  if (stored.length === 0) {
    errors.push(invalidValue(path, status?.storedVersions ?? null, 'must have at least one stored version'))
    return
  }
  const names = new Set((spec.versions ?? []).map((v) => v.name))
  const last = new Map(stored.map((v, i) => [v, i]))
  // Each stands for one version, also where one is named twice.
  const left = new Set(stored)
  for (const v of spec.versions ?? []) {
    if (v.storage && !left.has(v.name)) errors.push(invalidValue(path, stored, `must have the storage version ${v.name}`))
    left.delete(v.name)
  }
  for (const [i, v] of stored.entries()) {
    if (names.has(v) || last.get(v) !== i) continue
    const text = `missing from spec.versions; ${v} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${v} and removes ${v} from status.storedVersions`
    errors.push(invalidValue(`${path}[${i}]`, v, text))
  }
}

function approval(errors: FieldError[], crd: CustomResourceDefinition, old: CustomResourceDefinition | undefined): void {
  if (!isProtectedGroup(crd.spec.group)) return
  const { state, reason } = approvalOf(crd)
  if (old !== undefined && approvalOf(old).state === state) return
  const path = `metadata.annotations[${API_APPROVED}]`
  if (state === 'missing') errors.push(required(path, reason))
  else if (state === 'invalid') errors.push(invalidValue(path, crd.metadata.annotations?.[API_APPROVED] ?? '', reason))
}

import { emptyAt } from '../../machinery/empty-fields.ts'

/**
 * apiextensions v1 and v1beta1, the version that is stored: v1beta1 has what all versions share at the top of the spec, names JSONPath
 * in capitals, and lays the conversion webhook out flat.
 */
type Json = Record<string, unknown>

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
/** Go tells a list that has nothing in it from one that is absent, in either version. */
const hasVersions = (spec: Json): boolean => Array.isArray(spec.versions) || emptyAt(spec, 'versions') !== undefined
const defined = (fields: Json): Json => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** [of a version in v1 and v1beta1, of the spec in v1beta1] */
const shared: readonly (readonly [string, string])[] = [
  ['subresources', 'subresources'],
  ['schema', 'validation'],
  ['additionalPrinterColumns', 'additionalPrinterColumns'],
  ['selectableFields', 'selectableFields'],
]

const renameColumns = (from: string, to: string, columns: unknown): unknown =>
  Array.isArray(columns) ? list(columns).map(({ [from]: path, ...rest }) => defined({ ...rest, [to]: path })) : columns

const renameIn = (from: string, to: string, holder: Json): Json =>
  defined({ ...holder, additionalPrinterColumns: renameColumns(from, to, holder.additionalPrinterColumns) })

/** The stored form of a v1 object. */
export function toV1beta1(crd: Json): Json {
  const { conversion, ...spec } = object(crd.spec)
  const versions = list(spec.versions)
  const top: Json = {}
  const moved = new Set<string>()
  if (versions.length > 0) top.version = versions[0]!.name
  for (const [inVersion, inSpec] of shared) {
    const first = JSON.stringify(versions[0]?.[inVersion])
    if (!versions.every((v) => JSON.stringify(v[inVersion]) === first)) continue
    moved.add(inVersion)
    if (versions[0]?.[inVersion] !== undefined) top[inSpec] = versions[0][inVersion]
  }
  const kept = versions.map(
    (v): Json => renameIn('jsonPath', 'JSONPath', Object.fromEntries(Object.entries(v).filter(([name]) => !moved.has(name)))),
  )
  const { strategy, webhook } = object(conversion)
  const { clientConfig, conversionReviewVersions } = object(webhook)
  const flat = conversion === undefined ? undefined : defined({ strategy, webhookClientConfig: clientConfig, conversionReviewVersions })
  const preserveUnknownFields = spec.preserveUnknownFields ?? false
  return {
    ...crd,
    spec: renameIn('jsonPath', 'JSONPath', {
      ...{ ...spec, ...top, conversion: flat, preserveUnknownFields },
      versions: hasVersions(object(crd.spec)) ? kept : undefined,
    }),
  }
}

/** The v1 form of a stored object. */
export function fromV1beta1(crd: Json): Json {
  const { version, conversion, ...spec } = object(crd.spec)
  const given = list(spec.versions)
  const versions = given.length === 0 && typeof version === 'string' ? [{ name: version, served: true, storage: true }] : given
  const common: Json = {}
  for (const [inVersion, inSpec] of shared) {
    if (spec[inSpec] !== undefined && spec[inSpec] !== null) common[inVersion] = spec[inSpec]
    delete spec[inSpec]
  }
  const { strategy, webhookClientConfig, conversionReviewVersions } = object(conversion)
  const hasWebhook = webhookClientConfig !== undefined || conversionReviewVersions !== undefined
  const webhook = hasWebhook ? defined({ clientConfig: webhookClientConfig, conversionReviewVersions }) : undefined
  return {
    ...crd,
    spec: defined({
      ...spec,
      // Its default in that version; whoever writes v1 says it.
      preserveUnknownFields: spec.preserveUnknownFields ?? true,
      versions:
        versions.length > 0 || hasVersions(object(crd.spec))
          ? versions.map((v) => renameIn('JSONPath', 'jsonPath', { ...v, ...common }))
          : undefined,
      conversion: conversion === undefined ? undefined : defined({ strategy, webhook }),
    }),
  }
}

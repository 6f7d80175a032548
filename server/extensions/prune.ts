import { sortTexts } from '../machinery/text-order.ts'
import { isObject } from '../machinery/json-values.ts'
import { asResource, type Schema } from './structural.ts'

const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Removes the fields that a schema does not know, in place (apiextensions-apiserver `schema/pruning`). The metadata of embedded objects
 * stays; below x-kubernetes-preserve-unknown-fields only what the schema says more of is looked at.
 * @param isResource whether `value` is a whole object
 * @returns paths of what was removed, in order: `spec.a[0].b`
 */
export function prune(value: unknown, schema: Schema | undefined, isResource: boolean): string[] {
  const removed: string[] = []
  pruneValue(value, isResource ? asResource(schema) : schema, '', removed)
  return sortTexts(removed)
}

const field = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function pruneValue(value: unknown, s: Schema | undefined, path: string, removed: string[]): void {
  if (s?.preserveUnknownFields === true) {
    keepUnknown(value, s, path, removed)
    return
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i]
      if (typeof item === 'object' && item !== null) pruneValue(item, s?.items, `${path}[${i}]`, removed)
    }
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value)) {
    if (s?.embeddedResource === true && META_FIELDS.has(name)) continue
    const declared = s?.properties.get(name)
    if (declared !== undefined) pruneValue(value[name], declared, field(path, name), removed)
    else if (s?.additionalProperties !== undefined) {
      pruneValue(value[name], schemaOf(s.additionalProperties), field(path, name), removed)
    } else {
      // A field of the root by such a name is what the reference keeps aside; it is never reported.
      if (s === undefined || !META_FIELDS.has(name) || path !== '') removed.push(field(path, name))
      delete value[name]
    }
  }
}

const schemaOf = (more: Schema | boolean): Schema | undefined => (typeof more === 'object' ? more : undefined)

/** What is declared below a schema that keeps unknown fields is pruned again. */
function keepUnknown(value: unknown, s: Schema, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    if (s.items === undefined) return
    value.forEach((item, i) => {
      keepUnknown(item, s.items!, `${path}[${i}]`, removed)
    })
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value)) {
    if (s.embeddedResource && META_FIELDS.has(name)) continue
    const declared = s.properties.get(name)
    if (declared !== undefined) pruneValue(value[name], declared, field(path, name), removed)
    else if (s.additionalProperties !== undefined) {
      pruneValue(value[name], schemaOf(s.additionalProperties), field(path, name), removed)
    }
  }
}

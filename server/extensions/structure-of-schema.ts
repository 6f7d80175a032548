import { UNTYPED, UNTYPED_ATOMIC, type ListStructure, type MapStructure, type Structure } from '../fieldmanager/structure.ts'
import { asResource, type Schema } from './structural.ts'

/**
 * What server-side apply must know of a custom resource (kube-openapi `schemaconv/openapi.go` on what apiextensions-apiserver
 * `controller/openapi/builder` makes of the schema).
 * @param schema undefined where a version has none
 * @param objectMeta the structure of metadata, of the object itself and of embedded ones
 * @param preserveUnknownFields spec.preserveUnknownFields of an old definition
 */
export function structureOfSchema(schema: Schema | undefined, objectMeta: Structure, preserveUnknownFields = false): Structure {
  if (schema === undefined) return { map: { atomic: false, field: () => undefined, values: UNTYPED } }
  // kind, apiVersion and metadata are what they are, whatever the schema says of them.
  const made = new Maker(objectMeta).make(asResource(schema), preserveUnknownFields)
  return made.map === undefined ? UNTYPED : { map: made.map }
}

const TEXT: Structure = { scalar: 'string' }

class Maker {
  readonly #objectMeta: Structure

  constructor(objectMeta: Structure) {
    this.#objectMeta = objectMeta
  }

  ofResource(name: string): Structure | undefined {
    if (name === 'metadata') return this.#objectMeta
    return name === 'apiVersion' || name === 'kind' ? TEXT : undefined
  }

  /** @param keeps below x-kubernetes-preserve-unknown-fields: its descendants keep theirs too */
  make(s: Schema, keeps: boolean): Structure {
    const keepsHere = keeps || s.preserveUnknownFields
    switch (s.type) {
      case 'object':
        return { map: this.#map(s, keepsHere) }
      case 'array':
        return { list: this.#list(s, keepsHere) }
      case 'integer':
      case 'number':
        return { scalar: 'numeric' }
      case 'boolean':
        return { scalar: 'boolean' }
      case 'string':
        return { scalar: s.format === '' || s.format === 'byte' ? 'string' : 'untyped' }
      default:
        return { scalar: 'untyped', list: this.#list(s, keepsHere), map: this.#map(s, keepsHere) }
    }
  }

  #map(s: Schema, keeps: boolean): MapStructure {
    const fields = new Map<string, Structure>()
    const more = s.additionalProperties
    const isFree = keeps || (s.properties.size === 0 && !s.embeddedResource)
    const values = typeof more === 'object' ? this.make(more, keeps) : (more ?? isFree) ? UNTYPED : undefined
    return {
      atomic: s.mapType === 'atomic',
      field: (name) => {
        const ofResource = s.embeddedResource ? this.ofResource(name) : undefined
        if (ofResource !== undefined) return ofResource
        let made = fields.get(name)
        const declared = s.properties.get(name)
        if (made === undefined && declared !== undefined) fields.set(name, (made = this.make(declared, keeps)))
        return made
      },
      ...(values === undefined ? {} : { values }),
    }
  }

  #list(s: Schema, keeps: boolean): ListStructure {
    const { listType = 'atomic', listMapKeys } = s
    const type = listType === 'set' || listType === 'map' ? listType : 'atomic'
    const items = s.items === undefined ? UNTYPED_ATOMIC : this.make(s.items, keeps)
    if (type !== 'map') return { type, keys: [], items }
    const defaults = listMapKeys.flatMap((key) => {
      const value = s.items?.properties.get(key)?.default
      return value === undefined ? [] : [[key, value] as const]
    })
    return { type, keys: listMapKeys, items, ...(defaults.length === 0 ? {} : { keyDefaults: Object.fromEntries(defaults) }) }
  }
}

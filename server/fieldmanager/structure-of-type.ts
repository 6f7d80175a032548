import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { UNTYPED, UNTYPED_ATOMIC, type ListStructure, type MapStructure, type ScalarType, type Structure } from './structure.ts'

/** The scalars of the facts table as the reference's schema of server-side apply has them. */
const SCALARS: Readonly<Record<Exclude<ScalarKind, 'raw' | 'json' | 'fieldsV1' | 'intOrString'>, ScalarType>> = {
  string: 'string',
  boolean: 'boolean',
  int32: 'numeric',
  int64: 'numeric',
  double: 'numeric',
  bytes: 'string',
  time: 'untyped',
  microTime: 'untyped',
  duration: 'string',
  quantity: 'untyped',
}

/** `type: object` and no more. */
const ANY_OBJECT: Structure = { map: { atomic: false, field: () => undefined, values: UNTYPED } }

/** Structures of the built-in types, each made once, when it is first asked for. */
export class TypeStructures {
  readonly #made = new Map<string, Structure>()

  of(type: TypeFacts): Structure {
    let made = this.#made.get(type.name)
    if (made === undefined) this.#made.set(type.name, (made = this.#make(type)))
    return made
  }

  #make(type: TypeFacts): Structure {
    if (type.union !== undefined) return UNTYPED_ATOMIC
    if (type.scalar !== undefined) return scalar(type.scalar)
    return { map: this.#struct(type, type.mapType === 'atomic') }
  }

  #struct(type: TypeFacts, atomic: boolean): MapStructure {
    const fields = new Map<string, Structure>()
    return {
      atomic,
      field: (name) => {
        let made = fields.get(name)
        if (made === undefined) {
          const facts = type.field(name)
          if (facts === undefined) return undefined
          fields.set(name, (made = this.#field(facts)))
        }
        return made
      },
    }
  }

  #field(facts: FieldFacts): Structure {
    const { type } = facts
    if (type.kind === 'array') return { list: this.#list(facts, type.items) }
    if (type.kind === 'map') {
      const values = this.#ref(type.values)
      return { map: { atomic: facts.mapType === 'atomic', field: () => undefined, values } }
    }
    const made = this.#ref(type)
    // A field may be replaced as a whole where its type is not, and the other way round.
    if (facts.mapType === undefined || type.kind !== 'ref') return made
    return { map: this.#struct(type.facts, facts.mapType === 'atomic') }
  }

  #list(facts: FieldFacts, items: TypeRef): ListStructure {
    const keys = facts.listMapKeys ?? []
    const type = facts.listType ?? 'atomic'
    const defaults = keys.flatMap((key) => {
      const value = items.kind === 'ref' ? items.facts.field(key)?.default : undefined
      return value === undefined ? [] : [[key, value] as const]
    })
    const structure = this.#ref(items)
    return {
      type,
      keys: type === 'map' ? keys : [],
      items: structure,
      ...(defaults.length === 0 ? {} : { keyDefaults: Object.fromEntries(defaults) }),
    }
  }

  #ref(type: TypeRef): Structure {
    if (type.kind === 'array') return { list: { type: 'atomic', keys: [], items: this.#ref(type.items) } }
    if (type.kind === 'map') return { map: { atomic: false, field: () => undefined, values: this.#ref(type.values) } }
    if (type.kind === 'ref') return this.#lazy(type.facts)
    return scalar(type.kind)
  }

  /** Types refer to themselves (JSONSchemaProps): what a reference leads to is made when it is looked at. */
  #lazy(type: TypeFacts): Structure {
    const of = (): Structure => this.of(type)
    if (type.union !== undefined || type.scalar !== undefined) return of()
    return {
      get map(): MapStructure {
        return of().map!
      },
    }
  }
}

function scalar(kind: ScalarKind): Structure {
  if (kind === 'fieldsV1') return ANY_OBJECT
  if (kind === 'raw' || kind === 'json') return UNTYPED_ATOMIC
  // Its schema says of which types it is one, which the reference does not read: anything goes on to the type.
  if (kind === 'intOrString') return UNTYPED
  return { scalar: SCALARS[kind] }
}

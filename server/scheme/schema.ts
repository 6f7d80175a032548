import type { Pausing } from '../machinery/slice.ts'
import type { KubeObject } from '../machinery/types.ts'
import { normalize } from './check.ts'
import type { TypeFacts } from './contract.ts'
import { decodeTyped, type DecodedTyped, type FieldValidation } from './decode-typed.ts'

/**
 * The type of a kind's objects in one of its versions, whoever made it: the facts table for built-in kinds, a structural schema for
 * custom ones. Who reads and writes bodies knows no more of a type than this.
 */
export interface Schema {
  /**
   * Reads a parsed body of the kind: into normal form, without unknown fields, with what is wrong with it.
   * @param text the JSON text that was parsed; absent for YAML, whose reader reports duplicate keys itself
   */
  decode(value: unknown, mode: FieldValidation, text?: string): DecodedTyped
  /** The same in turns with others, where that takes many steps. */
  decoding?(value: unknown, mode: FieldValidation, text?: string): Pausing<DecodedTyped>
  /** The normal form of an object that is well typed: fields in order, nothing empty that the reference would leave out. */
  normalize(obj: KubeObject): KubeObject
  /** The same in turns with others, where that takes many steps. */
  normalizing?(obj: KubeObject): Pausing<KubeObject>
  /** What protobuf, strategic merge patches and the reference's words for wrong types need; only built-in kinds have it. */
  readonly facts?: TypeFacts | undefined
  /** What OpenAPI documents are made of, where that is not the facts. */
  readonly openApi?: OpenApiSource | undefined
}

export interface OpenApiSource {
  /** The openAPIV3Schema of the version; undefined where it has none. */
  schema(): unknown
  readonly preserveUnknownFields: boolean
  /** Another one for another schema. */
  readonly identity: string
}

/** schema.decode, in turns with others where it can. */
export function* decodingAs(schema: Schema, value: unknown, mode: FieldValidation, text?: string): Pausing<DecodedTyped> {
  return schema.decoding === undefined ? schema.decode(value, mode, text) : yield* schema.decoding(value, mode, text)
}

/** schema.normalize, in turns with others where it can. */
export function* normalizingAs(schema: Schema, obj: KubeObject): Pausing<KubeObject> {
  return schema.normalizing === undefined ? schema.normalize(obj) : yield* schema.normalizing(obj)
}

const MADE = new WeakMap<TypeFacts, Schema>()

/** The schema of a built-in type. Always the same for the same type. */
export function schemaOfType(facts: TypeFacts): Schema {
  let made = MADE.get(facts)
  if (made === undefined) {
    made = {
      facts,
      decode: (value, mode, text) => decodeTyped(facts, value, mode, text),
      normalize: (obj) => normalize(facts, obj),
    }
    MADE.set(facts, made)
  }
  return made
}

import type { ScalarKind, TypeRef } from './contract.ts'

const SCALARS: Partial<Record<ScalarKind, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
  quantity: 'resource.Quantity',
}

/** `io.k8s.api.core.v1.Pod` as Go's decoders name it: `v1.Pod`. */
export const goName = (name: string): string => name.split('.').slice(-2).join('.')

/** A type as Go's decoders name it in what they say: `map[string]v1.Pod`. */
export function goTypeOf(type: TypeRef): string {
  if (type.kind === 'array') return `[]${goTypeOf(type.items)}`
  if (type.kind === 'map') return `map[string]${goTypeOf(type.values)}`
  return type.kind === 'ref' ? goName(type.name) : (SCALARS[type.kind] ?? type.kind)
}

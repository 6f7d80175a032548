import type { CelType } from './types.ts'
import { CelError, CelList, CelMap, typeNameOf, type CelValue } from './values.ts'

/** Whether a value may be given where this type is declared. Of a list or a map the first element tells (cel-go `IsAssignableRuntimeType`). */
export function assignableAtRunTime(type: CelType, value: CelValue): boolean {
  if (value instanceof CelError) return false
  if (type.kind === 'dyn' || type.kind === 'param' || type.kind === 'any') return true
  if (type.kind === 'list') {
    if (!(value instanceof CelList)) return false
    return value.size === 0 || assignableAtRunTime(type.params[0]!, value.at(0))
  }
  if (type.kind === 'map') {
    if (!(value instanceof CelMap)) return false
    for (const key of value.keys()) {
      const found = value.find(key)
      return assignableAtRunTime(type.params[0]!, key) && found !== undefined && assignableAtRunTime(type.params[1]!, found)
    }
    return true
  }
  return typeNameOf(value) === type.name
}

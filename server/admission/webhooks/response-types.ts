import { jsonKind } from '../../machinery/numbers.ts'

/** The Go types of an answer's fields, as errors about them name them (admission/v1, meta/v1). */
export type GoType =
  | { readonly kind: 'string' | 'bool' | 'int32'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly name: string; readonly of: GoType }
  | { readonly kind: 'struct'; readonly name: string; readonly owner: string; readonly fields: Readonly<Record<string, GoType>> }

const text = (name = 'string'): GoType => ({ kind: 'string', name })
const BOOL: GoType = { kind: 'bool', name: 'bool' }
const INT32: GoType = { kind: 'int32', name: 'int32' }
const struct = (owner: string, fields: Readonly<Record<string, GoType>>): GoType => ({ kind: 'struct', name: `v1.${owner}`, owner, fields })

const CAUSE = struct('StatusCause', { reason: text('v1.CauseType'), message: text(), field: text() })
const DETAILS = struct('StatusDetails', {
  ...{ name: text(), group: text(), kind: text(), uid: text('types.UID'), retryAfterSeconds: INT32 },
  causes: { kind: 'list', name: '[]v1.StatusCause', of: CAUSE },
})
const META = struct('ListMeta', { selfLink: text(), resourceVersion: text(), continue: text() })
const STATUS = struct('Status', {
  ...{ kind: text(), apiVersion: text(), metadata: META, status: text(), message: text(), reason: text('v1.StatusReason') },
  ...{ details: DETAILS, code: INT32 },
})

/** Of what an answer says besides its patch, which is no text alone. */
export const responseType = (version: string): GoType =>
  struct('AdmissionResponse', {
    ...{ uid: text('types.UID'), allowed: BOOL, status: STATUS, patchType: text(`${version}.PatchType`) },
    auditAnnotations: { kind: 'map', name: 'map[string]string', of: text() },
    warnings: { kind: 'list', name: '[]string', of: text() },
  })

/** What is wrong with the first value that is not of its type, in the words of Go's decoder; null is the empty value of any. */
export function typeFault(value: unknown, type: GoType, path: string, owner: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const wrong = (): string => {
    const shown = typeof value === 'number' && type.kind === 'int32' ? `number ${value}` : jsonKind(value)
    return `json: cannot unmarshal ${shown} into Go struct field ${owner}.${path} of type ${type.name}`
  }
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? undefined : wrong()
    case 'bool':
      return typeof value === 'boolean' ? undefined : wrong()
    case 'int32':
      return typeof value === 'number' && (value | 0) === value ? undefined : wrong()
    case 'list':
      return Array.isArray(value) ? firstFault(value, (item) => typeFault(item, type.of, path, owner)) : wrong()
    case 'map':
      return isObject(value) ? firstFault(Object.values(value), (item) => typeFault(item, type.of, path, owner)) : wrong()
    case 'struct':
      if (!isObject(value)) return wrong()
      return firstFault(Object.entries(value), ([name, item]) => {
        const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
        return field === undefined ? undefined : typeFault(item, field, `${path}.${name}`, type.owner)
      })
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

function firstFault<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item)
    if (fault !== undefined) return fault
  }
  return undefined
}

import { JsonError, parseJson } from '../../../machinery/json.ts'

const GO_KINDS: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'bool' }

/** What Go's encoding/json says about a text that should hold a JSON object; undefined when it does. */
export function goJsonError(text: string): string | undefined {
  try {
    const value: unknown = parseJson(text)
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined
    const kind = Array.isArray(value) ? 'array' : (GO_KINDS[typeof value] ?? typeof value)
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
  } catch (e) {
    if (e instanceof JsonError) return e.message
    throw e
  }
}

import { parseJson } from '../machinery/json.ts'
import { yamlDocuments } from './yaml-read.ts'

/** The documents of a YAML stream as JSON values; empty ones are left out. Throws an Error that names the line. */
export function parseYamlDocuments(text: string): unknown[] {
  return yamlDocuments(text).flatMap(({ json }) => (json === 'null' ? [] : [parseJson(json)]))
}

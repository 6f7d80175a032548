import { YamlPool } from './yaml-pool.ts'
import { ExpansionError, yamlToJson, type YamlJson } from './yaml-read.ts'

/** Characters that are read at once; more would keep others waiting for a tenth of a second. */
const MAX_INLINE = 32 * 1024
/** What aliases may stand for in a text that is read at once. */
const INLINE_LIMITS = { nodes: 10_000, characters: 1024 * 1024 }

const pool = new YamlPool()

/** An object's stored JSON as YAML: of a large one on a thread. */
export function writeYaml(json: Buffer, inline: () => Buffer): Buffer | Promise<Buffer> {
  return json.length > MAX_INLINE ? pool.write(json.toString()).then((yaml) => Buffer.from(yaml)) : inline()
}

/** The same for an element of a list, as it stands below the list's `field`. */
export function writeYamlItem(field: string, json: Buffer, inline: () => Buffer): Buffer | Promise<Buffer> {
  if (json.length <= MAX_INLINE) return inline()
  return pool.write(`{${JSON.stringify(field)}:[${json.toString()}]}`).then((yaml) => Buffer.from(yaml.slice(`${field}:\n`.length)))
}

/** Reads a YAML text: a small one at once, another one on a thread. Throws or rejects with YamlError. */
export function readYaml(text: string): YamlJson | Promise<YamlJson> {
  if (text.length > MAX_INLINE) return pool.read(text)
  try {
    return yamlToJson(text, INLINE_LIMITS)
  } catch (e) {
    if (e instanceof ExpansionError) return pool.read(text)
    throw e
  }
}

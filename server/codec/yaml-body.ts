import { YamlPool } from './yaml-pool.ts'
import { ExpansionError, yamlToJson, type YamlJson } from './yaml-read.ts'

/** Characters that are read at once; more would keep others waiting for more than a tenth of a second. */
const MAX_INLINE = 64 * 1024
/** Nodes that aliases may stand for in a text that is read at once. */
const MAX_INLINE_ALIASED = 20_000

const pool = new YamlPool()

/** Reads a YAML text: a small one at once, another one on a thread. Throws or rejects with YamlError. */
export function readYaml(text: string): YamlJson | Promise<YamlJson> {
  if (text.length > MAX_INLINE) return pool.read(text)
  try {
    return yamlToJson(text, MAX_INLINE_ALIASED)
  } catch (e) {
    if (e instanceof ExpansionError) return pool.read(text)
    throw e
  }
}

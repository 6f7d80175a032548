/** Reads and writes YAML in a thread of its own (yaml-pool.ts). */
import { parentPort } from 'node:worker_threads'
import { parseNumbers as parseStored } from '../machinery/numbers.ts'
import { stringifyYaml } from './yaml.ts'
import { YamlError, yamlToJson, type YamlJson } from './yaml-read.ts'

/** A YAML text to read, or the JSON of a value to write. */
export type ToYamlWorker = { read: string } | { write: string }
export type FromYamlWorker = YamlJson | { yaml: string } | { error: string }

const port = parentPort
if (port === null) throw new Error('the YAML worker runs only as a worker thread')
port.on('message', (task: ToYamlWorker) => {
  let answer: FromYamlWorker
  try {
    answer = 'read' in task ? yamlToJson(task.read) : { yaml: stringifyYaml(parseStored(task.write)) }
  } catch (e) {
    if (!(e instanceof YamlError)) throw e
    answer = { error: e.message }
  }
  port.postMessage(answer)
})

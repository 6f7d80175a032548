/** Reads YAML in a thread of its own (yaml-pool.ts). */
import { parentPort } from 'node:worker_threads'
import { YamlError, yamlToJson, type YamlJson } from './yaml-read.ts'

export type FromYamlWorker = YamlJson | { error: string }

const port = parentPort
if (port === null) throw new Error('the YAML worker runs only as a worker thread')
port.on('message', (text: string) => {
  let answer: FromYamlWorker
  try {
    answer = yamlToJson(text)
  } catch (e) {
    if (!(e instanceof YamlError)) throw e
    answer = { error: e.message }
  }
  port.postMessage(answer)
})

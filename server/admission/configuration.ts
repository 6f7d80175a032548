import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseYaml } from '../codec/yaml.ts'
import { objectAt, objectsAt, textAt } from '../machinery/json-walk.ts'

const VERSIONS = ['v1', 'v1alpha1'].map((v) => `apiserver.config.k8s.io/${v}`)

/**
 * `--admission-control-config-file`: an AdmissionConfiguration, with what it says for each plugin, in it or in a file beside it
 * (apiserver `admission/config.go`).
 * @throws Error of one sentence
 */
export function readAdmissionConfiguration(file: string): ReadonlyMap<string, unknown> {
  const value = readYaml(file)
  const [apiVersion, kind] = [textAt(value, 'apiVersion'), textAt(value, 'kind')]
  if (kind !== 'AdmissionConfiguration' || !VERSIONS.includes(apiVersion)) {
    throw new Error(`failed to read plugin config: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  }
  return new Map(
    objectsAt(value, 'plugins').map((plugin) => {
      const path = textAt(plugin, 'path')
      const inline = objectAt(plugin, 'configuration')
      return [textAt(plugin, 'name'), inline ?? (path === '' ? undefined : readYaml(resolve(dirname(file), path)))]
    }),
  )
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8')).value
  } catch (e) {
    throw new Error(`unable to read admission control configuration from ${JSON.stringify(file)} [${(e as Error).message}]`, { cause: e })
  }
}

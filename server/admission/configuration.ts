import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseYaml } from '../codec/yaml.ts'
import { GoFields } from '../machinery/go-fields.ts'
import { objectAt, objectsAt, textAt, type JsonObject } from '../machinery/json-walk.ts'

/** The older version is in another group. */
const VERSIONS = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1']

/**
 * `--admission-control-config-file`: an AdmissionConfiguration, with what it says for each plugin, in it or in a file beside it
 * (apiserver `admission/config.go`).
 * @throws Error of one sentence
 */
export function readAdmissionConfiguration(file: string): ReadonlyMap<string, unknown> {
  const value = readYaml(file)
  const legacy = withoutVersion(value)
  if (legacy !== undefined) return legacy
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

/** Two plugins are older than such files, and were told by one of their own. */
function withoutVersion(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (textAt(value, 'apiVersion') !== '' && textAt(value, 'kind') !== '') return undefined
  if (objectAt(value, 'imagePolicy') === undefined && objectAt(value, 'podNodeSelectorPluginConfig') === undefined) return undefined
  return new Map(['ImagePolicyWebhook', 'PodNodeSelector'].map((name) => [name, value]))
}

/** What one plugin is told, as an object `Configuration` of its group. @throws Error of one sentence for another one */
export function versionedConfiguration(value: unknown, ...apiVersions: readonly string[]): GoFields {
  const top = new GoFields((typeof value === 'object' && value !== null ? value : {}) as JsonObject, 'Configuration')
  const [kind, apiVersion] = [top.text('kind'), top.text('apiVersion')]
  if (kind === 'Configuration' && apiVersions.includes(apiVersion)) return top
  throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8')).value
  } catch (e) {
    throw new Error(`unable to read admission control configuration from ${JSON.stringify(file)} [${(e as Error).message}]`, { cause: e })
  }
}

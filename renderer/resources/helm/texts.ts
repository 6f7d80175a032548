import { isSecret, withoutValues } from '../../kube/secret-values.ts'
import { comparedTexts, yamlText } from '../../tools/yaml/text.ts'
import { objectsOf } from './objects.ts'

/** A manifest to read: as helm wrote it, but for the values of Secrets unless they are asked for. */
export function manifestText(manifest: string | undefined, revealed: boolean): string {
  const objects = objectsOf(manifest)
  if (revealed || !objects.some(({ value }) => isSecret(value))) return manifest ?? ''
  return objects.map(({ value }) => `---\n${yamlText(isSecret(value) ? withoutValues(value) : value)}`).join('')
}

/** Two manifests to compare, object by object; the values of Secrets cannot be read, those that differ look different. */
export function comparedManifests(before: string | undefined, after: string | undefined): [string, string] {
  const [old, next] = [objectsOf(before), objectsOf(after)]
  const key = ({ apiVersion, kind, namespace, name }: (typeof old)[number]): string =>
    `${apiVersion.split('/')[0]} ${kind} ${namespace} ${name}`
  const values = new Map(next.map((object) => [key(object), object.value]))
  const known = new Set(old.map(key))
  const pairs = [
    ...old.map((object) => comparedTexts(object.value, values.get(key(object)))),
    ...next.filter((object) => !known.has(key(object))).map((object) => comparedTexts(undefined, object.value)),
  ]
  const joined = (side: 0 | 1): string => pairs.map((pair) => (pair[side] === '' ? '' : `---\n${pair[side]}`)).join('')
  return [joined(0), joined(1)]
}

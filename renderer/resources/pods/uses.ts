import { isRecord } from '../../kube/types.ts'
import type { PodSpec } from './types.ts'

export type UsedKind = 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim'

/** One place of a pod's spec that names an object of its namespace. */
export interface Use {
  kind: UsedKind
  name: string
  /** In the words of the fields: `volumes[config]`, `containers[web].env[DB_URL]`. */
  where: string
}

const nameIn = (value: unknown, field = 'name'): string | undefined => {
  const name = isRecord(value) ? value[field] : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}
const listIn = (value: unknown, field: string): readonly unknown[] => {
  const list = isRecord(value) ? value[field] : undefined
  return Array.isArray(list) ? list : []
}

/** Where the sources of volumes name a Secret (pkg/api/v1/pod `VisitPodSecretNames`). */
const secretFields: readonly (readonly [source: string, field: string | undefined, name: string])[] = [
  ['secret', undefined, 'secretName'],
  ['azureFile', undefined, 'secretName'],
  ['csi', 'nodePublishSecretRef', 'name'],
  ...['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'].map((source) => [source, 'secretRef', 'name'] as const),
]

/** All that a pod needs of its namespace to start. `pod` names the claims that are made for it; a template has none yet. */
export function usesOf(spec: PodSpec | undefined, pod?: string): Use[] {
  const found: Use[] = []
  const add = (kind: UsedKind, name: string | undefined, where: string): void => {
    if (name !== undefined) found.push({ kind, name, where })
  }
  for (const volume of spec?.volumes ?? []) {
    const where = `volumes[${volume.name}]`
    add('ConfigMap', nameIn(volume.configMap), where)
    add('PersistentVolumeClaim', nameIn(volume.persistentVolumeClaim, 'claimName'), where)
    if (volume.ephemeral !== undefined && pod !== undefined) add('PersistentVolumeClaim', `${pod}-${volume.name}`, where)
    for (const [source, field, name] of secretFields) {
      const of = volume[source]
      add('Secret', nameIn(field === undefined ? of : isRecord(of) ? of[field] : undefined, name), where)
    }
    for (const source of listIn(volume.projected, 'sources')) {
      if (!isRecord(source)) continue
      add('ConfigMap', nameIn(source.configMap), where)
      add('Secret', nameIn(source.secret), where)
    }
  }
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const container of spec?.[list] ?? []) {
      const at = `${list}[${container.name}]`
      for (const from of listIn(container, 'envFrom')) {
        if (!isRecord(from)) continue
        add('ConfigMap', nameIn(from.configMapRef), `${at}.envFrom`)
        add('Secret', nameIn(from.secretRef), `${at}.envFrom`)
      }
      for (const variable of listIn(container, 'env')) {
        if (!isRecord(variable) || !isRecord(variable.valueFrom)) continue
        const where = `${at}.env[${String(variable.name)}]`
        add('ConfigMap', nameIn(variable.valueFrom.configMapKeyRef), where)
        add('Secret', nameIn(variable.valueFrom.secretKeyRef), where)
      }
    }
  }
  for (const pull of listIn(spec, 'imagePullSecrets')) add('Secret', nameIn(pull), 'imagePullSecrets')
  return found
}

/** As a list of pods keeps it, and its filter asks for it: `field=uses=Secret/key`. */
export const useKeys = (uses: readonly Use[]): string[] => [...new Set(uses.map(({ kind, name }) => `${kind}/${name}`))]

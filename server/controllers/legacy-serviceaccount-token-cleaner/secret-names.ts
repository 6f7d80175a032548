import type { Pod } from '../../client/objects.ts'

/** Fields that hold the name of a secret, wherever in a pod's spec they stand. */
const REFERENCES: Readonly<Record<string, string>> = {
  secretRef: 'name',
  secretKeyRef: 'name',
  nodePublishSecretRef: 'name',
  imagePullSecrets: 'name',
  secret: 'secretName',
  azureFile: 'secretName',
}

/** Secrets that a pod takes in: as volumes, in its environment, or to fetch its images. */
export function secretNames({ spec }: Pod): string[] {
  const names: string[] = []
  const take = (value: unknown, field: string): void => {
    for (const v of Array.isArray(value) ? value : [value]) {
      const name = (v as Record<string, unknown> | null)?.[field]
      if (typeof name === 'string') names.push(name)
    }
  }
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, v] of Object.entries(value)) {
      const field = Object.hasOwn(REFERENCES, key) ? REFERENCES[key] : undefined
      // A projected volume names its secret like a reference.
      if (field !== undefined) for (const f of new Set([field, 'name'])) take(v, f)
      walk(v)
    }
  }
  walk(spec)
  return names
}

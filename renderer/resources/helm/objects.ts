import { isRecord, type KubeObject } from '../../kube/types.ts'
import { type Manifest, manifestsOf } from '../../tools/apply/manifest.ts'
import { readDocuments } from '../../tools/yaml/documents.ts'

/** The objects of a release's manifest in helm's order of installing them. */
export const objectsOf = (manifest: string | undefined): Manifest[] => manifestsOf(readDocuments(manifest ?? ''))

const sameAs =
  (a: Manifest) =>
  (b: Manifest): boolean =>
    a.kind === b.kind && groupOf(a) === groupOf(b) && a.namespace === b.namespace && a.name === b.name

const groupOf = ({ apiVersion }: Manifest): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

/** What one manifest has and the other has not. */
export const leftOver = (before: readonly Manifest[], after: readonly Manifest[]): Manifest[] =>
  before.filter((object) => !after.some(sameAs(object)))

const names = { label: 'app.kubernetes.io/managed-by', name: 'meta.helm.sh/release-name', namespace: 'meta.helm.sh/release-namespace' }

/** The object with helm's marks of whose it is (helm pkg/action/validate.go). */
export function owned(value: Record<string, unknown>, release: string, namespace: string): Record<string, unknown> {
  const metadata = isRecord(value.metadata) ? value.metadata : {}
  const part = (key: 'labels' | 'annotations'): object => (isRecord(metadata[key]) ? metadata[key] : {})
  return {
    ...value,
    metadata: {
      ...metadata,
      labels: { ...part('labels'), [names.label]: 'Helm' },
      annotations: { ...part('annotations'), [names.name]: release, [names.namespace]: namespace },
    },
  }
}

/** Why an object is not deleted with its release; undefined when it is. */
export function stays(live: KubeObject, release: string, namespace: string): 'kept' | 'foreign' | undefined {
  const { labels = {}, annotations = {} } = live.metadata
  if (annotations['helm.sh/resource-policy'] === 'keep') return 'kept'
  const ours = labels[names.label] === 'Helm' && annotations[names.name] === release && annotations[names.namespace] === namespace
  return ours ? undefined : 'foreign'
}

import { askReference, writeAnswers } from '../asking.ts'
import { withPaths, type Json, type Kind } from './cases.ts'

/** Where the recorders of kinds work at the reference. */
export const NAMESPACE = 'facts'
const plural: Readonly<Record<Kind, string>> = {
  Pod: 'pods',
  Node: 'nodes',
  Namespace: 'namespaces',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
}

export async function call(
  method: string,
  path: string,
  body?: unknown,
  accept = 'application/json',
  contentType = 'application/json',
): Promise<{ code: number; body: Json; warnings: string[] }> {
  const { status, ...told } = await askReference(method, path, body, { accept, 'content-type': contentType })
  return { code: status, ...told }
}

export function collection(kind: Kind): string {
  const group = kind === 'Deployment' || kind === 'ReplicaSet' ? '/apis/apps/v1' : '/api/v1'
  const scope = kind === 'Node' || kind === 'Namespace' ? '' : `/namespaces/${NAMESPACE}`
  return `${group}${scope}/${plural[kind]}`
}

export const nameOf = (obj: Json): string => (obj.metadata as { name: string }).name

/** What differs from one run to the next is no fact. */
export function stripped(obj: Json): Json {
  const copy = structuredClone(obj)
  const meta = copy.metadata as Json
  for (const field of ['uid', 'creationTimestamp', 'resourceVersion', 'managedFields', 'selfLink']) delete meta[field]
  for (const c of ((copy.status as Json | undefined)?.conditions ?? []) as Json[]) delete c.lastTransitionTime
  return copy
}

export const withoutManaged = (obj: Json): Json => withPaths(obj, { 'metadata.managedFields': undefined })

/** Makes the namespace that the recorders work in; its service account mounts no token, which would be random. */
export async function prepareNamespace(): Promise<void> {
  await call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await call('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
    metadata: { name: 'default' },
    automountServiceAccountToken: false,
  })
}

export function writeFacts(file: string, facts: readonly unknown[]): void {
  writeAnswers(new URL(file, import.meta.url), facts)
}

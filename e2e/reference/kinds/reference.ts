import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { withPaths, type Json, type Kind } from './cases.ts'

/** How the recorders talk to the reference kube-apiserver named by REFERENCE_URL and REFERENCE_TOKEN. */
export const NAMESPACE = 'facts'
const plural: Readonly<Record<Kind, string>> = {
  Pod: 'pods',
  Node: 'nodes',
  Namespace: 'namespaces',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
}

export function call(
  method: string,
  path: string,
  body?: unknown,
  accept = 'application/json',
  contentType = 'application/json',
): Promise<{ code: number; body: Json; warnings: string[] }> {
  const url = new URL(path, process.env.REFERENCE_URL)
  const text = body === undefined ? '' : JSON.stringify(body)
  // The length is stated, since Node sends a DELETE with a body of unknown length in a form that Go refuses.
  const headers = {
    authorization: `Bearer ${process.env.REFERENCE_TOKEN}`,
    'content-type': contentType,
    accept,
    'content-length': Buffer.byteLength(text),
  }
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, rejectUnauthorized: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => {
        const parsed = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Json
        const warnings = (res.headersDistinct.warning ?? []).map((w) => JSON.parse(w.replace(/^299 - /, '')) as string)
        resolve({ code: res.statusCode ?? 0, body: parsed, warnings })
      })
    })
    req.on('error', reject)
    req.end(text)
  })
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

/** One fact a line, so that a change shows as one. */
export function writeFacts(file: string, facts: readonly unknown[]): void {
  writeFileSync(new URL(file, import.meta.url), `[\n${facts.map((f) => JSON.stringify(f)).join(',\n')}\n]\n`)
}

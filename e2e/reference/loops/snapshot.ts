import type { Client } from '../../../server/client/client.ts'
import { CORE_EVENTS } from '../../../server/client/resource.ts'
import type { KubeObject, OwnerReference } from '../../../server/machinery/types.ts'
import type { JsonObject } from '../../../server/machinery/json-walk.ts'
import { resources } from './resources.ts'

/** What a namespace holds, without what no two runs have in common: by kind, then each object in one line of JSON. */
export interface Snapshot {
  objects: Record<string, readonly (JsonObject & { times?: number })[]>
  /** `Kind/name Type Reason: message`, once each. */
  events: string[]
}

interface Event extends KubeObject {
  type?: string
  reason?: string
  message?: string
  involvedObject?: { kind?: string; name?: string }
}

const RANDOM = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'selfLink', 'namespace', 'generation']
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '{uid}'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|(?=[+-]\d\d:\d\d))/g, '{time}'],
  [/"resourceVersion":"\d+"/g, '"resourceVersion":"{version}"'],
  [/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access'],
  // Named after the minute.
  [/\b(c-)\d{8}\b/g, '$1{minute}'],
  // Any of several nodes.
  [/-any-[a-z]\b/g, '-any'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, '{time}'],
]

const CONFLICT = /the object has been modified|already exists$/

/** Of a namespace, and of nodes with their events when those are shown. */
export async function snapshot({ client, namespace }: { client: Client; namespace: string }, shows?: 'nodes'): Promise<Snapshot> {
  const found: [string, KubeObject[]][] = []
  if (shows === 'nodes') found.push(['nodes', (await client.resource(resources['nodes']!).list()).items])
  for (const [name, id] of Object.entries(resources))
    if (id.namespaced && id.given !== true) found.push([name, (await client.resource(id).list({ namespace })).items])
  const events = (await client.resource<Event>(CORE_EVENTS).list({ namespace })).items
  const nodes = new Set(found.find(([kind]) => kind === 'nodes')?.[1].map(({ metadata }) => metadata.name))
  // Events of what is in no namespace are in this one.
  for (const e of nodes.size === 0 ? [] : (await client.resource<Event>(CORE_EVENTS).list({ namespace: 'default' })).items)
    if (e.involvedObject?.kind === 'Node' && nodes.has(e.involvedObject.name)) events.push(e)
  const all = found.flatMap(([, items]) => items)
  const names = [...generatedNames(all, events), ...hashes(all, events)]
  const clean = (text: string): string => {
    let out = text.replaceAll(namespace, '{namespace}')
    for (const [pattern, word] of [...names, ...NOISE]) out = out.replace(pattern, word)
    return out
  }
  // Who was faster is not the loops' doing.
  const told = events
    .filter((e) => !CONFLICT.test(e.message ?? ''))
    .map((e) => `${e.involvedObject?.kind}/${e.involvedObject?.name} ${e.type} ${e.reason}: ${e.message}`)
  return {
    objects: Object.fromEntries(
      found
        .filter(([, items]) => items.length > 0)
        .map(([kind, items]) => [
          kind,
          counted(items.map((o) => JSON.stringify(sorted(JSON.parse(clean(JSON.stringify(essence(kind, o)))))))),
        ]),
    ),
    events: [...new Set(told.map(clean))].sort(),
  }
}

/** Objects that are alike are said once. */
function counted(texts: readonly string[]): (JsonObject & { times?: number })[] {
  const times = new Map<string, number>()
  for (const text of [...texts].sort()) times.set(text, (times.get(text) ?? 0) + 1)
  return [...times].map(([text, n]) => ({ ...(n > 1 ? { times: n } : {}), ...(JSON.parse(text) as JsonObject) }))
}

const HASHES = ['pod-template-hash', 'controller-revision-hash']

/**
 * Hashes of templates, by the number of their revision: the original's are those of Go's structures in memory, and decide nothing but names.
 * A stateful set's are those of JSON, and are compared.
 */
function hashes(objects: readonly KubeObject[], events: readonly Event[]): [RegExp, string][] {
  const found = new Map<string, string>()
  for (const obj of objects) {
    const hash = HASHES.map((label) => obj.metadata.labels?.[label]).find((text) => text !== undefined)
    const revision = obj.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? (obj as { revision?: number }).revision
    if (hash !== undefined && revision !== undefined) found.set(hash, `{hash ${revision}}`)
  }
  for (const { involvedObject: { kind, name = '' } = {} } of events) {
    const hash = kind === 'ReplicaSet' ? /-([bcdfghjklmnpqrstvwxz0-9]{6,10})$/.exec(name)?.[1] : undefined
    if (hash !== undefined && !found.has(hash)) found.set(hash, '{hash gone}')
  }
  return [...found].map(([hash, word]) => [new RegExp(hash, 'g'), word])
}

/** Names that a server made up, of what is there and of what events tell, which may be gone. */
function generatedNames(objects: readonly KubeObject[], events: readonly Event[]): [RegExp, string][] {
  const bases = new Set(objects.map((o) => o.metadata.generateName).filter((n) => n !== undefined))
  for (const { involvedObject, message = '' } of events) {
    const { kind, name = '' } = involvedObject ?? {}
    if (kind !== 'StatefulSet' && new RegExp(`\\b${name}-[0-9]*-?[bcdfghjklmnpqrstvwxz2456789]{5}\\b`).test(message)) bases.add(`${name}-`)
  }
  const end = '[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])'
  return [...bases].sort((a, b) => b.length - a.length).map((base) => [new RegExp(`${base}(\\d+-)?${end}`, 'g'), `${base}$1*`])
}

/** Of each kind, what loops write of its spec: what is asked for is in the case. */
const SPEC: Readonly<Record<string, readonly string[]>> = {
  nodes: ['taints', 'unschedulable'],
  persistentvolumeclaims: ['volumeName'],
  pods: ['nodeName', 'nodeSelector', 'affinity', 'hostname', 'subdomain', 'resourceClaims', 'volumes'],
  replicationcontrollers: ['replicas'],
  replicasets: ['replicas', 'selector'],
  deployments: ['replicas'],
  statefulsets: ['replicas'],
  jobs: ['selector', 'suspend'],
  resourceclaims: ['devices'],
}

function essence(kind: string, { metadata, ...rest }: KubeObject): JsonObject {
  const { ownerReferences, ...own } = Object.fromEntries(Object.entries(metadata).filter(([key]) => !RANDOM.includes(key)))
  const owners = (ownerReferences as OwnerReference[] | undefined)?.map((o) => {
    return [
      `${o.apiVersion} ${o.kind}/${o.name}`,
      ...(o.controller ? ['controller'] : []),
      ...(o.blockOwnerDeletion ? ['blocks'] : []),
    ].join(' ')
  })
  const { spec = {}, apiVersion: _version, kind: _kind, data: _data, ...others } = rest as JsonObject & { spec?: JsonObject }
  const written = Object.fromEntries(Object.entries(spec).filter(([key]) => SPEC[kind]?.includes(key)))
  return {
    metadata: { ...own, ...(owners === undefined ? {} : { owners }) },
    ...(Object.keys(written).length === 0 ? {} : { spec: written }),
    ...others,
  }
}

/** Keys in order, and lists whose order means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted)
    const keyed = items.every((i) => typeof i === 'object' && i !== null)
    return keyed ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  )
}

import { isRecord, type KubeObject } from '../../kube/types.ts'
import type { PodSpec } from '../pods/types.ts'
import type { Listed } from './use-lists.ts'
import { type UsedKind, usesOf } from '../pods/uses.ts'

/** Something of a namespace that names an object there, and in which fields. */
export interface User {
  /** The user's kind, by its resource key. */
  key: string
  kind: string
  name: string
  where: string[]
}

interface Place {
  kind: string
  name: string
  where: string
}

const at = (object: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), object)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const named = (kind: string, value: unknown, field: string, where: string): Place[] => {
  const name = at(value, field)
  return typeof name === 'string' && name !== '' ? [{ kind, name, where }] : []
}

const template =
  (...path: string[]) =>
  (object: KubeObject): Place[] =>
    usesOf(at(object, ...path, 'template', 'spec') as PodSpec | undefined)

/** A ReplicaSet that has no pods is kept for a rollback only. */
const withPods = (object: KubeObject): Place[] => (Number(at(object, 'spec', 'replicas') ?? 0) > 0 ? template('spec')(object) : [])

/** Which kinds name objects of their namespace, and where; pods do it too, and are listed live. */
const places: Readonly<Record<string, (object: KubeObject) => Place[]>> = {
  'deployments.apps': template('spec'),
  'statefulsets.apps': template('spec'),
  'daemonsets.apps': template('spec'),
  'replicasets.apps': withPods,
  replicationcontrollers: template('spec'),
  'cronjobs.batch': template('spec', 'jobTemplate', 'spec'),
  'jobs.batch': template('spec'),
  serviceaccounts: (object) => [
    ...list(at(object, 'imagePullSecrets')).flatMap((pull) => named('Secret', pull, 'name', 'imagePullSecrets')),
    ...list(at(object, 'secrets')).flatMap((secret) => named('Secret', secret, 'name', 'secrets')),
  ],
  'ingresses.networking.k8s.io': (object) =>
    list(at(object, 'spec', 'tls')).flatMap((tls) => named('Secret', tls, 'secretName', `tls[${list(at(tls, 'hosts')).join(', ')}]`)),
  'gateways.gateway.networking.k8s.io': (object) =>
    list(at(object, 'spec', 'listeners')).flatMap((listener) =>
      list(at(listener, 'tls', 'certificateRefs')).flatMap((ref) => {
        const elsewhere = at(ref, 'namespace') ?? object.metadata.namespace
        if ((at(ref, 'kind') ?? 'Secret') !== 'Secret' || elsewhere !== object.metadata.namespace) return []
        return named('Secret', ref, 'name', `listeners[${String(at(listener, 'name'))}].tls`)
      }),
    ),
}

/** Of a kind that is named by nothing but pods' specs, only what has them is read. */
const secretsOnly = new Set(['serviceaccounts', 'ingresses.networking.k8s.io', 'gateways.gateway.networking.k8s.io'])

export const mayUse = (kind: UsedKind): string[] => Object.keys(places).filter((key) => kind === 'Secret' || !secretsOnly.has(key))

/** Which of these objects name it. What another one of them made is left out: that stands for it. */
export function usersOf(kind: UsedKind, name: string, objects: readonly Listed[]): User[] {
  const found = objects.flatMap(({ key, kind: of, object }) => {
    const where = (places[key]?.(object) ?? []).filter((place) => place.kind === kind && place.name === name).map((place) => place.where)
    return where.length === 0 ? [] : [{ key, kind: of, object, where: [...new Set(where)] }]
  })
  const uids = new Set(found.map(({ object }) => object.metadata.uid))
  return found
    .filter(({ object }) => !object.metadata.ownerReferences?.some(({ uid, controller }) => controller && uids.has(uid)))
    .map(({ object, ...user }) => ({ ...user, name: object.metadata.name }))
}

import type { Random } from './random.ts'

/**
 * Parts of objects as several owners write them: each call gives some of a kind's fields, with few enough names and values that writers meet.
 * Lists are maps, sets and atomic ones, and maps are granular and atomic, in built-in and custom types.
 */
type Json = Record<string, unknown>

export interface WrittenKind {
  readonly path: string
  readonly apiVersion: string
  readonly kind: string
  /** `whole`: with what an object must have. */
  spec(r: Random, whole: boolean): Json
  /** What `/status` may be given. */
  readonly statuses: readonly Json[]
  /** Fields of the spec that may not change. */
  readonly fixed?: readonly string[]
}

export const NAMESPACE = 'sequences'
const GROUP = 'sequences.example.com'

/** Up to `most` of the items, in any order. */
function some<T>(r: Random, items: readonly T[], most = items.length, least = 0): T[] {
  const left = [...items]
  const count = least + r.below(most - least + 1)
  return Array.from({ length: count }, () => left.splice(r.below(left.length), 1)[0]!)
}

/** The fields that come up, each as likely as it says. */
function fields(r: Random, table: Readonly<Record<string, readonly [likely: number, make: () => unknown]>>): Json {
  return Object.fromEntries(Object.entries(table).flatMap(([name, [likely, make]]) => (r.chance(likely) ? [[name, make()]] : [])))
}

const texts = (r: Random, names: readonly string[]): Json => Object.fromEntries(some(r, names).map((n) => [n, r.pick(['1', '2', ''])]))

export function metadata(r: Random): Json {
  return fields(r, {
    labels: [0.5, () => Object.fromEntries(some(r, ['a', 'b', 'c']).map((n) => [n, r.pick(['1', '2', '3'])]))],
    annotations: [0.3, () => texts(r, ['x', 'y'])],
    finalizers: [0.15, () => some(r, ['p', 'q', 'r']).map((n) => `example.com/${n}`)],
    ownerReferences: [0.05, () => some(r, ['o', 'p']).map((name) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: `uid-${name}` }))],
  })
}

const port =
  (r: Random, of: string) =>
  (n: number): Json => ({
    [of]: n,
    ...fields(r, { protocol: [0.5, () => r.pick(['TCP', 'UDP'])], name: [0.4, () => `p${n}`] }),
  })

function container(r: Random, name: string): Json {
  return {
    name,
    ...fields(r, {
      image: [0.8, () => r.pick(['i:1', 'i:2'])],
      ports: [0.4, () => some(r, [80, 81, 82]).map(port(r, 'containerPort'))],
      env: [0.4, () => some(r, ['A', 'B', 'C']).map((e) => ({ name: e, ...fields(r, { value: [0.8, () => r.pick(['1', '2', ''])] }) }))],
      args: [0.3, () => some(r, ['-a', '-b', '-c'])],
      resources: [0.3, () => fields(r, { limits: [0.7, () => ({ cpu: r.pick(['1', '1000m', '2']) })] })],
      volumeMounts: [0.2, () => some(r, ['/a', '/b']).map((mountPath) => ({ name: 'v', mountPath }))],
      securityContext: [0.15, () => ({ capabilities: { add: some(r, ['X', 'Y']) } })],
      livenessProbe: [0.1, () => ({ tcpSocket: { port: r.pick<unknown>([80, 'http']) } })],
    }),
  }
}

function podSpec(r: Random): Json {
  const spread = [
    ['z', 'DoNotSchedule'],
    ['z', 'ScheduleAnyway'],
    ['h', 'DoNotSchedule'],
  ] as const
  return fields(r, {
    containers: [0.8, () => some(r, ['c', 'd', 'e'], 2, 1).map((name) => container(r, name))],
    volumes: [
      0.3,
      () => some(r, ['v', 'w']).map((name) => ({ name, ...r.pick<Json>([{ emptyDir: {} }, { configMap: { name: 'm' } }, {}]) })),
    ],
    nodeSelector: [0.3, () => texts(r, ['a', 'b'])],
    tolerations: [0.2, () => some(r, ['a', 'b']).map((key) => ({ key, operator: 'Exists' }))],
    imagePullSecrets: [0.2, () => some(r, ['s', 't']).map((name) => ({ name }))],
    topologySpreadConstraints: [
      0.2,
      () => some(r, spread, 2).map(([topologyKey, whenUnsatisfiable]) => ({ topologyKey, whenUnsatisfiable, maxSkew: 1 + r.below(2) })),
    ],
    hostAliases: [0.2, () => some(r, ['1.1.1.1', '2.2.2.2']).map((ip) => ({ ip, hostnames: some(r, ['h', 'i'], 1, 1) }))],
    dnsPolicy: [0.2, () => r.pick(['Default', 'ClusterFirst'])],
    securityContext: [0.1, () => r.pick<Json>([{}, { runAsUser: 1 }, { supplementalGroups: [1, 2] }])],
  })
}

function deploymentSpec(r: Random, whole: boolean): Json {
  const template = (): Json => ({
    metadata: { labels: { app: 'x', ...fields(r, { v: [0.4, () => r.pick(['1', '2'])] }) } },
    spec: { ...podSpec(r), ...(whole ? { containers: [{ ...container(r, 'c'), image: 'i:1' }] } : {}) },
  })
  return fields(r, {
    selector: [whole ? 1 : 0.6, () => ({ matchLabels: { app: 'x' } })],
    replicas: [0.5, () => r.below(4)],
    strategy: [0.2, () => r.pick<Json>([{ type: 'Recreate' }, { rollingUpdate: { maxSurge: r.pick<unknown>([1, '50%']) } }, {}])],
    paused: [0.15, () => r.chance(0.5)],
    template: [whole ? 1 : 0.8, template],
  })
}

function serviceSpec(r: Random, whole: boolean): Json {
  const named = (n: number): Json => ({
    ...port(r, 'port')(n),
    name: `p${n}`,
    ...fields(r, { targetPort: [0.4, () => r.pick<unknown>([n, 'x'])] }),
  })
  return fields(r, {
    ports: [whole ? 1 : 0.8, () => some(r, [80, 81, 82], 3, 1).map(named)],
    selector: [0.6, () => texts(r, ['a', 'b'])],
    externalIPs: [0.2, () => some(r, ['1.2.3.4', '1.2.3.5'])],
    sessionAffinity: [0.2, () => r.pick(['None', 'ClientIP'])],
  })
}

function widgetSpec(r: Random): Json {
  const item = (k: string): Json => ({
    k,
    ...fields(r, {
      proto: [0.4, () => r.pick(['T', 'U'])],
      v: [0.6, () => 1 + r.below(2)],
      sub: [0.3, () => some(r, [1, 2]).map((id) => ({ id }))],
    }),
  })
  return fields(r, {
    n: [0.5, () => 1 + r.below(3)],
    set: [0.5, () => some(r, ['a', 'b', 'c'])],
    list: [0.5, () => some(r, ['x', 'y', 'z']).map(item)],
    atomicList: [0.4, () => some(r, [1, 2, 3])],
    atomicMap: [0.4, () => texts(r, ['a', 'b'])],
    granular: [0.4, () => Object.fromEntries(some(r, ['a', 'b']).map((n) => [n, r.pick<Json>([{ a: 1 }, { b: 2 }, {}])]))],
    free: [0.3, () => r.pick<Json>([{ a: [{ b: 1 }] }, { a: { c: [] } }, {}, { x: null }, { l: [1, 2] }])],
    either: [0.3, () => r.pick<unknown>([1, '1', '50%'])],
    embedded: [0.2, () => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: r.pick(['e', 'f']) }, spec: { x: 1 + r.below(2) } })],
    nothing: [0.2, () => r.pick([null, 's'])],
  })
}

const integer = { type: 'integer' }
const string = { type: 'string' }
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const map = (keys: readonly string[], properties: Json): Json => ({
  ...{ type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys },
  items: { type: 'object', required: keys.slice(0, 1), properties },
})

/** A custom kind with every structure that a schema can say. */
export const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  n: { ...integer, default: 7 },
                  set: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
                  list: map(['k', 'proto'], {
                    k: string,
                    proto: { ...string, default: 'T' },
                    v: integer,
                    sub: map(['id'], { id: integer }),
                  }),
                  atomicList: { type: 'array', items: integer, 'x-kubernetes-list-type': 'atomic' },
                  atomicMap: { type: 'object', additionalProperties: string, 'x-kubernetes-map-type': 'atomic' },
                  granular: { type: 'object', additionalProperties: { type: 'object', properties: { a: integer, b: integer } } },
                  free: open,
                  either: { 'x-kubernetes-int-or-string': true },
                  embedded: { ...open, 'x-kubernetes-embedded-resource': true },
                  nothing: { ...string, nullable: true },
                },
              },
              status: { type: 'object', properties: { phase: string } },
            },
          },
        },
      },
    ],
  },
}

export const KINDS: readonly WrittenKind[] = [
  {
    ...{ path: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, apiVersion: 'apps/v1', kind: 'Deployment', spec: deploymentSpec },
    ...{ statuses: [{}, { replicas: 2 }, { observedGeneration: 3 }], fixed: ['selector'] },
  },
  {
    ...{ path: `/api/v1/namespaces/${NAMESPACE}/services`, apiVersion: 'v1', kind: 'Service', spec: serviceSpec },
    statuses: [{}, { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }],
  },
  {
    ...{ path: `/apis/${GROUP}/v1/namespaces/${NAMESPACE}/widgets`, apiVersion: `${GROUP}/v1`, kind: 'Widget', spec: widgetSpec },
    statuses: [{}, { phase: 'A' }, { phase: 'B' }, { phase: null }],
  },
]

/** Strategic merge patches of one object, played against a kube-apiserver by record.ts. */
export interface StrategicCase {
  name: string
  patch: Record<string, unknown>
}

const labels = { app: 'x' }

/** A Deployment that has a list of every kind of merging in it. */
export const base = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', labels: { app: 'x', tier: 'y' }, annotations: { a: '1' }, finalizers: ['example.com/a', 'example.com/b'] },
  spec: {
    selector: { matchLabels: labels },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'a',
            image: 'a:1',
            args: ['x', 'y'],
            env: [
              { name: 'ONE', value: '1' },
              { name: 'TWO', value: '2' },
            ],
            ports: [
              { containerPort: 80, protocol: 'TCP', name: 'http' },
              { containerPort: 443, protocol: 'TCP', name: 'https' },
            ],
            volumeMounts: [{ name: 'v', mountPath: '/v' }],
          },
          { name: 'b', image: 'b:1' },
          { name: 'c', image: 'c:1' },
        ],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', configMap: { name: 'cm' } },
        ],
        tolerations: [{ key: 'k', operator: 'Exists' }],
        nodeSelector: { disk: 'ssd' },
        hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }],
      },
    },
  },
}

const pod = (spec: Record<string, unknown>): Record<string, unknown> => ({ spec: { template: { spec } } })
const containers = (...list: unknown[]): Record<string, unknown> => pod({ containers: list })

export const strategicCases: readonly StrategicCase[] = [
  { name: 'nothing', patch: {} },
  { name: 'a scalar', patch: { spec: { replicas: 3 } } },
  {
    name: 'null takes a field away',
    patch: { metadata: { labels: { tier: null } }, spec: { template: { spec: { nodeSelector: null } } } },
  },
  { name: 'a map is merged', patch: { metadata: { annotations: { b: '2' } } } },
  { name: 'a map is replaced', patch: { metadata: { annotations: { $patch: 'replace', b: '2' } } } },
  { name: 'a map is deleted', patch: { metadata: { annotations: { $patch: 'delete' } } } },
  { name: 'a primitive list is merged', patch: { metadata: { finalizers: ['example.com/c', 'example.com/a'] } } },
  { name: 'a primitive list loses values', patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } } },
  {
    name: 'a primitive list is put in order',
    patch: {
      metadata: { '$setElementOrder/finalizers': ['example.com/c', 'example.com/b', 'example.com/a'], finalizers: ['example.com/c'] },
    },
  },
  { name: 'an atomic list is replaced', patch: containers({ name: 'a', args: ['z'] }) },
  { name: 'a list without a merge key is replaced', patch: pod({ tolerations: [{ key: 'other', operator: 'Exists' }] }) },
  { name: 'an item is changed', patch: containers({ name: 'b', image: 'b:2' }) },
  { name: 'items are changed in another order', patch: containers({ name: 'c', image: 'c:2' }, { name: 'a', image: 'a:2' }) },
  { name: 'an item is new', patch: containers({ name: 'n', image: 'n:1' }) },
  { name: 'a new item before one that is there', patch: containers({ name: 'n', image: 'n:1' }, { name: 'b', image: 'b:2' }) },
  { name: 'an item is deleted', patch: containers({ name: 'b', $patch: 'delete' }) },
  { name: 'one is deleted, one is new', patch: containers({ name: 'a', $patch: 'delete' }, { name: 'n', image: 'n:1' }) },
  { name: 'deleting what is not there', patch: containers({ name: 'none', $patch: 'delete' }) },
  { name: 'a list is replaced', patch: containers({ name: 'n', image: 'n:1' }, { $patch: 'replace' }) },
  {
    name: 'the order of a list',
    patch: pod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }], containers: [{ name: 'c', image: 'c:2' }] }),
  },
  { name: 'an order and nothing else', patch: pod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }] }) },
  {
    name: 'an order that does not know all',
    patch: pod({
      '$setElementOrder/containers': [{ name: 'n' }, { name: 'a' }],
      containers: [
        { name: 'n', image: 'n:1' },
        { name: 'a', image: 'a:3' },
      ],
    }),
  },
  {
    name: 'a list in a list',
    patch: containers({
      name: 'a',
      env: [
        { name: 'TWO', value: '22' },
        { name: 'THREE', value: '3' },
      ],
    }),
  },
  { name: 'an item of a list in a list is deleted', patch: containers({ name: 'a', env: [{ name: 'ONE', $patch: 'delete' }] }) },
  {
    name: 'ports by their number',
    patch: containers({ name: 'a', ports: [{ containerPort: 443, name: 'tls', protocol: 'TCP' }, { containerPort: 8080 }] }),
  },
  {
    name: 'mounts by their path',
    patch: containers({
      name: 'a',
      volumeMounts: [
        { mountPath: '/v', name: 'w' },
        { mountPath: '/x', name: 'v' },
      ],
    }),
  },
  {
    name: 'a volume of another type, keys retained',
    patch: pod({ volumes: [{ name: 'w', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] }),
  },
  { name: 'a strategy, keys retained', patch: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } } },
  { name: 'a strategy with its details gone', patch: { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } } },
  {
    name: 'aliases by address',
    patch: pod({
      hostAliases: [
        { ip: '1.2.3.4', hostnames: ['c'] },
        { ip: '5.6.7.8', hostnames: ['d'] },
      ],
    }),
  },
  { name: 'an unknown directive', patch: { metadata: { labels: { $patch: 'explode' } } } },
  { name: 'an item without its merge key', patch: containers({ image: 'z' }) },
  { name: 'a string in a list of objects', patch: containers('x') },
]

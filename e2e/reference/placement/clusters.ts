import fc from 'fast-check'

/** Clusters of a few nodes, pods and volumes that often get into each other's way, and a pod that waits for a place among them. */

export type Made = Record<string, unknown> & { metadata: { name: string; namespace?: string } }

export interface MadeCluster {
  nodes: Made[]
  /** Each with its node's name. */
  placed: Made[]
  pod: Made
  namespaces: Made[]
  claims: Made[]
  volumes: Made[]
  classes: Made[]
  csiNodes: Made[]
  csiDrivers: Made[]
  csiStorageCapacities: Made[]
  volumeAttachments: Made[]
}

const zone = 'topology.kubernetes.io/zone'
const oldZone = 'failure-domain.beta.kubernetes.io/zone'
const host = 'kubernetes.io/hostname'
const nodeNames = ['n1', 'n2', 'n3', 'n4']
const claimNames = ['c1', 'c2', 'c3', 'c4']

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const few = <T>(value: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> => fc.array(value, { maxLength })
/** What stands there stands there: no key of an object is `undefined`. */
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> => fc.record(fields).map(present)

const effect = fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule')
const taint = record({ key: fc.constantFrom('tide', 'size'), value: some(fc.constantFrom('low', '5')), effect })
const toleration = record({
  key: some(fc.constantFrom('tide', 'size', 'node.kubernetes.io/unschedulable')),
  operator: some(fc.constantFrom('Equal', 'Exists')),
  value: some(fc.constantFrom('low', '5')),
  effect: some(effect),
})

const selector = fc.oneof(
  fc.constant({}),
  fc.constantFrom('x', 'y').map((app) => ({ matchLabels: { app } })),
  record({
    matchExpressions: fc.constantFrom(
      [{ key: 'app', operator: 'Exists' }],
      [{ key: 'app', operator: 'NotIn', values: ['x'] }],
      [{ key: 'team', operator: 'DoesNotExist' }],
    ),
  }),
)
const topologyKey = fc.constantFrom(zone, host, 'rack')
const term = record({
  topologyKey,
  labelSelector: some(selector),
  namespaces: some(fc.constantFrom(['default'], ['other'], ['default', 'other'])),
  namespaceSelector: some(fc.constantFrom({}, { matchLabels: { stage: 'test' } })),
})
const terms = few(term).map((requiredDuringSchedulingIgnoredDuringExecution) => ({ requiredDuringSchedulingIgnoredDuringExecution }))

const requirement = fc.constantFrom(
  { key: zone, operator: 'In', values: ['a'] },
  { key: zone, operator: 'NotIn', values: ['a'] },
  { key: 'rack', operator: 'Exists' },
  { key: 'rack', operator: 'DoesNotExist' },
  { key: 'size', operator: 'Gt', values: ['4'] },
  { key: 'size', operator: 'Lt', values: ['+9'] },
)
const named = fc.subarray(nodeNames, { minLength: 1, maxLength: 3 }).map((values) => ({ key: 'metadata.name', operator: 'In', values }))
const nodeTerms = fc
  .array(record({ matchExpressions: some(few(requirement)), matchFields: some(few(named)) }), { minLength: 1, maxLength: 2 })
  .map((nodeSelectorTerms) => ({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } }))

const spread = record({
  topologyKey,
  maxSkew: fc.integer({ min: 1, max: 2 }),
  whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: some(selector),
  minDomains: some(fc.integer({ min: 1, max: 3 })),
  matchLabelKeys: some(fc.constantFrom(['team'], ['app', 'nothing'])),
  nodeAffinityPolicy: some(fc.constantFrom('Honor', 'Ignore')),
  nodeTaintsPolicy: some(fc.constantFrom('Honor', 'Ignore')),
})

const amount = fc.constantFrom('0', '100m', '0.3', '1', '1500m')
const requests = record({
  cpu: some(amount),
  memory: some(fc.constantFrom('1Gi', '500M', '1.5Gi')),
  'example.com/crane': some(fc.constantFrom('1', '2')),
  'ephemeral-storage': some(fc.constantFrom('1Gi')),
})
const port = record({
  containerPort: fc.constant(80),
  hostPort: some(fc.constantFrom(80, 81)),
  hostIP: some(fc.constantFrom('', '0.0.0.0', '10.0.0.1', '10.0.0.2')),
  protocol: some(fc.constantFrom('TCP', 'UDP')),
})
const rules = fc.constantFrom([{ action: 'Restart' }], [{ action: 'RestartAllContainers' }])
const container = record({
  ...{ name: fc.constant('c'), image: fc.constant('x'), resources: record({ requests }), ports: some(few(port)) },
  restartPolicyRules: fc.option(rules, { nil: undefined, freq: 10 }),
})
const initContainer = fc
  .tuple(container, some(fc.constant('Always')))
  .map(([one, restartPolicy]) => present({ ...one, name: 'i', restartPolicy }))

const disk = fc.oneof(
  record({ gcePersistentDisk: record({ pdName: fc.constantFrom('d1', 'd2'), readOnly: some(fc.boolean()) }) }),
  record({ awsElasticBlockStore: record({ volumeID: fc.constant('d1'), readOnly: some(fc.boolean()) }) }),
  record({
    rbd: record({ monitors: fc.subarray(['m1', 'm2'], { minLength: 1 }), image: fc.constantFrom('i', 'j'), readOnly: some(fc.boolean()) }),
  }),
)
const claimed = fc.constantFrom(...claimNames).map((claimName) => ({ persistentVolumeClaim: { claimName } }))
const podVolumes = few(fc.oneof({ weight: 3, arbitrary: claimed }, disk, fc.constant({ ephemeral: {} })), 3).map((volumes) =>
  volumes.map((volume, at) => ({ name: `v${at}`, ...volume })),
)

const metadata = (name: string): fc.Arbitrary<Record<string, unknown>> =>
  record({
    name: fc.constant(name),
    uid: fc.constant(`uid-${name}`),
    namespace: fc.constantFrom('default', 'default', 'other'),
    labels: record({ app: some(fc.constantFrom('x', 'y')), team: some(fc.constantFrom('red', 'blue')) }),
    deletionTimestamp: some(fc.constant('2026-01-01T00:00:00Z')).map((at) => (name === 'p' ? undefined : at)),
  })

const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 })

const pod = (name: string, more: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<Made> =>
  fc.record({
    metadata: metadata(name) as fc.Arbitrary<Made['metadata']>,
    spec: record({
      containers: fc.array(container, { minLength: 1, maxLength: 2 }),
      initContainers: rarely(few(initContainer, 3)),
      overhead: rarely(record({ cpu: amount })),
      resources: rarely(record({ requests: record({ cpu: some(amount), memory: some(fc.constant('1Gi')) }) })),
      affinity: rarely(record({ nodeAffinity: some(nodeTerms), podAffinity: some(terms), podAntiAffinity: some(terms) })),
      topologySpreadConstraints: rarely(few(spread)),
      volumes: rarely(podVolumes),
      tolerations: few(toleration),
      nodeSelector: rarely(fc.constantFrom({ [zone]: 'a' }, { rack: '1' })),
      ...more,
    }),
  })

const node = (name: string): fc.Arbitrary<Made> =>
  fc.record({
    metadata: record({
      name: fc.constant(name),
      labels: record({
        [zone]: some(fc.constantFrom('a', 'b')),
        [oldZone]: rarely(fc.constantFrom('a', 'b')),
        'topology.gke.io/zone': some(fc.constantFrom('a', 'b')),
        [host]: fc.constant(name),
        rack: some(fc.constantFrom('1', '2')),
        size: some(fc.constantFrom('3', '5', 'many')),
      }),
    }) as unknown as fc.Arbitrary<Made['metadata']>,
    spec: record({ taints: rarely(few(taint)), unschedulable: rarely(fc.constant(true)) }),
    status: record({
      declaredFeatures: some(fc.constantFrom([], ['RestartAllContainersOnContainerExits'])),
      allocatable: record({
        cpu: fc.constantFrom('300m', '2', '4'),
        memory: fc.constantFrom('2Gi', '8Gi'),
        pods: fc.constantFrom('1', '3', '110'),
        'ephemeral-storage': fc.constant('4Gi'),
        'example.com/crane': some(fc.constant('2')),
      }),
    }),
  })

const size = fc.constantFrom('1Gi', '2Gi')
const className = fc.constantFrom('late', 'now', 'byHand', '')
const modes = fc.constantFrom(['ReadWriteOnce'], ['ReadWriteOncePod'], ['ReadWriteOnce', 'ReadOnlyMany'])
const claim = (name: string): fc.Arbitrary<Made> =>
  fc
    .tuple(fc.boolean(), some(fc.constantFrom(...nodeNames)), rarely(fc.constant('2026-01-01T00:00:00Z')))
    .chain(([bound, selected, gone]) =>
      fc.record({
        metadata: record({
          name: fc.constant(name),
          namespace: fc.constantFrom('default', 'default', 'other'),
          uid: fc.constant(`uid-${name}`),
          deletionTimestamp: fc.constant(gone),
          annotations: fc.constant(
            present({
              'pv.kubernetes.io/bind-completed': bound ? 'yes' : undefined,
              'volume.kubernetes.io/selected-node': bound ? undefined : selected,
            }),
          ),
          ownerReferences: some(fc.constant([{ kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'uid-p', controller: true }])),
        }) as unknown as fc.Arbitrary<Made['metadata']>,
        spec: record({
          accessModes: modes,
          storageClassName: some(className),
          volumeName: fc.constantFrom('v1', 'v2', 'gone').map((volume) => (bound ? volume : undefined)),
          resources: fc.record({ requests: fc.record({ storage: size }) }),
          selector: rarely(selector),
        }),
        status: record({ phase: fc.constantFrom('Bound', 'Bound', 'Bound', 'Lost') }),
      }),
    )

/** A driver's own, or of a plugin that a driver has taken over. */
const source = (name: string): fc.Arbitrary<object> =>
  fc.constantFrom(
    ...[{}, { csi: { driver: 'csi.example.com', volumeHandle: name } }],
    ...[{ gcePersistentDisk: { pdName: 'd1' } }, { awsElasticBlockStore: { volumeID: 'aws://a/vol-1' } }],
    ...[{ azureFile: { shareName: 's', secretNamespace: 'default' } }, { cinder: { volumeID: name } }],
  )

const volumeSpec = record({
  accessModes: modes,
  storageClassName: some(className),
  capacity: fc.record({ storage: size }),
  nodeAffinity: some(requirement.map((one) => ({ required: { nodeSelectorTerms: [{ matchExpressions: [one] }] } }))),
  claimRef: rarely(fc.constantFrom(...claimNames).map((claimName) => ({ namespace: 'default', name: claimName }))),
})

const volume = (name: string): fc.Arbitrary<Made> =>
  fc.record({
    metadata: record({
      name: fc.constant(name),
      labels: record({ [zone]: some(fc.constantFrom('a', 'b', 'a__b')), [oldZone]: rarely(fc.constant('a')), app: some(fc.constant('x')) }),
    }) as unknown as fc.Arbitrary<Made['metadata']>,
    spec: fc.tuple(source(name), volumeSpec).map(([of, spec]) => ({ ...spec, ...of })),
    status: record({ phase: fc.constantFrom('Available', 'Available', 'Released') }),
  })

const waits = { volumeBindingMode: 'WaitForFirstConsumer' }
const topologies = fc.constantFrom(undefined, [{ matchLabelExpressions: [{ key: zone, values: ['a'] }] }])
const provisioners = fc.constantFrom('csi.example.com', 'csi.example.com', 'kubernetes.io/gce-pd', 'kubernetes.io/azure-file')
const classes: fc.Arbitrary<Made[]> = fc
  .tuple(topologies, provisioners)
  .map(([allowedTopologies, provisioner]) => [
    present({ metadata: { name: 'late' }, provisioner, ...waits, allowedTopologies }),
    { metadata: { name: 'now' }, provisioner: 'csi.example.com' },
    { metadata: { name: 'byHand' }, provisioner: 'kubernetes.io/no-provisioner', ...waits },
  ])

const drivers = ['csi.example.com', 'pd.csi.storage.gke.io', 'ebs.csi.aws.com', 'file.csi.azure.com']
const csiNode = (name: string): fc.Arbitrary<Made> =>
  fc
    .tuple(fc.subarray(drivers), fc.integer({ min: 1, max: 3 }), rarely(fc.constant('kubernetes.io/gce-pd,kubernetes.io/cinder')))
    .map(([there, count, moved]) => ({
      metadata: { name, annotations: present({ 'storage.alpha.kubernetes.io/migrated-plugins': moved }) },
      spec: { drivers: there.map((driver) => ({ name: driver, nodeID: name, allocatable: { count } })) },
    }))

const driver: fc.Arbitrary<Made> = fc.tuple(fc.boolean(), fc.boolean()).map(([storageCapacity, preventPodSchedulingIfMissing]) => ({
  metadata: { name: 'csi.example.com' },
  spec: { storageCapacity, preventPodSchedulingIfMissing },
}))

const capacity = (name: string): fc.Arbitrary<Made> =>
  fc.record({
    metadata: fc.constant({ name, namespace: 'default' }),
    storageClassName: className,
    capacity: some(size),
    maximumVolumeSize: rarely(size),
    nodeTopology: fc.constantFrom(undefined, {}, { matchLabels: { [zone]: 'a' } }),
  }) as unknown as fc.Arbitrary<Made>

/** What a pod that has gone has left. */
const attachment = (nodes: readonly string[]): fc.Arbitrary<Made> =>
  fc.tuple(fc.constantFrom(...nodes), fc.constantFrom('v1', 'v2', 'v3', 'gone')).map(([nodeName, persistentVolumeName]) => ({
    metadata: { name: `${nodeName}-${persistentVolumeName}` },
    spec: { attacher: 'csi.example.com', nodeName, source: { persistentVolumeName } },
  }))

export const clusters: fc.Arbitrary<MadeCluster> = fc.integer({ min: 1, max: 4 }).chain((size) => {
  const names = nodeNames.slice(0, size)
  const placed = fc
    .integer({ min: 0, max: 5 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => pod(`q${at}`, { nodeName: fc.constantFrom(...names) }))))
  return fc.record({
    nodes: fc.tuple(...names.map(node)),
    placed,
    pod: pod('p'),
    namespaces: fc.constant([{ metadata: { name: 'default' } }, { metadata: { name: 'other', labels: { stage: 'test' } } }] as Made[]),
    claims: fc
      .tuple(...[...claimNames, 'p-v0', 'p-v1'].map((name) => some(claim(name))))
      .map((all) => all.filter((one) => one !== undefined)),
    volumes: fc.tuple(...['v1', 'v2', 'v3'].map(volume)),
    classes,
    volumeAttachments: few(attachment(names)),
    csiDrivers: some(driver).map((one) => (one === undefined ? [] : [one])),
    csiStorageCapacities: fc
      .tuple(some(capacity('c1')), some(capacity('c2')))
      .map((all) => all.filter((one) => one !== undefined).map(present)),
    csiNodes: fc.tuple(...names.map((name) => some(csiNode(name)))).map((all) => all.filter((one) => one !== undefined)),
  })
})

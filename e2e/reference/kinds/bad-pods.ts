import { container, type Case, type Json } from './cases.ts'

/** Pods that the API server refuses. */
const pod = (sets: Record<string, Json>): Case[] =>
  Object.entries(sets).map(([name, set]) => ({ name, kind: 'Pod', operation: 'create', set }))
const one = (more: Json): Json => ({ 'spec.containers': [container(more)] })
const volume = (source: Json): Json => ({ 'spec.volumes': [{ name: 'v', ...source }] })
const required = (term: Json): Json => ({
  'spec.affinity': { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
})
const podTerm = (term: Json): Json => ({ 'spec.affinity': { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } })
const spread = (c: Json): Json => ({
  'spec.topologySpreadConstraints': [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', ...c }],
})

export const badPods: readonly Case[] = pod({
  'no spec': { spec: {} },
  'no containers': { 'spec.containers': [] },
  'bad name': { 'metadata.name': 'A_b' },
  'long name': { 'metadata.name': 'a'.repeat(254) },
  'bad label key': { 'metadata.labels': { 'a b': 'c' } },
  'bad label value': { 'metadata.labels': { a: 'b c' } },
  'bad annotation': { 'metadata.annotations': { '/x': 'c' } },
  'bad finalizer': { 'metadata.finalizers': ['x'] },
  'bad finalizer form': { 'metadata.finalizers': ['x y'] },
  'owner without uid': { 'metadata.ownerReferences': [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '' }] },
  'two controllers': {
    'metadata.ownerReferences': [
      { apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '1', controller: true },
      { apiVersion: 'v1', kind: 'Pod', name: 'y', uid: '2', controller: true },
    ],
  },
  'event as owner': { 'metadata.ownerReferences': [{ apiVersion: 'v1', kind: 'Event', name: 'x', uid: '1' }] },
  'mirror without node': { 'metadata.annotations': { 'kubernetes.io/config.mirror': 'x' } },
  'deletion cost': { 'metadata.annotations': { 'controller.kubernetes.io/pod-deletion-cost': '+5' } },
  'seccomp annotation': { 'metadata.annotations': { 'seccomp.security.alpha.kubernetes.io/pod': 'bad' } },
  'apparmor annotation': { 'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/x': 'bad' } },
  'no container name': { 'spec.containers': [{ image: 'x' }] },
  'bad container name': { 'spec.containers': [{ name: 'a.b', image: 'x' }] },
  'no image': { 'spec.containers': [{ name: 'a' }] },
  'spaces around image': one({ image: ' x ' }),
  'duplicate container': { 'spec.containers': [container(), container()] },
  'three things wrong': { 'spec.containers': [{ name: 'A', imagePullPolicy: 'Sometimes' }], 'spec.restartPolicy': 'Maybe' },
  'message policy': one({ terminationMessagePolicy: 'x' }),
  'port zero': one({ ports: [{ containerPort: 0 }] }),
  'port too big': one({ ports: [{ containerPort: 70000, hostPort: 70000 }] }),
  'port protocol': one({ ports: [{ containerPort: 80, protocol: 'tcp' }] }),
  'port name': one({ ports: [{ containerPort: 80, name: 'Much-too--long-name' }] }),
  'port name twice': one({
    ports: [
      { containerPort: 80, name: 'a' },
      { containerPort: 81, name: 'a' },
    ],
  }),
  'host port twice': one({
    ports: [
      { containerPort: 80, hostPort: 80 },
      { containerPort: 81, hostPort: 80 },
    ],
  }),
  'host network port': { 'spec.hostNetwork': true, ...one({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
  'env name': one({ env: [{ name: 'a=b' }] }),
  'env no name': one({ env: [{ value: 'x' }] }),
  'env two sources': one({
    env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 'a', key: 'b' } } }],
  }),
  'env value and source': one({ env: [{ name: 'a', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  'env no source': one({ env: [{ name: 'a', valueFrom: {} }] }),
  'env field': one({ env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.x' } } }] }),
  'env field not for env': one({ env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] }),
  'env field subscript': one({ env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: "spec.x['y']" } } }] }),
  'env field bad key': one({ env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } }] }),
  'env field version': one({ env: [{ name: 'a', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } }] }),
  'env resource': one({ env: [{ name: 'a', valueFrom: { resourceFieldRef: { resource: 'limits.x' } } }] }),
  'env divisor': one({ env: [{ name: 'a', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } }] }),
  'env divisor memory': one({ env: [{ name: 'a', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '2Mi' } } }] }),
  'env key': one({ env: [{ name: 'a', valueFrom: { configMapKeyRef: { name: 'A', key: '..' } } }] }),
  'envFrom nothing': one({ envFrom: [{}] }),
  'envFrom both': one({ envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'b' } }] }),
  'envFrom names': one({ envFrom: [{ prefix: 'a=b', configMapRef: { name: '' } }, { secretRef: { name: 'A' } }] }),
  'env file without volume': one({ env: [{ name: 'a', valueFrom: { fileKeyRef: { volumeName: 'x', path: '../p', key: 'k' } } }] }),
  'mount unknown': one({ volumeMounts: [{ name: 'v', mountPath: '/x' }] }),
  'mount nothing': one({ volumeMounts: [{}] }),
  'mount twice': {
    ...volume({ emptyDir: {} }),
    ...one({
      volumeMounts: [
        { name: 'v', mountPath: '/x' },
        { name: 'v', mountPath: '/x' },
      ],
    }),
  },
  'mount sub path': {
    ...volume({ emptyDir: {} }),
    ...one({ volumeMounts: [{ name: 'v', mountPath: '/x', subPath: '/a', subPathExpr: '../b' }] }),
  },
  'mount propagation': {
    ...volume({ emptyDir: {} }),
    ...one({
      volumeMounts: [
        { name: 'v', mountPath: '/x', mountPropagation: 'Bidirectional' },
        { name: 'v', mountPath: '/y', mountPropagation: 'x' },
      ],
    }),
  },
  'mount recursive': {
    ...volume({ emptyDir: {} }),
    ...one({
      volumeMounts: [
        { name: 'v', mountPath: '/x', recursiveReadOnly: 'Enabled' },
        { name: 'v', mountPath: '/y', recursiveReadOnly: 'x' },
      ],
    }),
  },
  devices: {
    ...volume({ emptyDir: {} }),
    ...one({
      volumeDevices: [
        { name: 'v', devicePath: '../x' },
        { name: 'w', devicePath: '' },
      ],
    }),
  },
  'pull policy': one({ imagePullPolicy: 'never' }),
  'request over limit': one({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
  'negative quantity': one({ resources: { limits: { memory: '-1' } } }),
  'resource name': one({ resources: { limits: { gpu: 1 } } }),
  'resource domain': one({ resources: { limits: { 'kubernetes.io/x': 1 } } }),
  'resource name form': one({ resources: { limits: { 'a b/c': 1 } } }),
  'extended without limit': one({ resources: { requests: { 'example.com/gpu': 1 } } }),
  'extended unequal': one({ resources: { requests: { 'example.com/gpu': 1 }, limits: { 'example.com/gpu': 2 } } }),
  'extended fraction': one({ resources: { limits: { 'example.com/gpu': '1500m' } } }),
  'huge pages alone': one({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
  'huge pages odd': one({ resources: { limits: { 'hugepages-2Mi': '3Mi', cpu: 1 } } }),
  'claims unknown': one({ resources: { claims: [{ name: 'x' }, { name: '' }] } }),
  'pod claims': { 'spec.resourceClaims': [{ name: 'x' }, { name: 'x', resourceClaimName: 'a', resourceClaimTemplateName: 'B' }] },
  'pod resources': {
    'spec.resources': { requests: { cpu: '1' }, limits: { 'ephemeral-storage': '1' } },
    ...one({ resources: { requests: { cpu: '2' } } }),
  },
  'pod limits exceeded': { 'spec.resources': { limits: { cpu: '1' } }, ...one({ resources: { limits: { cpu: '2' } } }) },
  'probe without handler': one({ livenessProbe: {} }),
  'probe with two': one({ livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 80 } } }),
  'probe numbers': one({ livenessProbe: { exec: {}, periodSeconds: -1, timeoutSeconds: -1, successThreshold: 2 } }),
  'probe port': one({ livenessProbe: { httpGet: { port: 0, scheme: 'ftp', httpHeaders: [{ name: 'a b', value: 'c' }] } } }),
  'probe port name': one({ readinessProbe: { tcpSocket: { port: 'Web' } } }),
  'probe grace': one({ readinessProbe: { exec: { command: ['x'] }, terminationGracePeriodSeconds: 0 } }),
  'grpc port': one({ startupProbe: { grpc: { port: 70000 } } }),
  lifecycle: one({ lifecycle: { postStart: {}, preStop: { sleep: { seconds: 100 } } } }),
  'lifecycle negative sleep': one({ lifecycle: { preStop: { sleep: { seconds: -1 } } } }),
  'security ids': one({ securityContext: { runAsUser: -1, runAsGroup: 4294967296 } }),
  'privileged without escalation': one({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
  'sysadmin without escalation': one({ securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } } }),
  'proc mount': one({ securityContext: { procMount: 'Unmasked' } }),
  'proc mount bad': one({ securityContext: { procMount: 'x' } }),
  seccomp: one({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
  'seccomp bad': one({ securityContext: { seccompProfile: { type: 'x', localhostProfile: 'y' } } }),
  apparmor: one({ securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: ' x' } } }),
  'apparmor bad': { 'spec.securityContext': { appArmorProfile: { type: 'x' } } },
  'windows user': one({
    securityContext: { windowsOptions: { runAsUserName: 'a\\b\\c', gmsaCredentialSpec: '', gmsaCredentialSpecName: 'A_' } },
  }),
  'windows user chars': one({ securityContext: { windowsOptions: { runAsUserName: 'dom*ain\\us*er' } } }),
  'pod security': {
    'spec.securityContext': {
      fsGroup: -1,
      runAsUser: -1,
      supplementalGroups: [1, -2],
      fsGroupChangePolicy: 'x',
      supplementalGroupsPolicy: 'y',
      seLinuxChangePolicy: 'z',
    },
  },
  sysctls: {
    'spec.securityContext': {
      sysctls: [
        { name: '', value: 'a' },
        { name: 'A', value: 'a' },
        { name: 'a.b', value: '1' },
        { name: 'a.b', value: '2' },
      ],
    },
  },
  'sysctl host': {
    'spec.hostNetwork': true,
    'spec.hostIPC': true,
    'spec.securityContext': {
      sysctls: [
        { name: 'net.ipv4.x', value: 'a' },
        { name: 'kernel.sem', value: 'a' },
      ],
    },
  },
  'resize policy': one({
    resizePolicy: [
      { resourceName: 'x', restartPolicy: 'y' },
      { resourceName: 'cpu', restartPolicy: 'NotRequired' },
      { resourceName: 'cpu', restartPolicy: 'NotRequired' },
    ],
  }),
  'restart rules': one({ restartPolicyRules: [{ action: 'x' }] }),
  'restart policy of container': one({ restartPolicy: 'x' }),
  'init probe': {
    'spec.initContainers': [
      { name: 'i', image: 'x', livenessProbe: { exec: { command: ['a'] } }, lifecycle: { preStop: { exec: { command: ['a'] } } } },
    ],
  },
  'init same name': { 'spec.initContainers': [{ name: 'c', image: 'x' }] },
  'init restart': { 'spec.initContainers': [{ name: 'i', image: 'x', restartPolicy: 'Sometimes' }] },
  'init resize': {
    'spec.initContainers': [{ name: 'i', image: 'x', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }],
  },
  'ephemeral on create': { 'spec.ephemeralContainers': [{ name: 'e', image: 'x' }] },
  'volume no name': { 'spec.volumes': [{ emptyDir: {} }] },
  'volume bad name': { 'spec.volumes': [{ name: 'A', emptyDir: {} }] },
  'volume twice': {
    'spec.volumes': [
      { name: 'v', emptyDir: {} },
      { name: 'v', emptyDir: {} },
    ],
  },
  'volume two sources': volume({ emptyDir: {}, secret: { secretName: 'x' }, downwardAPI: {}, cephfs: { monitors: ['x'] } }),
  'volume size': volume({ emptyDir: { sizeLimit: '-1' } }),
  'volume host path': volume({ hostPath: { path: '../x', type: 'y' } }),
  'volume host path none': volume({ hostPath: { path: '' } }),
  'volume secret': volume({
    secret: {
      defaultMode: 9999,
      items: [
        { key: '', path: '' },
        { key: 'a', path: '/b', mode: -1 },
        { key: 'a', path: '..b' },
      ],
    },
  }),
  'volume configmap': volume({ configMap: { defaultMode: -1 } }),
  'volume nfs': volume({ nfs: { server: '', path: 'x' } }),
  'volume iscsi': volume({ iscsi: { targetPortal: '', iqn: 'x', lun: 300, chapAuthSession: true, initiatorName: 'iqn.bad' } }),
  'volume gce': volume({ gcePersistentDisk: { pdName: '', partition: 300 } }),
  'volume pvc': volume({ persistentVolumeClaim: { claimName: '' } }),
  'volume rbd': volume({ rbd: { monitors: [], image: '' } }),
  'volume flocker': volume({ flocker: { datasetName: 'a/b', datasetUUID: 'x' } }),
  'volume fc': volume({ fc: { targetWWNs: ['a'], wwids: ['b'] } }),
  'volume quobyte': volume({ quobyte: { registry: 'noport', volume: '' } }),
  'volume azure disk': volume({ azureDisk: { diskName: '', diskURI: 'x', cachingMode: 'y', kind: 'Managed' } }),
  'volume flex': volume({ flexVolume: { driver: '', options: { 'x.kubernetes.io/y': 'z' } } }),
  'volume csi': volume({ csi: { driver: 'A_b', nodePublishSecretRef: { name: 'B' } } }),
  'volume git': volume({ gitRepo: { repository: '', directory: '/x' } }),
  'volume downward': volume({
    downwardAPI: {
      defaultMode: 999999,
      items: [
        { path: '', fieldRef: { fieldPath: 'spec.nodeName' } },
        { path: 'x' },
        { path: 'y', resourceFieldRef: { resource: 'limits.cpu' } },
      ],
    },
  }),
  'volume ephemeral': volume({ ephemeral: {} }),
  'volume ephemeral spec': volume({
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { name: 'x', labels: { 'a b': 'c' } },
        spec: { accessModes: ['x', 'ReadWriteOncePod', 'ReadWriteOnce'], volumeMode: 'y', storageClassName: 'Z' },
      },
    },
  }),
  'volume ephemeral source': volume({
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '0' } }, dataSource: { kind: 'X', name: '' } },
      },
    },
  }),
  'volume ephemeral claim': {
    'spec.volumes': [
      {
        name: 'v',
        ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } } },
      },
      { name: 'w', persistentVolumeClaim: { claimName: 'p-v' } },
    ],
  },
  'volume image': volume({ image: { reference: '', pullPolicy: 'x' } }),
  'volume projected': volume({
    projected: {
      sources: [
        {
          secret: { name: '' },
          configMap: {
            name: 'x',
            items: [
              { key: 'a', path: 'b' },
              { key: 'c', path: 'b' },
            ],
          },
        },
        { serviceAccountToken: { expirationSeconds: 10 } },
      ],
    },
  }),
  'volume trust bundle': volume({
    projected: {
      sources: [
        { clusterTrustBundle: { path: '' } },
        { clusterTrustBundle: { name: 'a', signerName: 'b', path: 'x' } },
        { clusterTrustBundle: { signerName: 'x', path: 'x' } },
      ],
    },
  }),
  'volume certificate': volume({
    projected: { sources: [{ podCertificate: { signerName: 'x/y', keyType: 'z', maxExpirationSeconds: 5 } }] },
  }),
  'restart policy': { 'spec.restartPolicy': 'x' },
  'dns policy': { 'spec.dnsPolicy': 'x' },
  'dns none': { 'spec.dnsPolicy': 'None' },
  'dns none empty': { 'spec.dnsPolicy': 'None', 'spec.dnsConfig': {} },
  'dns config': {
    'spec.dnsConfig': { nameservers: ['1', '010.0.0.1', '::ffff:1.2.3.4', '4'], searches: ['A', '.'], options: [{ value: 'x' }] },
  },
  'node selector': { 'spec.nodeSelector': { 'a b': 'c d' } },
  'node name': { 'spec.nodeName': 'A' },
  hostname: { 'spec.hostname': 'A.b', 'spec.subdomain': 'x.y' },
  'hostname override': { 'spec.hostnameOverride': 'A', 'spec.setHostnameAsFQDN': true, 'spec.hostNetwork': true },
  'active deadline': { 'spec.activeDeadlineSeconds': 0 },
  'host process': { 'spec.securityContext': { windowsOptions: { hostProcess: true } } },
  'host users': { 'spec.hostUsers': false, 'spec.hostPID': true, 'spec.hostIPC': true, 'spec.hostNetwork': true },
  'share process': { 'spec.shareProcessNamespace': true, 'spec.hostPID': true },
  tolerations: {
    'spec.tolerations': [
      { key: 'a b' },
      { operator: 'Equal' },
      { key: 'a', operator: 'x' },
      { key: 'a', operator: 'Exists', value: 'v' },
      { key: 'a', effect: 'x', tolerationSeconds: 1 },
      { key: 'a', value: 'a b' },
    ],
  },
  'toleration comparison': { 'spec.tolerations': [{ key: 'a', operator: 'Gt', value: '1' }] },
  'host aliases': { 'spec.hostAliases': [{ ip: 'x', hostnames: ['A_b'] }, { ip: '' }] },
  overhead: { 'spec.overhead': { cpu: '-1', x: '1' } },
  os: { 'spec.os': { name: 'x' } },
  'os empty': { 'spec.os': { name: '' } },
  'os windows': {
    'spec.os': { name: 'windows' },
    'spec.hostPID': true,
    'spec.securityContext': { runAsUser: 1, fsGroup: 2, seccompProfile: { type: 'Unconfined' } },
    ...one({ securityContext: { privileged: true, capabilities: { add: ['x'] } } }),
  },
  'os linux': { 'spec.os': { name: 'linux' }, ...one({ securityContext: { windowsOptions: { hostProcess: false } } }) },
  gates: { 'spec.schedulingGates': [{ name: 'a b' }, { name: 'x' }, { name: 'x' }], 'spec.nodeName': 'n' },
  'readiness gates': { 'spec.readinessGates': [{ conditionType: '' }] },
  'affinity none': { 'spec.affinity': { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
  'affinity operators': required({
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'a', operator: 'Exists', values: ['x'] },
      { key: 'a', operator: 'Gt', values: [] },
      { key: 'a b', operator: 'x', values: ['c d'] },
    ],
  }),
  'affinity fields': required({
    matchFields: [
      { key: 'metadata.name', operator: 'In', values: ['a', 'B'] },
      { key: 'x', operator: 'Exists' },
    ],
  }),
  'affinity weight': {
    'spec.affinity': {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }] },
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, podAffinityTerm: { topologyKey: '' } }] },
    },
  },
  'pod affinity': podTerm({
    topologyKey: 'a b',
    namespaces: ['A'],
    labelSelector: { matchLabels: { 'a b': 'c' }, matchExpressions: [{ key: 'a', operator: 'x' }] },
  }),
  'pod affinity keys': podTerm({ topologyKey: 'a', matchLabelKeys: ['x'] }),
  'pod affinity both keys': podTerm({
    topologyKey: 'a',
    matchLabelKeys: ['x', 'a b'],
    mismatchLabelKeys: ['x'],
    labelSelector: { matchLabels: { y: 'z' } },
  }),
  spread: spread({ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'x', minDomains: 0, nodeAffinityPolicy: 'a', nodeTaintsPolicy: 'b' }),
  'spread twice': {
    'spec.topologySpreadConstraints': [1, 2].map((maxSkew) => ({ maxSkew, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' })),
  },
  'spread keys': { 'metadata.labels': { x: '1' }, ...spread({ matchLabelKeys: ['x'], labelSelector: { matchLabels: { x: '1' } } }) },
  'spread selector': spread({
    labelSelector: {
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['b c'] },
        { key: 'a', operator: 'Exists', values: ['b'] },
      ],
    },
  }),
})

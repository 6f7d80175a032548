import { expect } from 'vitest'
import { kubectlVersion } from '../fixtures/kubectl.ts'
import type { Server } from '../fixtures/server.ts'

/** One step of a person's session with kubectl; they run in order, on each store. */
export interface Step {
  name: string
  run(server: Server): Promise<void>
}

const NAMESPACE = 'voyage'
const ns = ['-n', NAMESPACE]
const json = (text: string): Record<string, never> => JSON.parse(text) as Record<string, never>

const manifest = `
apiVersion: v1
kind: ConfigMap
metadata: {name: chart, labels: {app: compass}}
data: {north: "0", east: "90"}
---
apiVersion: v1
kind: Secret
metadata: {name: key, labels: {app: compass}}
type: Opaque
data: {pass: d29yZA==}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: helm, labels: {app: compass}}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: watch, labels: {app: compass}}
spec: {holderIdentity: mate, leaseDurationSeconds: 15}
---
apiVersion: v1
kind: Service
metadata: {name: compass, labels: {app: compass}}
spec:
  selector: {app: compass}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: compass, labels: {app: compass}}
spec:
  replicas: 2
  selector: {matchLabels: {app: compass}}
  template:
    metadata: {labels: {app: compass}}
    spec:
      containers: [{name: needle, image: "registry.example/needle:1", ports: [{containerPort: 8080}]}]
`

const pod = `
apiVersion: v1
kind: Pod
metadata: {name: lone, labels: {app: lone}}
spec:
  containers: [{name: main, image: "registry.example/main:1"}]
`

const sail = (keel: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: sail, labels: {app: sail}}
spec:
  replicas: 0
  selector: {matchLabels: {app: sail}}
  template:
    metadata: {labels: {app: sail}}
    spec:
      containers: [{name: keel, image: "registry.example/keel:${keel}", ports: [{containerPort: 8080}]}]
`

interface Owned {
  metadata: { managedFields: { manager: string; operation: string; fieldsV1: { 'f:spec'?: object } }[] }
}

const says =
  (args: string[], ...texts: (string | RegExp)[]): Step['run'] =>
  async ({ kubectl }) => {
    const out = await kubectl(...args)
    for (const text of texts) expect(out).toMatch(text)
  }

const applied = [
  'configmap/chart',
  'secret/key',
  'serviceaccount/helm',
  'lease.coordination.k8s.io/watch',
  'service/compass',
  'deployment.apps/compass',
]

export const steps: readonly Step[] = [
  { name: 'version', run: says(['version', '-o', 'json'], /"gitVersion": "v1\.37\.2/) },
  {
    name: 'api-resources knows all 71, and the two of the metrics API',
    async run({ kubectl }) {
      const lines = (await kubectl('api-resources', '--no-headers')).trim().split('\n')
      expect(lines.length).toBe(73)
      for (const name of ['pods', 'nodes', 'endpointslices', 'validatingadmissionpolicies', 'leases']) {
        expect(lines.filter((l) => l.startsWith(`${name} `)).length, name).toBeGreaterThan(0)
      }
    },
  },
  { name: 'api-versions', run: says(['api-versions'], /^apps\/v1$/m, /^v1$/m, /^discovery\.k8s\.io\/v1$/m) },
  {
    name: 'the four namespaces',
    run: says(
      ['get', 'namespaces', '-o', 'name'],
      'namespace/default',
      'namespace/kube-node-lease',
      'namespace/kube-public',
      'namespace/kube-system',
    ),
  },
  {
    name: 'default/kubernetes',
    run: says(
      ['get', 'service,endpointslices', '-n', 'default'],
      /service\/kubernetes +ClusterIP +10\.\d+\.\d+\.1 +<none> +443\/TCP/,
      /endpointslice\S*\/kubernetes +IPv4/,
    ),
  },
  { name: 'create a namespace', run: says(['create', 'namespace', NAMESPACE], `namespace/${NAMESPACE} created`) },
  {
    name: 'the namespace gets its service account and root certificate',
    async run({ kubectl }) {
      await kubectl('wait', '--for=create', 'serviceaccount/default', ...ns, '--timeout=20s')
      await kubectl('wait', '--for=create', 'configmap/kube-root-ca.crt', ...ns, '--timeout=20s')
    },
  },
  { name: 'wait for the node', run: says(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=30s'], /node\/\S+ condition met/) },
  { name: 'get nodes', run: says(['get', 'nodes', '-o', 'wide'], /NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP/, /\S+ +Ready +/) },
  {
    name: 'describe the node',
    async run({ kubectl }) {
      const name = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
      expect(await kubectl('describe', 'node', name)).toMatch(/Conditions:[\s\S]*Ready +True[\s\S]*Capacity:[\s\S]*Allocated resources:/)
      expect(await kubectl('get', 'lease', '-n', 'kube-node-lease', name, '-o', 'jsonpath={.spec.holderIdentity}')).toBe(name)
    },
  },
  {
    name: 'apply without server-side apply',
    async run({ kubectl }) {
      const out = await kubectl.with(manifest, 'apply', '--server-side=false', ...ns, '-f', '-')
      for (const name of applied) expect(out).toContain(`${name} created`)
    },
  },
  {
    name: 'apply again changes nothing',
    async run({ kubectl }) {
      const out = await kubectl.with(manifest, 'apply', '--server-side=false', ...ns, '-f', '-')
      for (const name of applied) expect(out).toContain(`${name} unchanged`)
    },
  },
  {
    name: 'apply a change',
    async run({ kubectl }) {
      const out = await kubectl.with(manifest.replace('"90"', '"91"'), 'apply', '--server-side=false', ...ns, '-f', '-')
      expect(out).toContain('configmap/chart configured')
      expect(await kubectl('get', 'configmap', 'chart', ...ns, '-o', 'jsonpath={.data.east}')).toBe('91')
    },
  },
  {
    name: 'diff says nothing when there is none',
    run: async ({ kubectl }) =>
      expect((await kubectl.run(['diff', '--server-side=false', ...ns, '-f', '-'], manifest.replace('"90"', '"91"'))).code).toBe(0),
  },
  { name: 'rollout status', run: says(['rollout', 'status', 'deployment/compass', ...ns, '--timeout=40s'], 'successfully rolled out') },
  {
    name: 'get deployments',
    run: says(['get', 'deployment,replicaset', ...ns], /deployment.apps\/compass +2\/2 +2 +2/, /replicaset.apps\/compass-\S+ +2 +2 +2/),
  },
  {
    name: 'get pods',
    run: says(['get', 'pods', ...ns, '-o', 'wide'], /NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/, /compass-\S+ +1\/1 +Running/),
  },
  {
    name: 'the service leads to the pods',
    async run({ kubectl }) {
      await kubectl(
        'wait',
        '--for=jsonpath={.endpoints[1].conditions.ready}=true',
        'endpointslice',
        '-l',
        'kubernetes.io/service-name=compass',
        ...ns,
        '--timeout=20s',
      )
      const ips = (await kubectl('get', 'pods', '-l', 'app=compass', ...ns, '-o', 'jsonpath={.items[*].status.podIP}')).split(' ').sort()
      const targets = (
        await kubectl(
          'get',
          'endpointslices',
          '-l',
          'kubernetes.io/service-name=compass',
          ...ns,
          '-o',
          'jsonpath={.items[0].endpoints[*].addresses[0]}',
        )
      )
        .split(' ')
        .sort()
      expect(targets).toEqual(ips)
    },
  },
  { name: 'endpoints', run: says(['get', 'endpoints', 'compass', ...ns], /compass +\S+:8080,\S+:8080/) },
  {
    name: 'describe a service',
    run: says(['describe', 'service', 'compass', ...ns], /Selector: +app=compass/, /Endpoints: +\S+:8080,\S+:8080/),
  },
  {
    name: 'describe a deployment',
    run: says(['describe', 'deployment', 'compass', ...ns], /2 desired \| 2 updated \| 2 total \| 2 available/, /ScalingReplicaSet/),
  },
  {
    name: 'describe a pod, with its events',
    run: says(['describe', 'pods', '-l', 'app=compass', ...ns], /Status: +Running/, /Scheduled[\s\S]*Started/),
  },
  { name: 'events', run: says(['get', 'events', ...ns], /Scheduled/, /deployment\/compass/) },
  { name: 'scale', run: says(['scale', 'deployment', 'compass', '--replicas=3', ...ns], 'deployment.apps/compass scaled') },
  {
    name: 'wait for the scale',
    run: says(['wait', '--for=jsonpath={.status.readyReplicas}=3', 'deployment/compass', ...ns, '--timeout=40s'], 'condition met'),
  },
  {
    name: 'JSON patch',
    run: says(['patch', 'configmap', 'chart', ...ns, '--type=json', '-p', '[{"op":"add","path":"/data/south","value":"180"}]'], 'patched'),
  },
  {
    name: 'merge patch',
    run: says(['patch', 'configmap', 'chart', ...ns, '--type=merge', '-p', '{"data":{"west":"270","north":null}}'], 'patched'),
  },
  {
    name: 'both are in the object',
    async run({ kubectl }) {
      expect(json(await kubectl('get', 'configmap', 'chart', ...ns, '-o', 'json')).data).toEqual({ east: '91', south: '180', west: '270' })
    },
  },
  {
    name: 'strategic merge patch',
    run: says(
      [
        'patch',
        'deployment',
        'compass',
        ...ns,
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"needle","env":[{"name":"A","value":"1"}]}]}}}}',
      ],
      'patched',
    ),
  },
  {
    name: 'the patch merged into the container',
    run: says(
      [
        'get',
        'deployment',
        'compass',
        ...ns,
        '-o',
        'jsonpath={.spec.template.spec.containers[*].image} {.spec.template.spec.containers[0].env[0].name}',
      ],
      /^registry.example\/needle:1 A$/,
    ),
  },
  {
    name: 'the new replica set takes over',
    run: says(['rollout', 'status', 'deployment/compass', ...ns, '--timeout=40s'], 'successfully rolled out'),
  },
  { name: 'label', run: says(['label', 'secret', 'key', ...ns, 'metal=brass'], 'labeled') },
  { name: 'select by label', run: says(['get', 'secret', ...ns, '-l', 'metal in (brass)', '-o', 'name'], /^secret\/key\n$/) },
  { name: 'annotate', run: says(['annotate', 'lease', 'watch', ...ns, 'note=calm'], 'annotated') },
  { name: 'select by field', run: says(['get', 'pods', '-A', '--field-selector', 'status.phase=Running', '-o', 'name'], /pod\/compass-/) },
  { name: 'get --raw', run: says(['get', '--raw', '/readyz?verbose'], /\[\+\]ping ok/, /readyz check passed/) },
  { name: 'explain', run: says(['explain', 'pods.spec.containers'], /FIELDS:/, /image\s+<string>/) },
  {
    name: 'create a pod',
    run: async ({ kubectl }) => expect(await kubectl.with(pod, 'create', ...ns, '-f', '-')).toContain('pod/lone created'),
  },
  { name: 'wait for the pod', run: says(['wait', '--for=condition=Ready', 'pod/lone', ...ns, '--timeout=30s'], 'condition met') },
  {
    name: 'logs, and logs -f that ends with the pod',
    async run({ kubectl }) {
      expect(await kubectl('logs', 'lone', ...ns)).not.toBe('')
      using following = kubectl.follow('logs', '-f', 'lone', ...ns)
      await following.until('\n')
      await kubectl('delete', 'pod', 'lone', ...ns, '--grace-period=1')
      expect(await following.exited).toBe(0)
    },
  },
  {
    name: 'get --watch sees what comes',
    async run({ kubectl }) {
      using watching = kubectl.follow('get', 'configmaps', ...ns, '--watch', '-o', 'name')
      await watching.until('configmap/chart')
      await kubectl('create', 'configmap', 'landfall', ...ns, '--from-literal=a=b')
      await watching.until('configmap/landfall')
    },
  },
  {
    name: 'replace',
    run: async ({ kubectl }) =>
      expect(
        await kubectl.with(
          (await kubectl('get', 'configmap', 'landfall', ...ns, '-o', 'json')).replace('"b"', '"c"'),
          'replace',
          ...ns,
          '-f',
          '-',
        ),
      ).toContain('replaced'),
  },
  {
    name: 'dry run on the server',
    run: says(['create', 'configmap', 'ghost', ...ns, '--dry-run=server', '-o', 'name'], 'configmap/ghost'),
  },
  {
    name: 'what is wrong has the reference’s words',
    async run({ kubectl }) {
      const missing = await kubectl.run(['get', 'configmap', 'ghost', ...ns])
      expect([missing.code, missing.stderr]).toEqual([1, 'Error from server (NotFound): configmaps "ghost" not found\n'])
      const taken = await kubectl.run(['create', 'configmap', 'landfall', ...ns])
      expect([taken.code, taken.stderr.replace('failed to create configmap: ', 'Error from server (AlreadyExists): ')]).toEqual([
        1,
        expect.stringContaining('configmaps "landfall" already exists'),
      ])
    },
  },
  {
    name: 'apply on the server',
    async run({ kubectl }) {
      expect(await kubectl.with(sail('1'), 'apply', '--server-side', ...ns, '-f', '-')).toBe('deployment.apps/sail serverside-applied\n')
      expect(await kubectl.with(sail('1'), 'apply', '--server-side', ...ns, '-f', '-')).toBe('deployment.apps/sail serverside-applied\n')
    },
  },
  {
    name: 'who owns what is shown when it is asked for',
    async run({ kubectl }) {
      const get = ['get', 'deployment', 'sail', ...ns, '-o', 'json']
      const { metadata } = json(await kubectl(...get, '--show-managed-fields')) as unknown as Owned
      const own = metadata.managedFields.find((m) => m.manager === 'kubectl')
      expect([own?.operation, JSON.stringify(own?.fieldsV1['f:spec'])]).toEqual([
        'Apply',
        expect.stringContaining('"k:{\\"name\\":\\"keel\\"}"'),
      ])
      expect(await kubectl(...get)).not.toContain('managedFields')
    },
  },
  {
    name: 'diff on the server',
    async run({ kubectl }) {
      const same = await kubectl.run(['diff', '--server-side', ...ns, '-f', '-'], sail('1'))
      expect([same.code, same.stdout]).toEqual([0, ''])
      const other = await kubectl.run(['diff', '--server-side', ...ns, '-f', '-'], sail('2'))
      expect(other.code).toBe(1)
      expect(other.stdout).toMatch(/-\s+- image: registry.example\/keel:1\n\+\s+- image: registry.example\/keel:2/)
    },
  },
  {
    name: 'a conflict, and force',
    async run({ kubectl }) {
      const mine = ['apply', '--server-side', '--field-manager=mate', ...ns, '-f', '-']
      const refused = await kubectl.run(mine, sail('3'))
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('conflict with "kubectl": .spec.template.spec.containers[name="keel"].image')
      expect(await kubectl.with(sail('3'), ...mine, '--force-conflicts')).toContain('serverside-applied')
      const after = await kubectl.run(['apply', '--server-side', ...ns, '-f', '-'], sail('1'))
      expect([after.code, after.stderr]).toEqual([1, expect.stringContaining('conflict with "mate"')])
    },
  },
  {
    name: 'applied from the client, then on the server',
    async run({ kubectl }) {
      const lamp = (oil: string): string =>
        JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lamp' }, data: { oil } })
      expect(await kubectl.with(lamp('1'), 'apply', ...ns, '-f', '-')).toBe('configmap/lamp created\n')
      expect(await kubectl('apply', 'view-last-applied', 'configmap/lamp', ...ns, '-o', 'json')).toContain('"oil": "1"')
      expect(await kubectl.with(lamp('2'), 'apply', '--server-side', ...ns, '-f', '-')).toContain('serverside-applied')
      expect(await kubectl('apply', 'view-last-applied', 'configmap/lamp', ...ns, '-o', 'json')).toContain('"oil": "2"')
      const { metadata } = json(await kubectl('get', 'configmap', 'lamp', ...ns, '-o', 'json', '--show-managed-fields')) as unknown as Owned
      // Newer ones have a second manager, to which they hand the annotation over; none is left of the client's side.
      const managers = metadata.managedFields.map((m) => `${m.manager} ${m.operation}`)
      expect(managers).toContain('kubectl Apply')
      expect(managers).not.toContain('kubectl-client-side-apply Update')
      expect(await kubectl.with(lamp('3'), 'apply', 'set-last-applied', ...ns, '-f', '-')).toContain('configured')
      expect(await kubectl('apply', 'view-last-applied', 'configmap/lamp', ...ns, '-o', 'json')).toContain('"oil": "3"')
    },
  },
  {
    name: 'delete by label',
    run: says(['delete', 'configmap,secret', '-l', 'app=compass', ...ns], 'configmap "chart" deleted', 'secret "key" deleted'),
  },
  {
    name: 'delete the namespace with all that is in it',
    run: says(['delete', 'namespace', NAMESPACE, '--timeout=60s'], `namespace "${NAMESPACE}" deleted`),
  },
  {
    name: 'nothing is left of it',
    async run({ kubectl, api }) {
      expect((await api.send('GET', `/api/v1/namespaces/${NAMESPACE}`)).status).toBe(404)
      const { items } = await api.get<{ items: unknown[] }>(`/api/v1/namespaces/${NAMESPACE}/pods`)
      expect(items).toEqual([])
      expect(await kubectl('get', 'deployments', '-A', '-o', 'name')).toBe('')
    },
  },
]

export const version = kubectlVersion()

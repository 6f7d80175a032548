import { certificate } from '../../e2e/fixtures/certificate.ts'

const container = { name: 'web', image: 'registry.example/storefront:2.4.1', resources: { requests: { cpu: '50m', memory: '64Mi' } } }
const templateOf = (app: string, more: object = {}): object => ({
  metadata: { labels: { app } },
  spec: { containers: [container], ...more },
})
const selectorOf = (app: string): object => ({ matchLabels: { app } })

interface Named {
  metadata: { name: string } & Record<string, unknown>
  [field: string]: unknown
}

/** The path of an object, and itself. */
const object = (api: string, plural: string, namespace: string, body: Named): [string, object] => [
  `${api}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${body.metadata.name}`,
  body,
]

/** One of each kind that has a page. */
export const examples: readonly [path: string, object: object][] = [
  [
    '/apis/apps/v1/namespaces/default/deployments/storefront',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'storefront', labels: { app: 'storefront', team: 'shop' } },
      spec: { replicas: 3, selector: selectorOf('storefront'), template: templateOf('storefront') },
    },
  ],
  [
    '/api/v1/namespaces/default/secrets/quay-tls',
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'quay-tls' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': Buffer.from(certificate).toString('base64'), 'tls.key': Buffer.from('a key').toString('base64') },
    },
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/gangway',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'gangway' },
      spec: {
        podSelector: selectorOf('storefront'),
        ingress: [{ from: [{ podSelector: selectorOf('edge') }, { ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 80 }] }],
      },
    },
  ],
  [
    '/apis/batch/v1/namespaces/default/cronjobs/report',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'report' },
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: templateOf('report', { restartPolicy: 'Never' }) } } },
    },
  ],
  object('/api/v1', 'services', 'default', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'storefront' },
    spec: { selector: { app: 'storefront' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  }),
  object('/apis/apps/v1', 'statefulsets', 'default', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'ledger' },
    spec: { serviceName: 'ledger', replicas: 2, selector: selectorOf('ledger'), template: templateOf('ledger') },
  }),
  object('/apis/apps/v1', 'daemonsets', 'default', {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'lookout' },
    spec: { selector: selectorOf('lookout'), template: templateOf('lookout') },
  }),
  object('/apis/batch/v1', 'jobs', 'default', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'inventory' },
    spec: { completions: 3, parallelism: 1, template: templateOf('inventory', { restartPolicy: 'Never' }) },
  }),
  // As much as the pods of a simulated node use, so that three replicas stay three.
  object('/apis/autoscaling/v2', 'horizontalpodautoscalers', 'default', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'storefront' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'storefront' },
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 100 } } }],
    },
  }),
  object('/apis/policy/v1', 'poddisruptionbudgets', 'default', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'storefront' },
    spec: { minAvailable: 2, selector: selectorOf('storefront') },
  }),
  object('/apis/networking.k8s.io/v1', 'ingresses', 'default', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front' },
    spec: {
      tls: [{ hosts: ['shop.example.com'], secretName: 'quay-tls' }],
      rules: [
        {
          host: 'shop.example.com',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'storefront', port: { name: 'http' } } } }] },
        },
      ],
    },
  }),
  object('/apis/discovery.k8s.io/v1', 'endpointslices', 'default', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'storefront-1', labels: { 'kubernetes.io/service-name': 'storefront' } },
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.244.9.1'], conditions: { ready: true } },
      { addresses: ['10.244.9.2'], conditions: { ready: false } },
    ],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  }),
  object('/apis/storage.k8s.io/v1', 'storageclasses', '', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'dry', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'storage.example.com/dry',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
  }),
  object('/api/v1', 'persistentvolumes', '', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'hold-1' },
    spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'dry', hostPath: { path: '/hold' } },
  }),
  object('/api/v1', 'persistentvolumeclaims', 'default', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'hold' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'dry', resources: { requests: { storage: '5Gi' } } },
  }),
  object('/api/v1', 'configmaps', 'default', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'charts' },
    data: { 'nginx.conf': 'server {\n  listen 8080;\n}\n', depth: '12' },
  }),
  object('/api/v1', 'serviceaccounts', 'default', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'pilot' } }),
  object('/apis/rbac.authorization.k8s.io/v1', 'roles', 'default', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'steer' },
    rules: [{ apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'list', 'watch', 'patch'] }],
  }),
  object('/apis/rbac.authorization.k8s.io/v1', 'rolebindings', 'default', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'steer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'steer' },
    subjects: [
      { kind: 'ServiceAccount', name: 'pilot', namespace: 'default' },
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' },
    ],
  }),
  object('/api/v1', 'resourcequotas', 'default', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'share' },
    spec: { hard: { pods: '40', 'requests.cpu': '4', 'requests.memory': '8Gi' } },
  }),
  object('/api/v1', 'limitranges', 'default', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'share' },
    spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '10m' }, max: { cpu: '2', memory: '4Gi' } }] },
  }),
  object('/apis/coordination.k8s.io/v1', 'leases', 'default', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'watch' },
    spec: { holderIdentity: 'pilot-0', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.000000Z' },
  }),
  object('/apis/apiextensions.k8s.io/v1', 'customresourcedefinitions', '', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { length: { type: 'integer' } } } } },
          },
          additionalPrinterColumns: [{ name: 'Length', type: 'integer', jsonPath: '.spec.length' }],
        },
      ],
    },
  }),
  object('/apis/admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations', '', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'customs' },
    webhooks: [
      {
        name: 'customs.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        clientConfig: { service: { namespace: 'default', name: 'customs' } },
        rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['boats'], operations: ['CREATE'] }],
      },
    ],
  }),
  object('/apis/admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', '', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-latest' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] }],
      },
      validations: [{ expression: "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))", message: 'name a version' }],
    },
  }),
  object('/apis/scheduling.k8s.io/v1', 'priorityclasses', '', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'urgent' },
    value: 1000,
    description: 'Before everything else.',
  }),
]

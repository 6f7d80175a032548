import { type Case, type Json, lastOf } from './case.ts'
import { deployment, node, pod, ready, service, unready } from './objects.ts'

const looks = { look: true } as const
const withIPs = (...ips: string[]): Json => ({ ...ready, podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) })
/** Nobody has an address without a node. */
const home = node('home', {})
const serving = (name: string, ip: string, more: Json = {}, spec: Json = {}): Json => ({
  ...pod(name, { nodeName: 'home', ...spec }, { labels: { app: 'web' } }),
  status: { ...withIPs(ip), ...more },
})
const zone = (name: string): Json => ({ 'topology.kubernetes.io/zone': name })
const zoned = ['a', 'b', 'c'].map((z, i) =>
  node(
    `${z}-node`,
    { ...zone(`zone-${z}`), zoned: 'yes' },
    {},
    { capacity: { cpu: String(2 + i), memory: '8Gi', pods: '110' }, allocatable: { cpu: String(2 + i), memory: '8Gi', pods: '110' } },
  ),
)
/** As many in each zone as its nodes are worth: which of several goes elsewhere is chance. */
const onZones = (count: number): Json[] =>
  [...'abcabcbcc'].slice(0, count).map((z, i) => serving(`web-${i}`, `10.1.0.${i + 1}`, {}, { nodeName: `${z}-node` }))

const written: readonly Case[] = [
  { name: 'a service without pods', steps: [{ create: [home, service('web', {})] }] },
  {
    name: 'a service with ready and other pods',
    steps: [
      {
        create: [
          home,
          service('web', {}),
          serving('web-0', '10.1.0.1'),
          serving('web-1', '10.1.0.2', unready),
          pod('web-2', {}, { labels: { app: 'web' } }),
        ],
      },
    ],
  },
  {
    name: 'a service that publishes what is not ready',
    steps: [{ create: [home, service('web', { publishNotReadyAddresses: true }), serving('web-0', '10.1.0.1', unready)] }],
  },
  {
    name: 'named ports, of which not all pods have one',
    steps: [
      {
        create: [
          home,
          service('web', {
            ports: [
              { name: 'http', port: 80, targetPort: 'http' },
              { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353, appProtocol: 'example.com/dns' },
            ],
          }),
          serving('web-0', '10.1.0.1', {}, { containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }] }),
          serving('web-1', '10.1.0.2', {}, { containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 9090 }] }] }),
          serving('web-2', '10.1.0.3'),
        ],
      },
    ],
  },
  {
    name: 'a headless service with host names',
    steps: [
      {
        create: [
          home,
          service('web', { clusterIP: 'None' }),
          serving('web-0', '10.1.0.1', {}, { hostname: 'zero', subdomain: 'web' }),
          serving('web-1', '10.1.0.2', {}, { hostname: 'one', subdomain: 'other' }),
        ],
      },
    ],
  },
  {
    name: 'a headless service without ports',
    steps: [{ create: [home, service('web', { clusterIP: 'None', ports: undefined }), serving('web-0', '10.1.0.1')] }],
  },
  {
    name: 'a service for what is elsewhere',
    steps: [{ create: [home, service('web', { type: 'ExternalName', externalName: 'example.com', ports: undefined })] }],
  },
  {
    name: 'addresses that somebody keeps by hand',
    steps: [
      {
        create: [
          home,
          service('web', { selector: undefined }, { labels: { a: 'b' } }),
          {
            apiVersion: 'v1',
            kind: 'Endpoints',
            metadata: { name: 'web', labels: { x: 'y' } },
            subsets: [
              {
                addresses: [{ ip: '10.9.0.1', hostname: 'one' }, { ip: 'fd00::9' }],
                notReadyAddresses: [{ ip: '10.9.0.2' }],
                ports: [{ name: 'p', port: 1234 }],
              },
            ],
          },
        ],
      },
      looks,
      { patch: 'endpoints/web', body: { subsets: [{ addresses: [{ ip: '10.9.0.3' }], ports: [{ port: 99 }] }] } },
    ],
  },
  {
    name: 'a service changes its ports and goes',
    steps: [
      { create: [home, service('web', {}), serving('web-0', '10.1.0.1')] },
      { patch: 'services/web', body: { spec: { ports: [{ port: 81, targetPort: 8081 }] } } },
      looks,
      { delete: 'services/web' },
    ],
  },
  {
    name: 'a service with labels and a host port',
    steps: [
      {
        create: [
          home,
          service('web', { sessionAffinity: 'ClientIP' }, { labels: { team: 'x', 'service.kubernetes.io/headless': 'no' } }),
          serving('web-0', '10.1.0.1'),
        ],
      },
      { patch: 'services/web', body: { metadata: { labels: { team: 'y' } } } },
    ],
  },
  {
    name: 'pods that end and pods that have ended',
    steps: [
      {
        create: [
          home,
          service('web', {}),
          serving('web-0', '10.1.0.1', { phase: 'Succeeded' }),
          serving('web-1', '10.1.0.2', {}, { nodeName: 'elsewhere' }),
        ],
      },
      { delete: 'pods/web-1' },
    ],
  },
  {
    name: 'topology by zones, enough pods',
    alone: true,
    steps: [
      { create: [...zoned, service('web', {}, { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } }), ...onZones(9)] },
      { patch: 'services/web', body: { metadata: { labels: { poke: '1' } } } },
    ],
  },
  {
    name: 'topology by zones, too few pods',
    alone: true,
    steps: [
      { create: [...zoned, service('web', {}, { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } }), ...onZones(1)] },
      { patch: 'services/web', body: { metadata: { labels: { poke: '1' } } } },
    ],
  },
  ...['PreferClose', 'PreferSameZone', 'PreferSameNode'].map((trafficDistribution) => ({
    name: `traffic: ${trafficDistribution}`,
    alone: true as const,
    steps: [
      {
        create: [
          ...zoned,
          service('web', { trafficDistribution }),
          ...onZones(3),
          serving('web-9', '10.1.0.9', {}, { nodeName: 'nowhere' }),
        ],
      },
    ],
  })),
  {
    name: 'an autoscaler without metrics',
    steps: [
      {
        create: [
          deployment('web', { replicas: 2 }),
          {
            ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' } },
            spec: {
              ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 5 },
              metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
            },
          },
        ],
      },
      { report: 'app=web', status: ready },
      { pass: 17 },
    ],
  },
  {
    name: 'autoscalers of nothing, of none, and beyond their limits',
    steps: [
      {
        create: [
          deployment('none', { replicas: 0 }),
          deployment('many', { replicas: 8 }),
          deployment('few', { replicas: 1 }),
          ...['missing', 'none', 'many', 'few'].map((name) => ({
            ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name } },
            spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: 2, maxReplicas: 5 },
          })),
        ],
      },
      { pass: 17 },
    ],
  },
  {
    name: 'a pod with claims and volumes of its own',
    steps: [
      {
        create: [
          {
            apiVersion: 'resource.k8s.io/v1',
            kind: 'ResourceClaimTemplate',
            metadata: { name: 't' },
            spec: { metadata: { labels: { a: 'b' } }, spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } } },
          },
          pod('p', {
            containers: [{ name: 'c', image: 'i', resources: { claims: [{ name: 'own' }] } }],
            resourceClaims: [
              { name: 'own', resourceClaimTemplateName: 't' },
              { name: 'none', resourceClaimTemplateName: 'missing' },
            ],
            volumes: [
              {
                name: 'v',
                ephemeral: {
                  volumeClaimTemplate: {
                    metadata: { labels: { x: 'y' } },
                    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                  },
                },
              },
            ],
          }),
        ],
      },
      looks,
      { delete: 'pods/p' },
    ],
  },
  {
    name: 'a claim of the wrong owner stands where a volume of a pod should',
    steps: [
      {
        create: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'p-v' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
          pod('p', {
            volumes: [
              {
                name: 'v',
                ephemeral: {
                  volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
                },
              },
            ],
          }),
        ],
      },
      { pass: 3 },
    ],
  },
]

export const serviceCases: readonly Case[] = written.map((c) => ({
  ...c,
  steps: lastOf(lastOf(c.steps, 'Service'), 'HorizontalPodAutoscaler'),
}))

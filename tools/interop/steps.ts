/** What is asked of the real components, in order: a command, and what must come of it. */
export interface Step {
  name: string
  /** Arguments of kubectl, of one or more commands. */
  commands?: readonly (readonly string[])[]
  /** Objects to create with `kubectl create -f -`, in YAML. */
  objects?: string
  /** A kubectl command whose output must become this. */
  look: readonly string[]
  want: RegExp
}

const get = (what: string, jsonpath: string): readonly string[] => ['get', ...what.split(' '), '-o', `jsonpath=${jsonpath}`]

const WORKLOADS = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {serviceName: db, replicas: 2, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}
`

/** The quota last: the loop counts what is there when it sees it, and no admission counts what comes after. */
const AROUND = `
apiVersion: v1
kind: Pod
metadata: {name: nowhere}
spec: {nodeSelector: {no: such}, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: most}
spec: {hard: {pods: "50"}}
`

/** In a cluster whose only node is the hollow kubelet's. */
export const steps: readonly Step[] = [
  {
    name: 'the kubelet registers its node and says that it is ready',
    look: get('nodes', '{.items[*].status.conditions[?(@.type=="Ready")].status}'),
    want: /^True$/,
  },
  {
    name: 'a deployment gets its replicas',
    commands: [['create', 'deployment', 'web', '--image=nginx', '--replicas=3']],
    look: get('deployment web', '{.status.readyReplicas}'),
    want: /^3$/,
  },
  {
    name: 'a stateful set gets its replicas, in order',
    objects: WORKLOADS,
    look: get('statefulset db', '{.status.readyReplicas}'),
    want: /^2$/,
  },
  { name: 'a daemon set runs on each node', look: get('daemonset agent', '{.status.numberReady}'), want: /^1$/ },
  {
    name: 'a job starts its pod',
    commands: [['create', 'job', 'once', '--from=cronjob/tick']],
    look: get('job once', '{.status.active}'),
    want: /^1$/,
  },
  {
    name: 'a service gets the endpoints of its pods',
    objects: AROUND,
    look: get('endpointslices -l kubernetes.io/service-name=web', '{.items[*].endpoints[*].conditions.ready}'),
    want: /^true true true$/,
  },
  { name: 'a disruption budget counts', look: get('pdb web', '{.status.disruptionsAllowed}'), want: /^1$/ },
  { name: 'a quota counts', look: get('quota most', '{.status.used.pods}'), want: /^8$/ },
  {
    name: 'the scheduler says why a pod fits nowhere',
    look: get('pod nowhere', '{.status.conditions[?(@.type=="PodScheduled")].message}'),
    want: /^0\/1 nodes are available/,
  },
  {
    name: 'a rollout replaces all pods',
    commands: [
      ['scale', 'deployment/web', '--replicas=5'],
      ['set', 'image', 'deployment/web', 'nginx=nginx:2'],
    ],
    look: ['rollout', 'status', 'deployment/web', '--timeout=60s'],
    want: /successfully rolled out/,
  },
  {
    name: 'and is undone',
    commands: [['rollout', 'undo', 'deployment/web']],
    look: ['rollout', 'status', 'deployment/web', '--timeout=60s'],
    want: /successfully rolled out/,
  },
  {
    name: 'the signer of the server is published',
    look: get('clustertrustbundles', '{.items[*].spec.signerName}'),
    want: /kubernetes\.io\/kube-apiserver-serving/,
  },
  {
    name: 'what a deleted deployment owned goes too',
    commands: [['delete', 'deployment', 'web', '--wait=true', '--timeout=60s']],
    look: get('replicasets,pods -l app=web', 'left:{.items[*].metadata.name}'),
    want: /^left:$/,
  },
  {
    name: 'a namespace goes with all that is in it',
    commands: [
      ['create', 'namespace', 'gone'],
      ['create', 'configmap', 'x', '--namespace=gone'],
      ['delete', 'namespace', 'gone', '--wait=true', '--timeout=60s'],
    ],
    look: get('namespaces', '{.items[*].metadata.name}'),
    want: /^(?!.*\bgone\b)/,
  },
]

/** Lines of a component's log that tell of a server that is not what it takes it for. */
export const SUSPECT =
  /is invalid|forbidden|Unauthorized|could not find the requested resource|no kind|unable to decode|unsupported media type|Too large resource version/i

/** What one often begins with. Names and images are to be changed. */
const pod = (name: string, indent: string): string =>
  `${indent}containers:\n${indent}  - name: ${name}\n${indent}    image: registry.k8s.io/pause:3.10\n`

const workload = (kind: string, spec: string): string => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: hello
spec:
${spec}  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
${pod('hello', '      ')}`

export const templates: Readonly<Record<string, string>> = {
  Pod: `apiVersion: v1\nkind: Pod\nmetadata:\n  name: hello\n  labels:\n    app: hello\nspec:\n${pod('hello', '  ')}`,
  Deployment: workload('Deployment', '  replicas: 2\n'),
  StatefulSet: workload('StatefulSet', '  serviceName: hello\n  replicas: 2\n'),
  DaemonSet: workload('DaemonSet', ''),
  Job: `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: hello\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n${pod('hello', '      ')}`,
  CronJob: `apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: hello\nspec:\n  schedule: "*/5 * * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n${pod('hello', '          ')}`,
  Service:
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: hello\nspec:\n  selector:\n    app: hello\n  ports:\n    - port: 80\n      targetPort: 8080\n',
  Ingress: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: hello
spec:
  rules:
    - host: hello.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: hello
                port:
                  number: 80
`,
  ConfigMap: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hello\ndata:\n  key: value\n',
  Secret: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: hello\nstringData:\n  key: value\n',
  PersistentVolumeClaim:
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: hello\nspec:\n  accessModes:\n    - ReadWriteOnce\n  resources:\n    requests:\n      storage: 1Gi\n',
  PodDisruptionBudget:
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: hello\nspec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n      app: hello\n',
  NetworkPolicy:
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: hello\nspec:\n  podSelector:\n    matchLabels:\n      app: hello\n  policyTypes:\n    - Ingress\n  ingress:\n    - from:\n        - podSelector: {}\n',
  Namespace: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: hello\n',
  ServiceAccount: 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: hello\n',
  Role: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: hello\nrules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list, watch]\n',
}

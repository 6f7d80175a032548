import { defaultDivisor, defaultFieldRef, defaultVolume } from './defaults-volume.ts'
import { defaultPullPolicy } from './image.ts'
import { requestsFromLimits, roundResources } from './resource-lists.ts'
import type { Container, ContainerStatus, Handler, Pod, PodSpec, PodStatus, PodTemplateSpec, Probe } from './types.ts'

/** Scheme defaults of a Pod (core/v1). Idempotent. */
export function defaultPod(pod: Pod): void {
  const spec = (pod.spec ??= {})
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1
  for (const c of spec.containers ?? []) requestsFromLimits(c.resources)
  for (const c of spec.initContainers ?? []) requestsFromLimits(c.resources)
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork) {
    defaultHostPorts(spec.containers)
    defaultHostPorts(spec.initContainers)
  }
  defaultPodSpec(spec)
  if (pod.status) defaultPodStatus(pod.status)
}

export function defaultPodStatus(status: PodStatus): void {
  const { podIP, podIPs } = status
  if (podIP && podIPs?.[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }]
  else if (!podIP && podIPs?.[0]?.ip) status.podIP = podIPs[0].ip
  for (const c of status.conditions ?? []) {
    c.lastProbeTime ??= null
    c.lastTransitionTime ??= null
  }
  for (const list of [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses]) {
    if (list) for (const s of list) defaultContainerStatus(s)
  }
}

// Structs and plain fields that Go prints even when they are empty.
function defaultContainerStatus(status: ContainerStatus): void {
  status.ready ??= false
  status.restartCount ??= 0
  status.image ??= ''
  status.imageID ??= ''
  for (const state of [(status.state ??= {}), (status.lastState ??= {})]) {
    const { running, terminated } = state
    if (running) running.startedAt ??= null
    if (!terminated) continue
    terminated.exitCode ??= 0
    terminated.startedAt ??= null
    terminated.finishedAt ??= null
  }
  roundResources(status.allocatedResources)
  roundResources(status.resources?.limits)
  roundResources(status.resources?.requests)
}

/** Defaults of a template: those of a pod, except what only a pod itself gets (enableServiceLinks, requests from limits, host ports). */
export function defaultPodTemplate(template: PodTemplateSpec): void {
  // metadata is a struct in Go, printed even when empty.
  template.metadata ??= {}
  defaultPodSpec((template.spec ??= {}))
}

function defaultPodSpec(spec: PodSpec): void {
  if (!spec.serviceAccountName && spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  if (!spec.dnsPolicy) spec.dnsPolicy = 'ClusterFirst'
  if (!spec.restartPolicy) spec.restartPolicy = 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  if (!spec.schedulerName) spec.schedulerName = 'default-scheduler'
  if (spec.volumes) for (const v of spec.volumes) defaultVolume(v)
  if (spec.initContainers) for (const c of spec.initContainers) defaultContainer(c)
  if (spec.containers) for (const c of spec.containers) defaultContainer(c)
  if (spec.ephemeralContainers) for (const c of spec.ephemeralContainers) defaultContainer(c)
  roundResources(spec.overhead)
  roundResources(spec.resources?.limits)
  roundResources(spec.resources?.requests)
}

function defaultHostPorts(containers: Container[] | undefined): void {
  for (const c of containers ?? []) for (const p of c.ports ?? []) if (!p.hostPort && p.containerPort) p.hostPort = p.containerPort
}

function defaultContainer(c: Container): void {
  if (!c.imagePullPolicy) c.imagePullPolicy = defaultPullPolicy(c.image)
  if (!c.terminationMessagePath) c.terminationMessagePath = '/dev/termination-log'
  if (!c.terminationMessagePolicy) c.terminationMessagePolicy = 'File'
  if (c.ports) for (const p of c.ports) if (!p.protocol) p.protocol = 'TCP'
  if (c.env) {
    for (const e of c.env) {
      const from = e.valueFrom
      if (!from) continue
      defaultFieldRef(from.fieldRef)
      if (from.fileKeyRef) from.fileKeyRef.optional ??= false
      defaultDivisor(from.resourceFieldRef)
    }
  }
  // resources is a struct in Go, printed even when empty.
  const resources = (c.resources ??= {})
  roundResources(resources.limits)
  roundResources(resources.requests)
  if (c.livenessProbe) defaultProbe(c.livenessProbe)
  if (c.readinessProbe) defaultProbe(c.readinessProbe)
  if (c.startupProbe) defaultProbe(c.startupProbe)
  if (c.lifecycle) {
    defaultHandler(c.lifecycle.postStart)
    defaultHandler(c.lifecycle.preStop)
  }
}

function defaultProbe(probe: Probe): void {
  if (!probe.timeoutSeconds) probe.timeoutSeconds = 1
  if (!probe.periodSeconds) probe.periodSeconds = 10
  if (!probe.successThreshold) probe.successThreshold = 1
  if (!probe.failureThreshold) probe.failureThreshold = 3
  if (probe.grpc) probe.grpc.service ??= ''
  defaultHandler(probe)
}

function defaultHandler(handler: Handler | undefined): void {
  const http = handler?.httpGet
  if (!http) return
  if (!http.path) http.path = '/'
  if (!http.scheme) http.scheme = 'HTTP'
}

import { LEASE_SECONDS } from '../status/lease.ts'

export interface ConfigzInput {
  address: string
  port: number
  maxPods: number
  podCIDR: string
  heartbeatSeconds: number
  reportSeconds: number
  eventQps: number
  eventBurst: number
}

/** `/configz`: the KubeletConfiguration fields that this agent has, under the key that clients read. Durations as Go prints them. */
export const configz = (c: ConfigzInput): Record<string, unknown> => ({
  kubeletconfig: {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    address: c.address,
    port: c.port,
    readOnlyPort: 0,
    authentication: { x509: {}, webhook: { enabled: false }, anonymous: { enabled: false } },
    enableServer: true,
    enableDebuggingHandlers: true,
    enableProfilingHandler: true,
    enableSystemLogHandler: true,
    enableSystemLogQuery: false,
    registerNode: true,
    maxPods: c.maxPods,
    podCIDR: c.podCIDR,
    nodeStatusUpdateFrequency: `${c.heartbeatSeconds}s`,
    nodeStatusReportFrequency: `${Math.floor(c.reportSeconds / 60)}m${c.reportSeconds % 60}s`,
    nodeLeaseDurationSeconds: LEASE_SECONDS,
    eventRecordQPS: c.eventQps,
    eventBurst: c.eventBurst,
    crashLoopBackOff: { maxContainerRestartPeriod: '5m0s' },
  },
})

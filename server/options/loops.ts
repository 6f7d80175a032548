import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

/**
 * Flags of kube-controller-manager, by its names and with its defaults, but for the provisioner: a local control plane has no other. And
 * kube-scheduler's --config, which says here whose it is.
 */
export interface LoopOptions {
  nodeMonitorPeriodMs: number
  nodeMonitorGracePeriodMs: number
  nodeStartupGracePeriodMs: number
  /** 0 or less: all of them stay. */
  terminatedPodGCThreshold: number
  enableHostpathProvisioner: boolean
  /** Empty: the scheduler's defaults. */
  kubeSchedulerConfig: string
}

export const loops: Family<LoopOptions> = {
  title: 'Control loops',
  defaults: {
    nodeMonitorPeriodMs: 5000,
    nodeMonitorGracePeriodMs: 50_000,
    nodeStartupGracePeriodMs: 60_000,
    terminatedPodGCThreshold: 12_500,
    enableHostpathProvisioner: true,
    kubeSchedulerConfig: '',
  },
  flags: {
    'node-monitor-period': { field: 'nodeMonitorPeriodMs', type: 'duration', help: 'How often nodes are looked at.' },
    'node-monitor-grace-period': {
      field: 'nodeMonitorGracePeriodMs',
      type: 'duration',
      help: 'How long a node may be silent before its conditions become Unknown and its pods are evicted.',
    },
    'node-startup-grace-period': {
      field: 'nodeStartupGracePeriodMs',
      type: 'duration',
      help: 'How long a new node may take to report for the first time.',
    },
    'terminated-pod-gc-threshold': {
      field: 'terminatedPodGCThreshold',
      type: 'int',
      help: 'Finished pods that may stay before the oldest are deleted; 0 for all of them.',
    },
    'enable-hostpath-provisioner': {
      field: 'enableHostpathProvisioner',
      type: 'bool',
      help: 'Makes directories in --data-dir for claims of the provisioner kubernetes.io/host-path, and a default class with it where there is no class.',
    },
    'kube-scheduler-config': {
      field: 'kubeSchedulerConfig',
      type: 'string',
      help: 'File with a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1): profiles, plugins and their arguments, extenders.',
    },
  },
  validate: (o) => [
    ...unreadable({ 'kube-scheduler-config': o.kubeSchedulerConfig }),
    ...Object.entries({
      'node-monitor-period': o.nodeMonitorPeriodMs,
      'node-monitor-grace-period': o.nodeMonitorGracePeriodMs,
      'node-startup-grace-period': o.nodeStartupGracePeriodMs,
    }).flatMap(([flag, ms]) => (ms > 0 ? [] : [`--${flag} must be greater than 0`])),
  ],
}

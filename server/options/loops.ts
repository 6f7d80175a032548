import { isDualStack, parseCidr } from '../machinery/ip.ts'
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
  allocateNodeCidrs: boolean
  /** One range, or one of each family. */
  clusterCidr: readonly string[]
  nodeCidrMaskSize: number
  nodeCidrMaskSizeIPv4: number
  nodeCidrMaskSizeIPv6: number
  legacyServiceAccountTokenCleanUpPeriodMs: number
  disableForceDetachOnTimeout: boolean
  leaderElect: boolean
  leaseDurationMs: number
  renewDeadlineMs: number
  retryPeriodMs: number
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
    allocateNodeCidrs: false,
    clusterCidr: [],
    nodeCidrMaskSize: 0,
    nodeCidrMaskSizeIPv4: 0,
    nodeCidrMaskSizeIPv6: 0,
    legacyServiceAccountTokenCleanUpPeriodMs: 365 * 24 * 3_600_000,
    disableForceDetachOnTimeout: false,
    leaderElect: true,
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2000,
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
    'allocate-node-cidrs': {
      field: 'allocateNodeCidrs',
      type: 'bool',
      help: 'Gives each node a part of --cluster-cidr for its pods.',
    },
    'cluster-cidr': {
      field: 'clusterCidr',
      type: 'strings',
      help: 'Addresses of pods, with --allocate-node-cidrs: one range, or one of each family.',
    },
    'node-cidr-mask-size': {
      field: 'nodeCidrMaskSize',
      type: 'int',
      help: "Mask of a node's part of --cluster-cidr; 24 for IPv4 and 64 for IPv6 by default.",
    },
    'node-cidr-mask-size-ipv4': {
      field: 'nodeCidrMaskSizeIPv4',
      type: 'int',
      help: 'The same for IPv4 in a cluster of both families; 24 by default.',
    },
    'node-cidr-mask-size-ipv6': {
      field: 'nodeCidrMaskSizeIPv6',
      type: 'int',
      help: 'The same for IPv6 in a cluster of both families; 64 by default.',
    },
    'legacy-service-account-token-clean-up-period': {
      field: 'legacyServiceAccountTokenCleanUpPeriodMs',
      type: 'duration',
      help: 'How long a token in a secret may go unused before it is marked as invalid, and so long after that it is deleted.',
    },
    'disable-force-detach-on-timeout': {
      field: 'disableForceDetachOnTimeout',
      type: 'bool',
      help: 'Volumes of a node that is not ready stay attached until it has unmounted them, and not for six minutes only.',
    },
    'leader-elect': {
      field: 'leaderElect',
      type: 'bool',
      help: 'Runs the loops of kube-controller-manager and of kube-scheduler only while this process holds the Lease of that name in kube-system.',
    },
    'leader-elect-lease-duration': {
      field: 'leaseDurationMs',
      type: 'duration',
      help: 'How long others wait for a leader that does not renew its Lease.',
    },
    'leader-elect-renew-deadline': {
      field: 'renewDeadlineMs',
      type: 'duration',
      help: 'How long a leader tries to renew its Lease before it stops.',
    },
    'leader-elect-retry-period': { field: 'retryPeriodMs', type: 'duration', help: 'The time between two tries.' },
    'kube-scheduler-config': {
      field: 'kubeSchedulerConfig',
      type: 'string',
      help: 'File with a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1): profiles, plugins and their arguments, extenders.',
    },
  },
  validate: (o) => [
    ...unreadable({ 'kube-scheduler-config': o.kubeSchedulerConfig }),
    ...(o.allocateNodeCidrs ? podRangeErrors(o) : []),
    ...(o.legacyServiceAccountTokenCleanUpPeriodMs > 0 ? [] : ['--legacy-service-account-token-clean-up-period must be greater than 0']),
    ...(o.leaderElect ? leaderElectionErrors(o) : []),
    ...Object.entries({
      'node-monitor-period': o.nodeMonitorPeriodMs,
      'node-monitor-grace-period': o.nodeMonitorGracePeriodMs,
      'node-startup-grace-period': o.nodeStartupGracePeriodMs,
    }).flatMap(([flag, ms]) => (ms > 0 ? [] : [`--${flag} must be greater than 0`])),
  ],
}

/** As client-go's NewLeaderElector has them. */
function leaderElectionErrors(o: LoopOptions): string[] {
  return [
    ...(o.leaseDurationMs > o.renewDeadlineMs ? [] : ['leaseDuration must be greater than renewDeadline']),
    ...(o.renewDeadlineMs > 1.2 * o.retryPeriodMs ? [] : ['renewDeadline must be greater than retryPeriod*JitterFactor']),
    ...(o.leaseDurationMs >= 1000 ? [] : ['leaseDuration must be greater than zero']),
    ...(o.retryPeriodMs >= 1 ? [] : ['retryPeriod must be greater than zero']),
  ]
}

const DEFAULT_MASKS = { 4: 24, 6: 64 } as const
/** More parts than that no range is cut into (cidrset). */
const MAX_BITS = 16

/** The ranges that pods' addresses are from, with the mask of a node's part of each. */
export function podRanges(o: LoopOptions): { cidr: string; nodeMask: number }[] {
  const dual = o.clusterCidr.length > 1
  return o.clusterCidr.map((cidr) => {
    const family = parseCidr(cidr)?.family ?? 4
    const own = family === 4 ? o.nodeCidrMaskSizeIPv4 : o.nodeCidrMaskSizeIPv6
    const mask = own !== 0 ? own : dual ? 0 : o.nodeCidrMaskSize
    return { cidr, nodeMask: mask === 0 ? DEFAULT_MASKS[family] : mask }
  })
}

function podRangeErrors(o: LoopOptions): string[] {
  if (o.clusterCidr.length === 0) return ['--cluster-cidr must be given with --allocate-node-cidrs']
  const bad = o.clusterCidr.filter((cidr) => parseCidr(cidr) === undefined)
  if (bad.length > 0) return bad.map((cidr) => `--cluster-cidr: invalid CIDR address: ${cidr}`)
  if (o.clusterCidr.length > 2) return [`length of clusterCIDRs is:${o.clusterCidr.length} more than max allowed of 2`]
  if (o.clusterCidr.length === 2 && !isDualStack(o.clusterCidr))
    return ['len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily)']
  return podRanges(o).flatMap(({ cidr, nodeMask }) => {
    const { prefix } = parseCidr(cidr)!
    if (nodeMask < prefix)
      return ['the controller manager flag --cluster-cidr mask size must be less than or equal to --node-cidr-mask size']
    return nodeMask - prefix > MAX_BITS ? ['new CIDR set failed; the node CIDR size is too big'] : []
  })
}

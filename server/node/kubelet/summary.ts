import { formatTime } from '../../machinery/clock.ts'
import type { ContainerUsage, Runtime } from '../runtime.ts'
import type { MachineFacts, MachineUsage } from '../status/machine.ts'
import { cpuNanos, rate, type Reading } from '../status/usage-sampler.ts'
import type { Pod } from '../types.ts'

export interface SummaryInput {
  nodeName: string
  machine: MachineFacts
  reading: Reading
  /** An earlier one, for rates; undefined at the first. */
  before: Reading | undefined
  processStart: number
  pods: readonly Pod[]
  runtime: Runtime
  onlyCpuAndMemory: boolean
  now: number
}

/**
 * The Summary of stats/v1alpha1. The node's figures and the kubelet container's (this process) are read from the system; the
 * pods' come from the runtime, and the `pods` system container is their sum.
 */
export async function summary(input: SummaryInput): Promise<Record<string, unknown>> {
  const { machine, now, reading, before } = input
  const u = reading.machine
  const time = formatTime(now)
  const pods: Record<string, unknown>[] = []
  const total = { usageNanoCores: 0, usageCoreNanoSeconds: 0, workingSetBytes: 0 }
  for (const pod of input.pods) {
    const usages = await input.runtime.stats(pod.metadata.uid!)
    if (usages.length === 0) continue
    const sum = sumOf(usages)
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += sum[key]
    pods.push(podStats(pod, usages, sum, time))
  }
  const network = { time, name: u.interfaces[0]?.name ?? '', ...(u.interfaces[0] ?? {}), interfaces: u.interfaces }
  const fs = fsStats(u, time)
  const cpuOf = (what: 'machine' | 'process'): Record<string, unknown> => ({
    time,
    usageNanoCores: rate(reading, before, what),
    usageCoreNanoSeconds: cpuNanos(reading, what),
  })
  const rss = reading.processRssBytes
  const node: Record<string, unknown> = {
    nodeName: input.nodeName,
    systemContainers: [
      {
        name: 'kubelet',
        startTime: formatTime(input.processStart),
        cpu: cpuOf('process'),
        memory: { time, usageBytes: rss, workingSetBytes: rss, rssBytes: rss },
      },
      { name: 'pods', startTime: formatTime(machine.bootTime), ...cpuAndMemory(total, time) },
    ],
    startTime: formatTime(machine.bootTime),
    cpu: cpuOf('machine'),
    memory: {
      time,
      availableBytes: u.memoryAvailableBytes,
      usageBytes: u.memoryUsageBytes,
      workingSetBytes: u.memoryWorkingSetBytes,
      rssBytes: u.memoryRssBytes,
      pageFaults: u.pageFaults,
      majorPageFaults: u.majorPageFaults,
    },
  }
  if (!input.onlyCpuAndMemory) {
    Object.assign(node, {
      network,
      fs,
      runtime: { imageFs: fs, containerFs: fs },
      ...(u.maxPid === undefined ? {} : { rlimit: { time, maxpid: u.maxPid, curproc: u.processes } }),
      ...(u.swapUsageBytes === undefined
        ? {}
        : { swap: { time, swapAvailableBytes: machine.swapBytes - u.swapUsageBytes, swapUsageBytes: u.swapUsageBytes } }),
    })
  }
  return { node, pods }
}

type Sum = Pick<ContainerUsage, 'usageNanoCores' | 'usageCoreNanoSeconds' | 'workingSetBytes'>

const sumOf = (usages: readonly ContainerUsage[]): Sum => ({
  usageNanoCores: usages.reduce((n, x) => n + x.usageNanoCores, 0),
  usageCoreNanoSeconds: usages.reduce((n, x) => n + x.usageCoreNanoSeconds, 0),
  workingSetBytes: usages.reduce((n, x) => n + x.workingSetBytes, 0),
})

const cpuAndMemory = (u: Sum, time: string): Record<string, unknown> => ({
  cpu: { time, usageNanoCores: u.usageNanoCores, usageCoreNanoSeconds: u.usageCoreNanoSeconds },
  memory: { time, usageBytes: u.workingSetBytes, workingSetBytes: u.workingSetBytes },
})

const podStats = (pod: Pod, usages: readonly ContainerUsage[], sum: Sum, time: string): Record<string, unknown> => ({
  podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
  startTime: pod.status?.startTime ?? time,
  containers: usages.map((x) => ({ name: x.name, startTime: formatTime(x.startedAt), ...cpuAndMemory(x, time) })),
  ...cpuAndMemory(sum, time),
})

const fsStats = ({ storage: s }: MachineUsage, time: string): Record<string, unknown> => ({
  time,
  availableBytes: s.availableBytes,
  capacityBytes: s.capacityBytes,
  usedBytes: s.usedBytes,
  inodesFree: s.inodesFree,
  inodes: s.inodes,
  inodesUsed: s.inodes - s.inodesFree,
})

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contestant, end, ours, reference, run, type Running } from './contestants.ts'

/** A control plane with its loops, and the processes that play its nodes. */
export interface Cluster extends Contestant {
  readonly kubeconfig: string
  /** Of the nodes alone; they are not among `pids`. None where the nodes live in the control plane. */
  readonly nodePids: readonly number[]
}

export interface ClusterSpec {
  name: string
  /** All loops, and so many nodes that take pods: simulated by ourselves, one kubemark process each beside the reference. */
  withNodes(nodes: number): Promise<Cluster>
  /** The scheduler alone: its nodes are objects that nobody stands behind. */
  schedulerOnly(): Promise<Cluster>
}

const NO_LIMITS = ['--max-requests-inflight=0', '--max-mutating-requests-inflight=0']

export const oursWithLoops: ClusterSpec = {
  name: 'ours, SQLite',
  withNodes: (nodes) => startOurs([`--nodes=${nodes}`]),
  schedulerOnly: () => startOurs(['--nodes=0', '--controllers=kube-scheduler']),
}

async function startOurs(flags: readonly string[]): Promise<Cluster> {
  const c = await ours(undefined, [...NO_LIMITS, ...flags]).start()
  return { ...c, kubeconfig: c.kubeconfig!, nodePids: [] }
}

const NEEDED = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler', 'kubemark'] as const

/** kube-apiserver, etcd, kube-controller-manager, kube-scheduler and kubemark from $KUBEBUILDER_ASSETS, or why there is no comparison. */
export function referenceWithLoops(assets: string | undefined): ClusterSpec | string {
  const spec = reference(assets, ['--enable-priority-and-fairness=false', ...NO_LIMITS])
  if (typeof spec === 'string') return spec
  const missing = NEEDED.filter((program) => !existsSync(join(assets!, program)))
  if (missing.length > 0) return `${assets} has no ${missing.join(', ')}`
  const start = async (nodes: number, programs: readonly string[]): Promise<Cluster> => {
    const c = await spec.start()
    const kubeconfig = c.kubeconfig!
    const dir = mkdtempSync(join(tmpdir(), 'binnacle-loops-'))
    const loops = programs.map((program) => run(dir, program, join(assets!, program), componentFlags(program, kubeconfig)))
    const hollow: Running[] = []
    for (let i = 0; i < nodes; i++) hollow.push(run(dir, `hollow-${i}`, join(assets!, 'kubemark'), kubemarkFlags(i, dir, kubeconfig)))
    return {
      ...c,
      kubeconfig,
      pids: [...c.pids, ...loops.map((r) => r.child.pid!)],
      nodePids: hollow.map((r) => r.child.pid!),
      async stop() {
        await Promise.all([...hollow, ...loops].map(end))
        await c.stop()
        rmSync(dir, { recursive: true, force: true })
      },
    }
  }
  return {
    name: 'reference',
    withNodes: (nodes) => start(nodes, ['kube-controller-manager', 'kube-scheduler']),
    schedulerOnly: () => start(0, ['kube-scheduler']),
  }
}

/** Their limits on requests a second are lifted, as kubernetes/kubernetes test/integration/scheduler_perf does: otherwise they measure nothing else. */
const componentFlags = (program: string, kubeconfig: string): string[] => [
  ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${kubeconfig}`),
  ...['--secure-port=0', '--leader-elect=false', '--kube-api-qps=5000', '--kube-api-burst=5000'],
  ...(program === 'kube-controller-manager' ? ['--use-service-account-credentials=false'] : []),
]

const kubemarkFlags = (i: number, dir: string, kubeconfig: string): string[] => [
  ...['--morph=kubelet', `--name=hollow-${i}`, `--kubeconfig=${kubeconfig}`, `--cert-dir=${join(dir, `certs-${i}`)}`],
  ...['--use-host-image-service=false', '--kubelet-port=0', '--kubelet-read-only-port=0'],
]

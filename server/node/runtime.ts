/**
 * What a node agent asks of the thing that runs containers. The terms are CRI's (k8s.io/cri-api runtime/v1), so that a
 * containerd or CRI-O backend is a translation. `testing/runtime-suite.ts` states every guarantee as a test and all runtimes run it.
 *
 * Guarantees
 *  - `runPodSandbox` gives the pod an address of each range (none with host network) that no other ready sandbox of this runtime has.
 *  - A container goes created → running → exited and never back. Its id is never used again.
 *  - `startedAt` ≤ `finishedAt`; an exited container keeps its exit code, times and log until it is removed.
 *  - Every change of state is announced once to each subscriber, after `status` shows it.
 *  - `stopContainer` resolves when the container has exited. Asked again with a shorter timeout, the shorter one counts.
 *    A container that does not end by itself in time exits with 137 (128 + SIGKILL).
 *  - `stopPodSandbox` and the two removes are idempotent; removing a sandbox removes its containers, running or not.
 *  - Log entries come in the order they were written. A follower gets each entry once and ends when the container has exited.
 */
export interface Runtime {
  /** The scheme of container ids: `simulated`, `containerd`. */
  readonly name: string
  readonly version: string
  /** What a reader of the Node and its pods must be told about this runtime; absent when there is nothing unusual. */
  readonly disclosure?: RuntimeDisclosure
  /** True where containers live in this process: that they end with it is nobody's doing, and they go on with the next. */
  readonly volatile?: boolean
  /** What keeps it from running pods, for people; undefined when nothing does. The node is not ready meanwhile. */
  problem(): Promise<string | undefined>
  pullImage(request: PullRequest): Promise<PulledImage>
  runPodSandbox(config: SandboxConfig): Promise<Sandbox>
  stopPodSandbox(sandboxId: string): Promise<void>
  removePodSandbox(sandboxId: string): Promise<void>
  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>
  startContainer(containerId: string): Promise<void>
  /** `timeoutSeconds` is the grace between SIGTERM and SIGKILL; 0 kills at once. */
  stopContainer(containerId: string, timeoutSeconds: number): Promise<void>
  removeContainer(containerId: string): Promise<void>
  /** Newest sandbox of the pod and every container in it, newest attempt first; undefined for an unknown pod. */
  status(podUid: string): Promise<PodRuntimeStatus | undefined>
  /** Every sandbox, for adoption and clean-up after a restart. */
  list(): Promise<PodRuntimeStatus[]>
  onEvent(listener: (event: RuntimeEvent) => void): () => void
  /** Throws `ContainerNotFoundError` at the first read for an unknown container. */
  logs(containerId: string, options: LogOptions): AsyncIterable<LogEntry>
  stats(podUid: string): Promise<ContainerUsage[]>
  close(): Promise<void>
}

export interface RuntimeDisclosure {
  nodeLabels: Record<string, string>
  nodeAnnotations: Record<string, string>
  podCondition: { type: string; reason: string; message: string }
  /** True when pods take nothing from the machine, so that its pressure says nothing about the node. */
  weightless: boolean
}

export interface SandboxConfig {
  uid: string
  name: string
  namespace: string
  hostname: string
  hostNetwork: boolean
  attempt: number
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  /** The ranges that addresses are taken from, one of each: one range, or two of different families. */
  podCIDRs: readonly string[]
}

export interface ContainerConfig {
  name: string
  attempt: number
  image: string
  command: readonly string[]
  args: readonly string[]
  env: Readonly<Record<string, string>>
  /** cores; 0 when not given */
  cpuRequest: number
  /** bytes; 0 when not given */
  memoryRequest: number
}

export interface PullRequest {
  image: string
  policy: 'Always' | 'IfNotPresent' | 'Never'
  annotations: Readonly<Record<string, string>>
}

export interface PulledImage {
  /** What the container's `imageID` becomes. */
  imageRef: string
  /** False when it was there already. */
  pulled: boolean
  sizeBytes: number
}

export interface Sandbox {
  id: string
  /** One of each range, in the order of the ranges; none with host network. */
  ips: readonly string[]
}

export type ContainerRuntimeState = 'created' | 'running' | 'exited'

export interface ContainerRuntimeStatus {
  id: string
  name: string
  attempt: number
  image: string
  imageRef: string
  state: ContainerRuntimeState
  /** All times are milliseconds since the epoch; 0 when it has not happened. */
  createdAt: number
  startedAt: number
  finishedAt: number
  exitCode: number
  /** `Completed`, `Error`, `OOMKilled`; empty until it has exited. */
  reason: string
  message: string
}

export interface PodRuntimeStatus {
  uid: string
  name: string
  namespace: string
  sandbox: Sandbox & { ready: boolean; attempt: number; createdAt: number }
  containers: readonly ContainerRuntimeStatus[]
}

export interface RuntimeEvent {
  podUid: string
  containerId: string
  type: 'created' | 'started' | 'stopped'
}

export interface LogOptions {
  follow?: boolean
  /** Only entries at or after this time, milliseconds since the epoch. */
  since?: number
  /** Only the last n of what is there when the call is made. */
  tail?: number
  signal?: AbortSignal
}

export interface LogEntry {
  /** Milliseconds since the epoch. */
  time: number
  stream: 'stdout' | 'stderr'
  /** Without its newline. */
  text: string
}

export interface ContainerUsage {
  name: string
  startedAt: number
  usageNanoCores: number
  usageCoreNanoSeconds: number
  workingSetBytes: number
}

export class ContainerNotFoundError extends Error {
  constructor(id: string) {
    super(`no container ${JSON.stringify(id)}`)
    this.name = 'ContainerNotFoundError'
  }
}

/** A pull that failed; `message` is for people. */
export class ImagePullError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ImagePullError'
  }
}

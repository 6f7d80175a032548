import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { endWithThis, ours } from '../bench/contestants.ts'
import { say } from '../setup.mjs'

/**
 * `npm run interop -- --upstream=PROGRAM [--node=PROGRAM] [--only=PATTERN]`: Kubernetes' own end-to-end tests (PROGRAM is what
 * `go test -c k8s.io/kubernetes/test/e2e` builds) against this server with its own loops and scheduler. With `--node` there is a real
 * kubelet, which must have the tests' images (own-identities.ts says how that program is called), and a kube-proxy; without, three
 * simulated nodes, and only those tests that look into no container.
 */
interface Part {
  name: string
  /** Go's regular expressions, of the names of tests. */
  focus: string
  /** Their pods have to do something. */
  containers?: boolean
}

const API_ONLY =
  'API operations|delete a collection|CRUD|should mirror|lifecycle of an Endpoint|LimitRange|opting out|kube-root-ca|update a ServiceAccount|lifecycle of a (ServiceAccount|PersistentVolume|node|StorageClass)|Certificates API|should fail to create|patch a secret|master service|listing all namesp|QOS|Lease|PodTemplate|CSIStorageCapacity|CSINode|VolumeAttachment|Events API|lifecycle of an event'

const PARTS: readonly Part[] = [
  { name: 'API machinery', focus: String.raw`\[sig-api-machinery\]` },
  { name: 'APIs', focus: String.raw`\[sig-(auth|instrumentation|network|node|scheduling|storage)\].*(${API_ONLY}).*\[Conformance\]` },
  {
    name: 'webhooks',
    focus: String.raw`\[sig-api-machinery\].*(AdmissionWebhook|ConversionWebhook|FieldSelectors|Aggregator)`,
    containers: true,
  },
  {
    name: 'workloads',
    focus: String.raw`\[sig-apps\] (Job|CronJob|ReplicaSet|ReplicationController|Deployment|DisruptionController|ControllerRevision|Daemon set)`,
    containers: true,
  },
  { name: 'kubectl', focus: String.raw`\[sig-cli\].*\[Conformance\]`, containers: true },
  { name: 'scheduler', focus: String.raw`\[sig-scheduling\].*\[Conformance\]|NoExecuteTaintManager.*\[Conformance\]`, containers: true },
]

/** What is not asked, and why. */
const NOT_ASKED: readonly (readonly [pattern: string, why: string])[] = [
  [String.raw`\[Feature:`, 'behind a gate that is off, or needs something that is not there'],
  ['priority and fairness|AdmissionPolicy', 'this server does not do it yet, and says so to whoever writes one'],
  ['Update Demo|Guestbook', 'their images hold programs that are in no registry of modules'],
  [String.raw`etcd failure|\[Flaky\]`, 'stops machines, or fails upstream too'],
]
/** Of the parts that need no node, the tests that have one all the same. */
const NEEDS_CONTAINERS = 'AdmissionWebhook|ConversionWebhook|FieldSelectors|Aggregator|StorageVersion|aggregated'

const NODE = 'real-1'
const SETTLE_LIMIT = '30s'

interface Report {
  SpecReports: {
    ContainerHierarchyTexts: string[] | null
    LeafNodeText: string
    State: string
    Failure?: { Message?: string }
  }[]
}

/** Runs what PARTS name, and tells each that fails. @returns how many */
export async function playUpstream(assets: string, program: string, node: string | undefined, only: string): Promise<number> {
  if (!existsSync(program)) throw new Error(`${program} is not there: build it with go test -c k8s.io/kubernetes/test/e2e`)
  const everywhere = ['--allow-privileged', '--bind-address=0.0.0.0']
  const server = await ours(undefined, node === undefined ? ['--nodes=3'] : ['--nodes=0', ...everywhere]).start()
  const kubeconfig = server.kubeconfig!
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-upstream-'))
  const parts = PARTS.filter((part) => new RegExp(only).test(part.name) && (node !== undefined || part.containers !== true))
  let failed = 0
  try {
    if (node !== undefined) {
      execFileSync(node, ['up', kubeconfig, join(dirname(kubeconfig), 'pki', 'ca.crt'), NODE], { stdio: 'ignore' })
      await start(join(assets, 'kube-proxy'), [`--kubeconfig=${kubeconfig}`, `--hostname-override=${NODE}`], join(dir, 'kube-proxy.log'))
    }
    for (const { name, focus, containers } of parts) {
      const skip = [...NOT_ASKED.map(([pattern]) => pattern), ...(containers === true ? [] : [NEEDS_CONTAINERS])].join('|')
      const report = join(dir, `${name.replaceAll(' ', '-')}.json`)
      const flags = [`--kubeconfig=${kubeconfig}`, '--provider=local', '--allowed-not-ready-nodes=10', '--ginkgo.no-color']
      const limits = [`--system-pods-startup-timeout=${SETTLE_LIMIT}`, `--node-schedulable-timeout=${SETTLE_LIMIT}`, '--ginkgo.timeout=2h']
      const log = join(dir, `${name.replaceAll(' ', '-')}.log`)
      await start(
        program,
        [...flags, ...limits, `--ginkgo.focus=${focus}`, `--ginkgo.skip=${skip}`, `--ginkgo.json-report=${report}`],
        log,
        true,
      )
      if (!existsSync(report)) throw new Error(`the tests told nothing; what they printed is in ${log}`)
      failed += tell(name, JSON.parse(readFileSync(report, 'utf8')) as Report[])
    }
  } finally {
    if (node !== undefined) execFileSync(node, ['down'], { stdio: 'ignore' })
    await server.stop()
    if (failed === 0) rmSync(dir, { recursive: true, force: true })
    else say(`what they printed is in ${dir}`)
  }
  return failed
}

/** Resolves when it has started, or `toItsEnd`. */
function start(program: string, args: readonly string[], file: string, toItsEnd = false): Promise<void> {
  const log = openSync(file, 'w')
  const child = spawn(program, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  endWithThis(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once(toItsEnd ? 'exit' : 'spawn', () => resolve())
  })
}

function tell(part: string, reports: readonly Report[]): number {
  const specs = reports.flatMap((r) => r.SpecReports).filter((s) => s.LeafNodeText !== '' && s.State !== 'skipped')
  const wrong = specs.filter((s) => s.State !== 'passed' && s.State !== 'pending')
  say(`${wrong.length === 0 ? 'ok   ' : 'FAULT'} ${part}: ${specs.length - wrong.length} of ${specs.length} tests`)
  for (const { ContainerHierarchyTexts: texts, LeafNodeText, Failure } of wrong)
    say(`      ${[...(texts ?? []), LeafNodeText].join(' ')}: ${(Failure?.Message ?? '').slice(0, 300)}`)
  return wrong.length
}

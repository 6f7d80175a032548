import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithThis, ours, reference, type Spec } from '../bench/contestants.ts'
import { commandLine } from '../command-line.ts'
import { nodeBin, root, say } from '../setup.mjs'
import { type Kubectl, kubectlOf } from './kubectl.ts'
import { playIntegration } from './integration-tests.ts'
import { playSets } from './manifest-sets.ts'
import { runIdentities } from './own-identities.ts'
import { playKubectlTests } from './kubectl-tests.ts'
import { type Step, steps, SUSPECT } from './steps.ts'
import { playUpstream } from './upstream-tests.ts'

/**
 * `npm run interop`: an unmodified kube-controller-manager, kube-scheduler and hollow kubelet (kubemark) from $KUBEBUILDER_ASSETS do
 * their work with this server in place of its own loops and nodes, on the embedded store and on etcd; `-- --ours` the other way round:
 * this project's loops, scheduler and a simulated node do it with an unmodified kube-apiserver. `-- --identities`: real clients,
 * each with an identity of its own (own-identities.ts). `-- --manifests`: what real projects install (manifest-sets.ts). `-- --kubectl`: Kubernetes' own tests of
 * kubectl (kubectl-tests.ts); `-- --upstream=PROGRAM`: its
 * end-to-end tests (upstream-tests.ts); `-- --integration=FOLDER,…`: its integration tests (integration-tests.ts), with `--ours` of our loops. Exit code 1 for a step that does not come about, or a refusal in their logs.
 */
const NEEDED = ['kube-controller-manager', 'kube-scheduler', 'kubemark', 'kubectl', 'etcd'] as const
const STEP_LIMIT_MS = 60_000
const POLL_MS = 250

interface Components {
  logs: readonly string[]
  stop(): void
}

function startComponents(assets: string, dir: string, kubeconfig: string): Components {
  const config = `--kubeconfig=${kubeconfig}`
  const delegated = [config, `--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`, '--secure-port=0']
  const logs: string[] = []
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const file = join(dir, `${program}.log`)
    const log = openSync(file, 'w')
    const child = spawn(join(assets, program), args, { stdio: ['ignore', log, log] })
    closeSync(log)
    endWithThis(child)
    logs.push(file)
    return child
  }
  const hollow = ['--morph=kubelet', '--name=hollow-0', '--use-host-image-service=false', '--kubelet-port=0', '--kubelet-read-only-port=0']
  const children = [
    start('kube-controller-manager', [...delegated, '--use-service-account-credentials=false']),
    start('kube-scheduler', delegated),
    start('kubemark', [config, ...hollow]),
  ]
  return {
    logs,
    stop() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** This project's, on another's API server. */
function startOurLoops(_assets: string, dir: string, kubeconfig: string): Components {
  const file = join(dir, 'our-loops.log')
  const log = openSync(file, 'w')
  const child = spawn(nodeBin, [join(root, 'tools/interop/our-loops.ts'), kubeconfig], { stdio: ['ignore', log, log] })
  closeSync(log)
  endWithThis(child)
  return { logs: [file], stop: () => void child.kill('SIGKILL') }
}

/** What went wrong, or nothing. */
async function play(step: Step, kubectl: Kubectl): Promise<string | undefined> {
  for (const command of step.commands ?? []) {
    const { failed, output } = await kubectl(command)
    if (failed) return `kubectl ${command.join(' ')}: ${output}`
  }
  if (step.objects !== undefined) {
    const { failed, output } = await kubectl(['create', '-f', '-'], step.objects)
    if (failed) return output
  }
  let seen = ''
  for (const end = Date.now() + STEP_LIMIT_MS; Date.now() < end; ) {
    const { failed, output } = await kubectl(step.look)
    if (!failed && step.want.test(output)) return undefined
    seen = output
    await new Promise((r) => setTimeout(r, POLL_MS))
  }
  return `kubectl ${step.look.join(' ')} says ${JSON.stringify(seen)}`
}

async function run(spec: Spec, assets: string, start = startComponents): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-interop-'))
  const server = await spec.start()
  const kubeconfig = server.kubeconfig!
  const components = start(assets, dir, kubeconfig)
  const kubectl = kubectlOf(assets, kubeconfig)
  let faults = 0
  try {
    for (const step of steps) {
      const began = performance.now()
      const wrong = await play(step, kubectl)
      if (wrong !== undefined) faults++
      say(
        `${wrong === undefined ? 'ok   ' : 'FAULT'} ${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${step.name}${wrong === undefined ? '' : `: ${wrong}`}`,
      )
    }
    for (const file of components.logs) {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (!line.startsWith('E') || !SUSPECT.test(line)) continue
        faults++
        say(`FAULT ${line.slice(0, 400)}`)
      }
    }
  } finally {
    components.stop()
    await server.stop()
    if (faults === 0) rmSync(dir, { recursive: true, force: true })
    else say(`the logs are in ${dir}`)
  }
  return faults
}

const { values: flags } = commandLine('Real components against this server, or its loops against a kube-apiserver ($KUBEBUILDER_ASSETS).', {
  identities: { type: 'boolean', help: 'kube-proxy, CoreDNS and metrics-server with accounts of their own, instead.' },
  manifests: { type: 'boolean', help: 'Published sets of manifests, applied twice, instead.' },
  kubectl: { type: 'boolean', help: "Kubernetes' own tests of kubectl, instead." },
  theirs: { type: 'boolean', help: 'With --kubectl: against kube-apiserver.' },
  upstream: { type: 'string', help: "Kubernetes' own end-to-end tests, instead: their program, e2e.test." },
  integration: { type: 'string', help: "Folders of Kubernetes' own integration tests, instead: apiserver/apply,auth." },
  ours: {
    type: 'boolean',
    help: 'Our loops against a kube-apiserver, instead; with --integration in place of the controllers that its tests start.',
  },
  node: { type: 'string', help: 'Program that starts a real node, for --identities and --upstream.' },
  only: { type: 'string', default: '', help: 'Pattern of the sets or tests.' },
})
const assets = process.env.KUBEBUILDER_ASSETS ?? ''
const missing = NEEDED.filter((program) => !existsSync(join(assets, program)))
if (assets === '' || missing.length > 0) {
  say(
    assets === ''
      ? `KUBEBUILDER_ASSETS is not set: point it at a folder with ${NEEDED.join(', ')}`
      : `${assets} has no ${missing.join(', ')}, so there is nothing to run`,
  )
  process.exit(2)
}
const { integration, node, only, upstream } = flags
let faults = 0
if (flags.identities) {
  faults += await runIdentities(assets, node)
} else if (flags.manifests) {
  faults += await playSets(assets, only)
} else if (flags.kubectl) {
  faults += await playKubectlTests(assets, only, flags.theirs === true)
} else if (upstream !== undefined) {
  faults += await playUpstream(assets, upstream, node, only)
} else if (integration !== undefined) {
  faults += await playIntegration(integration.split(','), only === '' ? undefined : only, assets, flags.ours === true)
} else if (flags.ours) {
  const spec = reference(assets)
  if (typeof spec === 'string') throw new Error(spec)
  say('our loops, kube-apiserver')
  faults += await run(spec, assets, startOurLoops)
} else {
  for (const spec of [ours(), ours(join(assets, 'etcd'))]) {
    say(spec.name)
    faults += await run(spec, assets)
  }
}
say(faults === 0 ? 'no faults' : `${faults} faults`)
process.exitCode = faults === 0 ? 0 : 1

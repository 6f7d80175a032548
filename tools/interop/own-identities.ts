import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { issueCertificate, loadAuthority, type Authority } from '../../server/serving/x509.ts'
import { endWithThis, freePort, ours } from '../bench/contestants.ts'
import { say } from '../setup.mjs'
import { clients, readsFigures, workloads } from './manifests.ts'
import { SUSPECT } from './steps.ts'

/**
 * `npm run interop -- --identities`: unmodified components, each with its own certificate or service account and no rights but the default
 * roles' and its own manifest's: kube-controller-manager with an account a controller, kube-scheduler, kubelets (hollow, and with
 * `--node=PROGRAM` a real one on containerd: it is called `up KUBECONFIG CLIENT-CA NAME`, then `down`), kube-proxy, CoreDNS and metrics-server.
 * Node, RBAC and NodeRestriction are on. Every refusal is a fault.
 */
const STEP_LIMIT_MS = 90_000
const POLL_MS = 500
const HOLLOW = 'hollow-0'
const REAL = 'real-1'

const NEEDED = ['kube-controller-manager', 'kube-scheduler', 'kubemark', 'kubectl', 'kube-proxy', 'coredns', 'metrics-server'] as const

interface Entry {
  msg?: string
  user: string
  verb: string
  uri: string
  status: number
}

class Interop {
  readonly dir = mkdtempSync(join(tmpdir(), 'binnacle-identities-'))
  readonly #assets: string
  readonly #server: string
  readonly #admin: string
  readonly #ca: Authority
  readonly #pki: string
  readonly #children: ChildProcess[] = []
  readonly logs: string[] = []

  constructor(assets: string, server: string, admin: string) {
    this.#assets = assets
    this.#server = server
    this.#admin = admin
    this.#pki = join(dirname(admin), 'pki')
    this.#ca = loadAuthority(readFileSync(this.ca, 'utf8'), readFileSync(join(this.#pki, 'ca.key'), 'utf8'))
  }

  get ca(): string {
    return join(this.#pki, 'ca.crt')
  }

  #kubeconfig(name: string, user: object): string {
    const file = join(this.dir, `${name.replaceAll(':', '-')}.kubeconfig`)
    const cluster = { server: this.#server, 'certificate-authority-data': Buffer.from(this.#ca.cert).toString('base64') }
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
    return file
  }

  byCertificate(commonName: string, ...organizations: string[]): string {
    const { cert, key } = issueCertificate(this.#ca, { commonName, organizations, use: 'client', now: Date.now() })
    const data = (pem: string): string => Buffer.from(pem).toString('base64')
    return this.#kubeconfig(commonName, { 'client-certificate-data': data(cert), 'client-key-data': data(key) })
  }

  async byAccount(name: string): Promise<{ file: string; token: string }> {
    const token = await this.kubectl(['create', 'token', name, '--namespace=kube-system'])
    return { file: this.#kubeconfig(name, { token }), token }
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(join(this.#assets, 'kubectl'), [`--kubeconfig=${this.#admin}`, ...args], (error, stdout, stderr) =>
        error === null ? resolve(stdout.trim()) : reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)),
      )
      child.stdin?.end(input)
    })
  }

  create(objects: readonly object[]): Promise<string> {
    return this.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  }

  start(program: string, args: readonly string[]): void {
    const file = join(this.dir, `${program}.log`)
    const log = openSync(file, 'w')
    const child = spawn(join(this.#assets, program), args, { stdio: ['ignore', log, log], cwd: this.dir })
    endWithThis(child)
    this.#children.push(child)
    closeSync(log)
    this.logs.push(file)
  }

  startManager(): void {
    const file = this.byCertificate('system:kube-controller-manager')
    this.start('kube-controller-manager', [
      ...delegated(file),
      ...['--use-service-account-credentials=true', `--root-ca-file=${this.ca}`],
      ...[`--cluster-signing-cert-file=${this.ca}`, `--cluster-signing-key-file=${join(this.#pki, 'ca.key')}`],
      `--service-account-private-key-file=${join(this.#pki, 'sa.key')}`,
    ])
  }

  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}

const delegated = (file: string): string[] => [
  ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${file}`),
  ...['--secure-port=0', '--leader-elect=true'],
]

/** Undefined when it has come about, or what is seen instead. */
interface Step {
  readonly name: string
  look(): Promise<string | undefined>
}

const shows = (name: string, want: RegExp, read: () => Promise<string>): Step => ({
  name,
  async look() {
    const seen = await read()
    return want.test(seen) ? undefined : seen
  },
})

async function play({ name, look }: Step): Promise<number> {
  const began = performance.now()
  let seen: string | undefined = ''
  while (performance.now() - began < STEP_LIMIT_MS) {
    seen = await look().catch((e: unknown) => String(e))
    if (seen === undefined) break
    await new Promise((r) => setTimeout(r, POLL_MS))
  }
  const took = ((performance.now() - began) / 1000).toFixed(1).padStart(5)
  say(`${seen === undefined ? 'ok   ' : 'FAULT'} ${took} s  ${name}${seen === undefined ? '' : `: ${seen.slice(0, 300)}`}`)
  return seen === undefined ? 0 : 1
}

const getSecurely = (port: number, path: string, token: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const req = request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.once('end', () => resolve(`${res.statusCode} ${Buffer.concat(chunks).toString()}`))
    })
    req.once('error', reject)
    req.end()
  })

async function playAll(i: Interop, real: boolean): Promise<number> {
  const nodes = real ? [REAL, HOLLOW] : [HOLLOW]
  const [dns, metrics, health, proxy] = [await freePort(), await freePort(), await freePort(), await freePort()]
  let faults = 0
  const step = async (s: Step): Promise<void> => void (faults += await play(s))
  await step(
    shows('nodes say that they are ready', new RegExp(`^True${' True'.repeat(nodes.length - 1)}$`), () =>
      i.kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}']),
    ),
  )
  await i.create(workloads(nodes, real ? REAL : undefined))
  for (const node of nodes)
    await step(
      shows(`a pod runs on ${node}`, /^1$/, () => i.kubectl(['get', 'deployment', node, '-o', 'jsonpath={.status.readyReplicas}'])),
    )
  if (real) {
    await step(
      shows('with its secret, configuration and account', /^secret configuration default$/, () =>
        i.kubectl(['logs', `deployment/${REAL}`]),
      ),
    )
  }

  i.start('kube-proxy', [
    ...[`--kubeconfig=${i.byCertificate('system:kube-proxy')}`, `--hostname-override=${nodes[0]}`, '--proxy-mode=iptables'],
    ...[`--healthz-bind-address=127.0.0.1:${health}`, `--metrics-bind-address=127.0.0.1:${proxy}`, '--cluster-cidr=10.244.0.0/16'],
    ...['--conntrack-max-per-core=0', '--conntrack-tcp-timeout-established=0s', '--conntrack-tcp-timeout-close-wait=0s'],
  ])
  const coredns = await i.byAccount('coredns')
  const corefile = join(i.dir, 'Corefile')
  writeFileSync(corefile, `.:${dns} {\n  bind 127.0.0.1\n  errors\n  kubernetes cluster.local {\n    kubeconfig ${coredns.file}\n  }\n}\n`)
  i.start('coredns', ['-conf', corefile])
  const { file, token } = await i.byAccount('metrics-server')
  i.start('metrics-server', [
    ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${file}`),
    ...[`--secure-port=${metrics}`, '--bind-address=127.0.0.1', `--cert-dir=${join(i.dir, 'metrics-server')}`],
    ...[
      '--kubelet-insecure-tls',
      '--kubelet-preferred-address-types=InternalIP',
      '--kubelet-use-node-status-port',
      '--metric-resolution=15s',
    ],
  ])

  const address = (): Promise<string> => i.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${dns}`])
  await step({
    name: 'CoreDNS knows the service',
    async look() {
      const [found] = await resolver.resolve4('web.default.svc.cluster.local')
      return found === (await address()) ? undefined : String(found)
    },
  })
  await step({
    name: 'kube-proxy leads to the service',
    async look() {
      const rules = execFileSync('iptables-save', ['-t', 'nat'], { encoding: 'utf8' })
      return rules.includes(`-d ${await address()}/32 -p tcp`) ? undefined : 'no rule for its address'
    },
  })
  const figures = (): Promise<string> => getSecurely(metrics, '/apis/metrics.k8s.io/v1beta1/nodes', token)
  // It asks the API server who asks, and whether he may: its own account may not.
  await step(
    shows('metrics-server asks who may read figures', /^403 .*cannot list resource \\"nodes\\" in API group \\"metrics.k8s.io\\"/, figures),
  )
  await i.create(readsFigures)
  // A hollow kubelet has no figures.
  if (real) await step(shows(`and has those of ${REAL}`, new RegExp(`^200 .*"name":"${REAL}".*"cpu":"\\d+n"`, 's'), figures))
  return faults
}

/** Who was refused what, by the server's own log. */
function refusals(log: string): string[] {
  const found = new Map<string, number>()
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue
    const { msg, user, verb, uri, status } = JSON.parse(line) as Entry
    if (msg !== 'request' || (status !== 401 && status !== 403)) continue
    const key = `${status} for ${user}: ${verb} ${uri.replace(/[?].*/, '')}`
    found.set(key, (found.get(key) ?? 0) + 1)
  }
  return [...found].map(([key, n]) => `${key} (${n} times)`)
}

export async function runIdentities(assets: string, node: string | undefined): Promise<number> {
  const missing = NEEDED.filter((program) => !existsSync(join(assets, program)))
  if (missing.length > 0) {
    say(`${assets} has no ${missing.join(', ')}, so there is nothing to run`)
    return 1
  }
  const server = await ours(undefined, ['--controllers=', '--nodes=0', '-v=3', '--max-requests-inflight=0']).start()
  const i = new Interop(assets, server.url, server.kubeconfig!)
  let faults = 0
  try {
    await i.create(clients)
    i.startManager()
    i.start('kube-scheduler', delegated(i.byCertificate('system:kube-scheduler')))
    const hollow = [
      '--morph=kubelet',
      `--name=${HOLLOW}`,
      '--use-host-image-service=false',
      '--kubelet-port=0',
      '--kubelet-read-only-port=0',
    ]
    i.start('kubemark', [`--kubeconfig=${i.byCertificate(`system:node:${HOLLOW}`, 'system:nodes')}`, ...hollow])
    if (node !== undefined) {
      const folder = execFileSync(node, ['up', i.byCertificate(`system:node:${REAL}`, 'system:nodes'), i.ca, REAL], {
        encoding: 'utf8',
      }).trim()
      i.logs.push(join(folder, 'kubelet.log'))
    }
    faults += await playAll(i, node !== undefined)
    for (const file of i.logs)
      for (const line of new Set(readFileSync(file, 'utf8').split('\n')))
        if (/^E|ERROR/.test(line) && SUSPECT.test(line)) {
          faults++
          say(`FAULT ${file}: ${line.slice(0, 400)}`)
        }
    for (const refusal of refusals(join(dirname(server.kubeconfig!), 'server.log'))) {
      faults++
      say(`FAULT ${refusal}`)
    }
  } finally {
    i.stop()
    if (node !== undefined) execFileSync(node, ['down'], { stdio: 'ignore' })
    try {
      execFileSync(join(assets, 'kube-proxy'), ['--cleanup'], { stdio: 'ignore' })
    } catch {
      // There was nothing to clean.
    }
    await server.stop()
    if (faults === 0) rmSync(i.dir, { recursive: true, force: true })
    else say(`the logs are in ${i.dir}`)
  }
  return faults
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { end, ours, reference, run, type Contestant } from '../bench/contestants.ts'
import { closeConnections } from '../conformance/http.ts'
import { Random } from '../fuzz/random.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { NAMESPACES } from './matrix.ts'
import { changedNodeObjects, nodeObjects } from './nodes.ts'
import { changedPolicy, changedSums, initialPolicy, post, type Write } from './policy.ts'
import { Phase, type Difference } from './phase.ts'
import { Side } from './side.ts'

/**
 * `npm run decisions`: the same roles, bindings and nodes' objects on this server and on a kube-apiserver with kube-controller-manager's
 * aggregation of roles ($KUBEBUILDER_ASSETS), and the same questions about who may do what: as SubjectAccessReviews, as requests in the name of
 * their subject, and as SelfSubjectRulesReviews; at first, after roles, bindings and pods have changed, and after what is summed up in roles has.
 * All of it follows from the seed. Exit code 1 for a difference.
 */
const { values: flags } = commandLine('Asks this server and a kube-apiserver who may do what, and prints where the decisions differ.', {
  seed: { type: 'number', default: 1, help: 'Of the questions.' },
  count: { type: 'number', default: 20_000, help: 'Questions of each of the three phases.' },
  url: {
    type: 'string',
    help: 'Address of a server that runs already and was never used for this, with a controller that aggregates roles.',
  },
  token: { type: 'string', default: '', help: 'Its token.' },
  'reference-url': { type: 'string', help: 'Address of such a kube-apiserver.' },
  'reference-token': { type: 'string', default: '', help: 'Its token.' },
})
const AGGREGATION = 'clusterrole-aggregation-controller'
const PLACES = 3

interface Running {
  side: Side
  stop(): Promise<void>
}

const given = (name: string, url: string, token: string): Running => ({
  side: new Side({ name, url, token }),
  stop: () => Promise.resolve(),
})

async function startReference(assets: string): Promise<Running> {
  const spec = reference(assets)
  if (typeof spec === 'string') throw new Error(spec)
  const server = await spec.start()
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-decisions-'))
  const manager = run(dir, 'manager', join(assets, 'kube-controller-manager'), [
    `--kubeconfig=${server.kubeconfig!}`,
    `--controllers=${AGGREGATION}`,
    ...['--leader-elect=false', '--secure-port=0'],
  ])
  const stop = async (): Promise<void> => {
    await end(manager)
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  return { side: sideOf('reference', server), stop }
}

async function startOurs(): Promise<Running> {
  const limits = ['--max-requests-inflight=0', '--max-mutating-requests-inflight=0']
  const server = await ours(undefined, [`--controllers=${AGGREGATION}`, '--nodes=0', ...limits]).start()
  return { side: sideOf('ours', server), stop: () => server.stop() }
}

const sideOf = (name: string, { url, token }: Contestant): Side => new Side({ name, url, token })

function print(found: readonly Difference[]): void {
  const groups = new Map<string, Difference[]>()
  for (const d of found) {
    const key = JSON.stringify([d.reference.slice(0, 40), d.ours.slice(0, 40)])
    groups.set(key, [...(groups.get(key) ?? []), d])
  }
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    say(`\n${group.length} like:`)
    for (const d of group.slice(0, PLACES)) say(`  ${d.about}\n    reference: ${d.reference}\n    ours:      ${d.ours}`)
  }
}

async function main(): Promise<number> {
  const assets = process.env.KUBEBUILDER_ASSETS ?? ''
  const { seed, count } = flags
  const referenceUrl = flags['reference-url']
  const theirs = referenceUrl === undefined ? await startReference(assets) : given('reference', referenceUrl, flags['reference-token'])
  let mine: Running | undefined
  try {
    mine = flags.url === undefined ? await startOurs() : given('ours', flags.url, flags.token)
    const phase = new Phase([theirs.side, mine.side])
    const random = new Random(seed)
    const namespaces = [...NAMESPACES, 'kube-node-lease'].map((name) => post('/api/v1/namespaces', { metadata: { name } }))
    const phases: [string, Write[]][] = [
      ['first', [...namespaces, ...initialPolicy(random), ...nodeObjects(random)]],
      ['changed', [...changedPolicy(random), ...changedNodeObjects(random)]],
      ['summed', [...changedSums(random)]],
    ]
    for (const [i, [name, writes]] of phases.entries()) {
      const began = performance.now()
      const before = phase.differences.length
      await phase.prepare(name, writes)
      // Other questions in each phase would hide what only a change shows.
      await phase.decisions(seed, count)
      await phase.rules(seed + i)
      say(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s, ${phase.differences.length - before} differences`)
    }
    print(phase.differences)
    const told = Object.entries(phase.counts).map(([kind, n]) => `${n} ${kind}`)
    say(`\nseed ${seed}: ${told.join(', ')}: ${phase.differences.length} differences`)
    return phase.differences.length === 0 ? 0 : 1
  } finally {
    closeConnections()
    await mine?.stop()
    await theirs.stop()
  }
}

process.exitCode = await main()

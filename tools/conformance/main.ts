import { randomBytes } from 'node:crypto'
import { ours, reference, type Contestant } from '../bench/contestants.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { compare, type Difference } from './compare.ts'
import { closeConnections, type Target } from './http.ts'
import { known, knownRow } from './known.ts'
import { Tally } from './tally.ts'
import { parts } from './scenarios/index.ts'
import { examplePods } from './scenarios/pod-security.ts'
import { closeHooks } from './scenarios/webhooks.ts'
import { Session, type Scenario } from './session.ts'

/**
 * `npm run conformance`: plays the same requests against this server and a real kube-apiserver ($KUBEBUILDER_ASSETS with kube-apiserver
 * and etcd) and prints in what the answers differ. Exit code 1 for a difference that is not on the list of known ones.
 */
const { values: flags } = commandLine(
  'Plays the same requests against this server and a kube-apiserver, and prints where the answers differ.',
  {
    only: { type: 'string', default: '', help: 'Pattern of the scenarios to play.' },
    hide: { type: 'string', help: 'Pattern of paths whose differences are not printed.' },
    all: { type: 'boolean', help: 'Prints the differences on the list of known ones, too.' },
    url: { type: 'string', help: 'Address of a server that runs already, instead of a fresh one.' },
    token: { type: 'string', default: '', help: 'Its token.' },
    'reference-url': { type: 'string', help: 'Address of a kube-apiserver that runs already.' },
    'reference-token': { type: 'string', default: '', help: 'Its token.' },
    'pod-security-module': {
      type: 'string',
      help: 'Folder of the Go module k8s.io/pod-security-admission, whose example pods are played as well.',
    },
  },
)

interface Side extends Target {
  stop(): Promise<void>
}

const running = (name: string, url: string, token: string): Side => ({ name, url, token, stop: () => Promise.resolve() })
const side = (name: string, c: Contestant): Side => ({ name, url: c.url, token: c.token, stop: () => c.stop() })

async function sides(): Promise<[Side, Side] | string> {
  const spec = reference(process.env.KUBEBUILDER_ASSETS)
  const { url, token } = flags
  const referenceUrl = flags['reference-url']
  if (referenceUrl === undefined && typeof spec === 'string') return spec
  const theirs =
    referenceUrl === undefined
      ? side('reference', await (spec as Exclude<typeof spec, string>).start())
      : running('reference', referenceUrl, flags['reference-token'])
  try {
    return [theirs, url === undefined ? side('ours', await ours().start()) : running('ours', url, token)]
  } catch (e) {
    await theirs.stop()
    throw e
  }
}

async function play(scenario: Scenario, both: readonly [Side, Side], run: string): Promise<{ found: Difference[]; steps: number }> {
  const [theirs, mine] = both.map((target) => new Session(target, run)) as [Session, Session]
  const ends = await Promise.allSettled([scenario.run(theirs), scenario.run(mine)])
  const found = compare(scenario.name, theirs.steps, mine.steps)
  for (const [i, e] of ends.entries()) {
    if (e.status !== 'rejected') continue
    const why = e.reason instanceof Error ? (e.reason.stack ?? e.reason.message) : String(e.reason)
    found.push({ where: `${scenario.name}/(broken)`, request: '', path: both[i]!.name, reference: why, ours: '' })
  }
  return { found, steps: theirs.steps.length }
}

const PLACES = 4

/** The same difference in many places is printed once. */
function print(found: readonly Difference[]): void {
  const groups = new Map<string, Difference[]>()
  for (const d of found) {
    const key = JSON.stringify([d.path.replace(/\[\d+\]/g, '[]'), d.reference, d.ours])
    groups.set(key, [...(groups.get(key) ?? []), d])
  }
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    const [first] = group
    const places = group.slice(0, PLACES).map((d) => d.where)
    console.log(
      `\n${group.length} × ${first!.path}\n  reference: ${first!.reference}\n  ours:      ${first!.ours}\n  at: ${places.join('; ')}${group.length > PLACES ? ' …' : ''}`,
    )
    if (first!.request !== '') console.log(`  e.g. ${first!.request}`)
  }
}

async function main(): Promise<number> {
  const both = await sides()
  if (typeof both === 'string') {
    say(`Nothing to compare with: ${both}`)
    return 2
  }
  try {
    const run = randomBytes(3).toString('hex').replace(/^\d/, 'x')
    const module = flags['pod-security-module']
    const all = module === undefined ? parts : { ...parts, 'example pods': [examplePods(module)] }
    const found: Difference[] = []
    const tally = new Tally()
    for (const [part, scenarios] of Object.entries(all)) {
      for (const s of scenarios.filter(({ name }) => new RegExp(flags.only).test(name))) {
        const result = await play(s, both, run)
        found.push(...result.found)
        tally.add(part, result.steps, result.found)
      }
    }
    const fresh = flags.all ? found : found.filter((d) => knownRow(d) === undefined)
    const { hide } = flags
    print(hide === undefined ? fresh : fresh.filter((d) => !new RegExp(hide).test(d.path)))
    const unused = flags.only === '' ? known.filter((k) => !found.some((d) => k.where.test(d.where) && k.path.test(d.path))) : []
    for (const k of unused) console.log(`\nno longer a difference, take it off the list: ${k.where} ${k.path} (${k.reason})`)
    console.log(`\n${tally.table()}`)
    return fresh.length + unused.length === 0 ? 0 : 1
  } finally {
    closeConnections()
    await closeHooks()
    await Promise.all(both.map((b) => b.stop()))
  }
}

process.exitCode = await main()

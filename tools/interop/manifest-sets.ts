import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ours, reference } from '../bench/contestants.ts'
import { compare, type Difference } from '../conformance/compare.ts'
import { Session } from '../conformance/session.ts'
import { say } from '../setup.mjs'
import { type Kubectl, kubectlOf, type Said } from './kubectl.ts'
import { type Manifest, manifestSets, type ManifestSet } from './sets.ts'

/**
 * `npm run interop -- --manifests [--only=PATTERN]`: what real projects install (sets.ts; needs go and helm), applied twice client-side and
 * twice server-side with kubectl. The second time must change nothing and `kubectl diff` must have nothing to show, and what kubectl says
 * and what is stored, with its managedFields, must be the same on a kube-apiserver.
 */
interface Side {
  session: Session
  kubectl: Kubectl
}

/** kubectl's own limit for the annotation that a client-side apply keeps, less its name. */
const LAST_APPLIED_LIMIT = 262_000

/** A kube-apiserver on a busy machine needs minutes for fifteen large definitions. */
const PATIENCE = '300s'

const MOST_LOOKS = 20

const DEFINITION = 'CustomResourceDefinition'

interface Stored {
  metadata: { uid: string; resourceVersion: string; managedFields?: { time?: string }[] }
  status?: { conditions?: { type: string }[] }
  spec?: { clusterIP?: string; clusterIPs?: string[]; ports?: { nodePort?: number }[] }
}

/** What is drawn by lot or by the clock is left out. */
function comparable(o: Stored): unknown {
  const { managedFields, ...metadata } = o.metadata
  // In the order of their times, which a second's end between two writes changes.
  const managers = managedFields?.map(({ time: _time, ...entry }) => JSON.stringify(entry)).sort()
  // Each is a loop's own; which of them writes first is not said.
  o.status?.conditions?.sort((a, b) => (a.type < b.type ? -1 : 1))
  const { spec } = o
  if (spec?.clusterIP !== undefined && spec.clusterIP !== 'None') {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  // Under another name, since a comparison of answers leaves managedFields out.
  return { ...o, metadata, managers }
}

class Play {
  readonly faults: string[] = []
  readonly #set: string
  readonly #side: Side
  readonly #dir: string

  constructor(set: string, side: Side, dir: string) {
    this.#set = set
    this.#side = side
    this.#dir = dir
  }

  file(name: string, manifests: readonly Manifest[]): string {
    const file = join(this.#dir, `${name}.json`)
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }))
    return file
  }

  /** Runs, compares what it says, and gives that back. */
  async #run(label: string, args: readonly string[]): Promise<Said> {
    const said = await this.#side.kubectl(args)
    this.#side.session.note(label, said)
    if (said.failed) this.faults.push(`${this.#set}, ${label}: ${said.output.slice(0, 2000)}`)
    return said
  }

  async #stored(file: string): Promise<Stored[]> {
    const { failed, output } = await this.#side.kubectl(['get', '-f', file, '-o', 'json', '--show-managed-fields'])
    if (failed) {
      this.faults.push(`${this.#set}: ${output.slice(0, 2000)}`)
      return []
    }
    const found = JSON.parse(output) as Stored | { items: Stored[] }
    // One object is answered as itself.
    return 'items' in found ? found.items : [found]
  }

  /** kubectl gives up when it looks before there are conditions at all. */
  async #established(how: string, file: string): Promise<void> {
    const wait = ['wait', '--for=condition=Established', '-f', file, `--timeout=${PATIENCE}`]
    let said = await this.#side.kubectl(wait)
    for (let again = 0; said.failed && again < MOST_LOOKS; again++) said = await this.#side.kubectl(wait)
    if (said.failed) this.faults.push(`${this.#set}, ${how}: ${said.output.slice(0, 2000)}`)
  }

  async twice(how: string, flags: readonly string[], manifests: readonly Manifest[], wait: boolean): Promise<void> {
    const file = this.file('set', manifests)
    const apply = ['apply', ...flags, '-f', file]
    await this.#run(`${how}: first time`, apply)
    // Names that a definition accepts, and what is served of it, come a moment later.
    if (wait) await this.#established(how, file)
    const before = await this.#stored(file)
    this.#side.session.note(`${how}: stored`, before.map(comparable))
    const again = await this.#run(`${how}: second time`, apply)
    const changed = again.output.split('\n').filter((line) => !/ (?:unchanged|serverside-applied)$/.test(line))
    if (changed.length > 0) this.faults.push(`${this.#set}, ${how}: a second time changed ${changed.slice(0, 5).join('; ')}`)
    const after = new Map((await this.#stored(file)).map(({ metadata: m }) => [m.uid, m.resourceVersion]))
    const moved = before.filter(({ metadata: m }) => after.get(m.uid) !== m.resourceVersion)
    if (before.length !== manifests.length || after.size !== manifests.length)
      this.faults.push(`${this.#set}, ${how}: ${before.length} and ${after.size} of ${manifests.length} are stored`)
    if (moved.length > 0) this.faults.push(`${this.#set}, ${how}: a second time wrote ${moved.length} objects`)
    const diff = await this.#run(`${how}: diff`, ['diff', ...flags, '-f', file])
    if (diff.output !== '') this.faults.push(`${this.#set}, ${how}: diff says ${diff.output.slice(0, 500)}`)
  }

  async remove(how: string, manifests: readonly Manifest[]): Promise<void> {
    await this.#run(`${how}: delete`, ['delete', '-f', this.file('set', manifests), `--timeout=${PATIENCE}`])
  }

  async namespaces(manifests: readonly Manifest[]): Promise<void> {
    const wanted = new Set(manifests.flatMap(({ metadata: { namespace } }) => namespace ?? []))
    for (const namespace of wanted) {
      const found = await this.#side.kubectl(['get', 'namespace', namespace])
      if (found.failed) await this.#run(`namespace ${namespace}`, ['create', 'namespace', namespace])
    }
  }
}

async function playSet({ name, manifests }: ManifestSet, side: Side): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-manifests-'))
  const play = new Play(name, side, dir)
  const definitions = manifests.filter((m) => m.kind === DEFINITION)
  const others = manifests.filter((m) => m.kind !== DEFINITION)
  const fits = (m: Manifest): boolean => JSON.stringify(m).length < LAST_APPLIED_LIMIT
  try {
    await play.namespaces(manifests)
    for (const [how, flags, some] of [
      ['client-side', [], definitions.filter(fits)],
      ['server-side', ['--server-side'], definitions],
    ] as const) {
      await play.twice(`${how}, definitions`, flags, some, true)
      if (others.length > 0) {
        await play.twice(how, flags, others, false)
        await play.remove(how, others)
      }
      await play.remove(`${how}, definitions`, some)
    }
    return play.faults
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const SHOWN = 20

function print(differences: readonly Difference[]): void {
  for (const d of differences.slice(0, SHOWN)) say(`DIFFERENT ${d.where} ${d.path}\n  reference: ${d.reference}\n  ours:      ${d.ours}`)
}

/** The number of faults and differences. */
export async function playSets(assets: string, only: string): Promise<number> {
  const spec = reference(assets)
  if (typeof spec === 'string') throw new Error(spec)
  const servers = [await spec.start(), await ours().start()]
  let wrong = 0
  try {
    for (const set of manifestSets(assets, new RegExp(only))) {
      const sides = servers.map(({ name, url, token, kubeconfig }) => ({
        session: new Session({ name, url, token }, 'manifests'),
        kubectl: kubectlOf(assets, kubeconfig!),
      })) as [Side, Side]
      const took: number[] = []
      const faults: string[][] = []
      for (const side of sides) {
        const began = performance.now()
        faults.push(await playSet(set, side))
        took.push(performance.now() - began)
      }
      const different = compare(set.name, sides[0].session.steps, sides[1].session.steps)
      // What comes about on the reference too is the manifests' own.
      const [theirs, own] = faults as [string[], string[]]
      const alone = own.filter((fault) => !theirs.includes(fault))
      const shared = own.filter((fault) => theirs.includes(fault))
      wrong += alone.length + different.length
      const counts = `${set.manifests.length} objects, ${sides[0].session.steps.length} answers of kubectl compared, ${different.length} differ`
      say(
        `${alone.length + different.length === 0 ? 'ok   ' : 'FAULT'} ${set.name}: ${counts}; ${took.map((ms) => (ms / 1000).toFixed(1)).join(' s and ')} s`,
      )
      for (const fault of alone) say(`FAULT ${fault}`)
      for (const fault of shared) say(`on both: ${fault}`)
      print(different)
    }
  } finally {
    for (const server of servers) await server.stop()
  }
  return wrong
}

import { Random } from '../fuzz/random.ts'
import { NAMESPACES, NODES } from './matrix.ts'
import { attachment, slice } from './nodes.ts'
import { post, RBAC, type Json, type Write } from './policy.ts'
import { describe, questionOf, requestOf, subjectOf, type Question } from './questions.ts'
import { all, type Side } from './side.ts'

/** One way in which the two servers differ. */
export interface Difference {
  readonly about: string
  readonly reference: string
  readonly ours: string
}

export interface Counts {
  /** Of each kind, how many were compared. */
  [kind: string]: number
}

/**
 * Reviews that are asked again, so many at once and so often, where the reference names one of several bindings by chance: a Go map of 200
 * bindings is walked from any of its 256 places, so that one right behind another comes first once in 256 times.
 */
const TRIES = 300
const ROUNDS = 10
const SUBJECTS = 60
const AGGREGATION_LIMIT_MS = 60_000
/** Half seconds in which nothing is summed up any more. */
const QUIET_LOOKS = 6

export class Phase {
  readonly differences: Difference[] = []
  readonly counts: Counts = {}
  readonly #sides: readonly [reference: Side, ours: Side]

  constructor(sides: readonly [Side, Side]) {
    this.#sides = sides
  }

  async #both<T>(ask: (side: Side) => Promise<T>): Promise<[T, T]> {
    const [reference, ours] = this.#sides
    return Promise.all([ask(reference), ask(ours)])
  }

  #count(kind: string, n: number): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + n
  }

  #compare(about: string, reference: string, ours: string): void {
    if (reference !== ours) this.differences.push({ about, reference, ours })
  }

  /** Writes, and waits until both act by it: what sums up roles, and what reads them. */
  async prepare(name: string, writes: readonly Write[]): Promise<void> {
    const [theirs, mine] = await this.#both((side) => side.write(writes))
    writes.forEach((w, i) => this.#compare(`${w.method} ${w.path} ${JSON.stringify(w.body ?? {})}`, theirs[i]!, mine[i]!))
    this.#count('writes', writes.length)
    await this.#sums()
    const last = sentinels(name)
    const ends = await this.#both((side) => side.write(last.writes))
    for (const answers of ends) for (const a of answers) if (a !== 'ok') throw new Error(`the last objects of a phase: ${a}`)
    await this.#both((side) => side.settle(last.questions))
  }

  /** ClusterRoles with what was summed up in them, once that is equal and rests, or has had its time. */
  async #sums(): Promise<void> {
    const roles = async (side: Side): Promise<Map<string, string>> => {
      const { items } = (await side.get(`${RBAC}/clusterroles`)) as { items: { metadata: { name: string }; rules?: unknown }[] }
      return new Map(items.map((r) => [r.metadata.name, JSON.stringify(r.rules ?? [])]))
    }
    let before = ''
    let looks = 0
    for (const end = Date.now() + AGGREGATION_LIMIT_MS; ; ) {
      const [theirs, mine] = await this.#both(roles)
      const names = [...new Set([...theirs.keys(), ...mine.keys()])].sort()
      const other = names.filter((n) => theirs.get(n) !== mine.get(n))
      const now = JSON.stringify([...theirs])
      looks = other.length === 0 && now === before ? looks + 1 : 0
      before = now
      if (looks < QUIET_LOOKS && Date.now() < end) {
        await new Promise<void>((r) => void setTimeout(r, 500))
        continue
      }
      for (const n of other) this.#compare(`rules of ClusterRole ${n}`, theirs.get(n) ?? 'absent', mine.get(n) ?? 'absent')
      return this.#count('cluster roles', names.length)
    }
  }

  async decisions(seed: number, count: number): Promise<void> {
    const random = new Random(seed)
    const questions = Array.from({ length: count }, () => questionOf(random))
    const [theirs, mine] = await this.#both((side) => all(questions, (q) => side.decide(q)))
    for (const [i, q] of questions.entries()) {
      const found = theirs[i] === mine[i] ? theirs[i]! : await this.#asOften(q, theirs[i]!, mine[i]!)
      this.#compare(describe(q), found, mine[i]!)
    }
    this.#count('decisions', count)
    this.#count('of them allowed', mine.filter((d) => d.startsWith('yes')).length)
    this.#count('of them about nodes’ rights', questions.filter((q) => q.subject.user.startsWith('system:node:')).length)
    await this.#requests(questions)
  }

  /** The reference's answer that is ours, when it gives that too. */
  async #asOften(q: Question, theirs: string, ours: string): Promise<string> {
    const byBinding = (d: string): boolean => d.startsWith('yes: RBAC: allowed by ')
    if (!byBinding(theirs) || !byBinding(ours)) return theirs
    const asked = Array.from({ length: TRIES }, () => q)
    for (let round = 0; round < ROUNDS; round++) {
      if ((await all(asked, (x) => this.#sides[0].decide(x))).includes(ours)) return ours
    }
    return theirs
  }

  async #requests(questions: readonly Question[]): Promise<void> {
    // Nobody may be impersonated as a master, and no request has an empty name.
    const asked = questions.filter((q) => requestOf(q) !== undefined && !q.subject.groups.includes('system:masters'))
    const [theirs, mine] = await this.#both((side) => all(asked, (q) => side.request(q)))
    asked.forEach((q, i) =>
      this.#compare(`${requestOf(q)!.method} ${requestOf(q)!.path} as ${JSON.stringify(q.subject)}`, theirs[i]!, mine[i]!),
    )
    this.#count('requests', asked.length)
  }

  async rules(seed: number): Promise<void> {
    const random = new Random(seed)
    const asked = Array.from({ length: SUBJECTS }, () => ({ subject: subjectOf(random), namespace: random.pick(NAMESPACES) }))
    const own = asked.filter((a) => !a.subject.groups.includes('system:masters'))
    const [theirs, mine] = await this.#both((side) => all(own, (a) => side.rules(a.subject, a.namespace)))
    own.forEach((a, i) => this.#compare(`rules of ${JSON.stringify(a)}`, JSON.stringify(theirs[i]), JSON.stringify(mine[i])))
    this.#count('rules reviews', own.length)
  }
}

/** The last object of each kind that decisions are made of, and what is allowed by it alone. */
function sentinels(phase: string): { writes: Write[]; questions: Question[] } {
  const name = `sentinel-${phase}`
  const [namespace] = NAMESPACES
  const [node] = NODES
  const own = `${RBAC}/namespaces/${namespace}`
  const rules = [{ verbs: ['get'], apiGroups: ['sentinel.example.com'], resources: [name] }]
  const binding = (kind: string): Json => ({
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: `${name}-${kind}` }],
  })
  const claimRef = { namespace, name }
  const writes = [
    post(`${RBAC}/clusterroles`, { metadata: { name }, rules }),
    post(`${own}/roles`, { metadata: { name }, rules }),
    post(`${RBAC}/clusterrolebindings`, binding('ClusterRole')),
    post(`${own}/rolebindings`, binding('Role')),
    post('/api/v1/persistentvolumes', {
      metadata: { name },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, claimRef },
    }),
    attachment(name, node),
    slice(name, node),
    post(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name },
      spec: {
        ...{ nodeName: node, automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] },
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: name } }],
      },
    }),
  ]
  const by = (user: string, ...groups: string[]): Question['subject'] => ({ user, groups })
  const kubelet = by(`system:node:${node}`, 'system:nodes')
  const get = (subject: Question['subject'], group: string, resource: string, inside = ''): Question => ({
    ...{ subject, verb: 'get', name, namespace: inside, resource: { group, resource, subresource: '' } },
  })
  const questions = [
    get(by(`${name}-ClusterRole`), 'sentinel.example.com', name),
    get(by(`${name}-Role`), 'sentinel.example.com', name, namespace),
    get(kubelet, '', 'persistentvolumes'),
    get(kubelet, 'storage.k8s.io', 'volumeattachments'),
    get(kubelet, 'resource.k8s.io', 'resourceslices'),
    get(kubelet, '', 'persistentvolumeclaims', namespace),
  ]
  return { writes, questions }
}

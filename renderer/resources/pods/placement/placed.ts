import { selects } from '../../../kube/label-selector.ts'
import type { Row } from '../../../kube/store.ts'
import type { Pod } from '../types.ts'
import { apartTerms, hardSpreads, nearTerms, spreadSelector, termMeans } from './affinity.ts'
import { requestsOf } from './requests.ts'
import type { OnNode, Placed, PlacedQuestion } from './types.ts'
import { attaches, claimNames, disksOf, inlineVolumes } from './volumes.ts'

interface HostPort {
  ip: string
  place: string
}

const anyAddress = '0.0.0.0'

/** Of containers and sidecars. */
const hostPorts = ({ spec }: Pod): HostPort[] =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, protocol = 'TCP' }) =>
      hostPort ? [{ ip: hostIP || anyAddress, place: `${hostPort}/${protocol}` }] : [],
    ),
  )

const collide = (a: HostPort, b: HostPort): boolean => a.place === b.place && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress)

/** Pods that have ended hold nothing of their node. */
const holds = ({ spec, status }: Pod): boolean => Boolean(spec?.nodeName) && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'

/** What the pods that have a node mean for one that waits. One pass over all of them: it runs in the worker. */
export function summarizePlaced(rows: Iterable<Row>, { pod, namespaces }: PlacedQuestion): Placed {
  const near = nearTerms(pod)
  const apart = apartTerms(pod)
  const spreads = hardSpreads(pod).map((one) => spreadSelector(one, pod))
  const ports = hostPorts(pod)
  const disks = new Map(disksOf(pod).map((disk) => [disk.name, disk]))
  const claims = claimNames(pod)
  const attaching = attaches(pod)
  const placed: Placed = { byNode: {}, users: {} }
  const labelsOf = (one: Pod): Record<string, string> | undefined => namespaces[one.metadata.namespace ?? '']
  const ownLabels = labelsOf(pod)

  for (const { object } of rows) {
    const other = object as Pod
    if (!holds(other)) continue
    const called = `${other.metadata.namespace}/${other.metadata.name}`
    const there = (placed.byNode[other.spec?.nodeName ?? ''] ??= nothing(apart.length, spreads.length))
    const sameNamespace = other.metadata.namespace === pod.metadata.namespace
    there.pods++
    for (const [resource, value] of Object.entries(requestsOf(other))) there.resources[resource] = (there.resources[resource] ?? 0) + value
    if (ports.length > 0)
      for (const theirs of hostPorts(other)) if (ports.some((mine) => collide(mine, theirs))) there.ports.push(`${theirs.place} ${called}`)
    if (near.length > 0 && near.every((term) => termMeans(term, pod, other, labelsOf(other)))) there.near++
    for (const [at, term] of apart.entries()) if (termMeans(term, pod, other, labelsOf(other))) there.apart[at] ??= called
    for (const term of apartTerms(other)) if (termMeans(term, other, pod, ownLabels)) there.apartFrom[term.topologyKey] ??= called
    if (sameNamespace && !other.metadata.deletionTimestamp)
      for (const [at, selector] of spreads.entries())
        if (selector && !isEmpty(selector) && selects(selector, other.metadata.labels)) there.spread[at] = (there.spread[at] ?? 0) + 1
    if (disks.size > 0) {
      const shared = disksOf(other).find((theirs) => disks.has(theirs.name) && !(theirs.mayShare && disks.get(theirs.name)?.mayShare))
      if (shared) there.disk ??= `${shared.name} ${called}`
    }
    if (!attaching) continue
    Object.assign(there.attached, inlineVolumes(other))
    for (const name of claimNames(other)) {
      there.claims.push(`${other.metadata.namespace}/${name}`)
      if (sameNamespace && claims.includes(name)) placed.users[name] ??= called
    }
  }
  return placed
}

const nothing = (apart: number, spreads: number): OnNode => ({
  pods: 0,
  resources: {},
  ports: [],
  near: 0,
  apart: new Array<string | undefined>(apart).fill(undefined),
  apartFrom: {},
  spread: new Array<number>(spreads).fill(0),
  claims: [],
  attached: {},
})

/** A selector of everything is not counted, as the scheduler has it. */
const isEmpty = (selector: NonNullable<Parameters<typeof selects>[0]>): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0

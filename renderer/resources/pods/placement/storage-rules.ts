import type { Node } from '../../nodes/types.ts'
import type { Claim, Volume } from '../../volumes/types.ts'
import type { Pod } from '../types.ts'
import { claimsOf, classOf, index, isBound, reaches, unserved, volumeOf, waitsForPod } from './claims.ts'
import { csiOfVolume, driverOf, onNode, type CsiVolume } from './csi-translation.ts'
import type { Judge, Refusal, Storage, Surroundings } from './types.ts'
import { attaches, claimNames, inlineVolumes } from './volumes.ts'

/** Older labels of zones and regions, and what they are called today. */
const today: Record<string, string> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
}
const zoneLabels = [...Object.keys(today), ...Object.values(today)]

/** A rule about a pod's claims, for pods that have some; nothing is said while what there is to store is not known. */
const aboutClaims =
  (judge: (pod: Pod, storage: Storage, around: Surroundings) => Judge) =>
  (pod: Pod, around: Surroundings): Judge => {
    if (claimNames(pod).length === 0) return {}
    return around.storage ? judge(pod, around.storage, around) : { pod: 'unknown' }
  }

export const storageRules: Record<string, (pod: Pod, around: Surroundings) => Judge> = {
  VolumeRestrictions: judgeRestrictions,
  NodeVolumeLimits: judgeLimits,
  VolumeBinding: aboutClaims(judgeBinding),
  VolumeZone: aboutClaims(judgeZone),
}

/** Claims that it names, in contrast to those that are made for it. */
const directClaims = ({ spec }: Pod): string[] =>
  (spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => (persistentVolumeClaim as { claimName: string } | undefined)?.claimName ?? [],
  )

const isCalled =
  (namespace: string | undefined, name: string) =>
  ({ metadata }: Claim): boolean =>
    metadata.namespace === namespace && metadata.name === name

/** Disks that cannot be attached twice, and claims for one pod alone. */
function judgeRestrictions(pod: Pod, { placed, storage }: Surroundings): Judge {
  const missing = storage && directClaims(pod).find((name) => !storage.claims.some(isCalled(pod.metadata.namespace, name)))
  if (missing !== undefined) return { pod: { reason: `persistentvolumeclaim "${missing}" not found` } }
  const alone = storage?.claims.find(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace &&
      spec?.accessModes?.includes('ReadWriteOncePod') &&
      directClaims(pod).includes(metadata.name) &&
      placed.users[metadata.name] !== undefined,
  )
  const inUse = 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'
  return {
    node(_, there) {
      if (there?.disk !== undefined) return { reason: 'node(s) had no available disk', detail: there.disk }
      return alone && { reason: inUse, detail: `${alone.metadata.name} ${placed.users[alone.metadata.name]}` }
    },
  }
}

/** A node attaches so many volumes of a CSI driver as its CSINode says, and a driver may want no pods where it is not installed. */
function judgeLimits(pod: Pod, around: Surroundings): Judge {
  if (!attaches(pod)) return {}
  if (!around.storage) return { pod: 'unknown' }
  const { claims, volumes, classes, csiNodes, csiDrivers, volumeAttachments } = around.storage
  const [byName, byVolume, byClass, nodes] = [index(claims), index(volumes), index(classes), index(csiNodes)]
  /** What a driver attaches for a claim; a claim without a volume counts as the one that it will get. */
  const csiOfClaim = (key: string): CsiVolume | undefined => {
    const claim = byName.get(key)
    const volume = claim && byVolume.get(volumeOf(claim))
    if (volume) return csiOfVolume(volume)
    const driver = claim && driverOf(byClass.get(classOf(claim))?.provisioner ?? '')
    return driver ? { driver, volumeHandle: `claim ${key}` } : undefined
  }
  /** The driver of each volume. */
  const attachments = (keys: Iterable<string>, inline: Record<string, string>): Map<string, string> => {
    const found = new Map(Object.entries(inline))
    for (const key of keys) {
      const csi = csiOfClaim(key)
      if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver)
    }
    return found
  }
  const own = attachments(
    claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`),
    inlineVolumes(pod),
  )
  const choosy = new Set(csiDrivers.filter(({ spec }) => spec?.preventPodSchedulingIfMissing).map(({ metadata }) => metadata.name))
  return {
    node({ metadata }, on) {
      const drivers = nodes.get(metadata.name)?.spec?.drivers ?? []
      const missing = [...own.values()].find((driver) => choosy.has(driver) && !drivers.some(({ name }) => name === driver))
      if (missing !== undefined) return { reason: `${missing} CSI driver is not installed on the node` }
      const there = drivers.length > 0 ? attachments(on?.claims ?? [], on?.attached ?? {}) : new Map<string, string>()
      const fresh = [...own].filter(([volume]) => !there.has(volume)).map(([, driver]) => driver)
      // What a pod that has gone leaves is still attached for a while.
      for (const { spec } of volumeAttachments) {
        const csi = spec?.nodeName === metadata.name && byVolume.get(spec.source.persistentVolumeName ?? '')?.spec?.csi
        if (csi) there.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher)
      }
      for (const { name, allocatable } of drivers) {
        if (allocatable?.count === undefined) continue
        const more = fresh.filter((driver) => driver === name).length
        const used = [...there.values()].filter((driver) => driver === name).length
        if (more > 0 && used + more > allocatable.count)
          return { reason: 'node(s) exceed max volume count', detail: `${name}: ${used} + ${more} > ${allocatable.count}` }
      }
      return undefined
    },
  }
}

/** Pods go where their volumes are; claims that wait for a pod get theirs where it goes. */
function judgeBinding(pod: Pod, storage: Storage): Judge {
  const claims = claimsOf(pod, index(storage.claims))
  if (!Array.isArray(claims)) return { pod: claims }
  const classes = index(storage.classes)
  const volumes = index(storage.volumes)
  const bound = claims.filter(isBound)
  const waiting = claims.filter((claim) => !isBound(claim) && waitsForPod(claim, classes))
  const immediate = claims.find((claim) => !bound.includes(claim) && !waiting.includes(claim))
  if (immediate) return { pod: { reason: 'pod has unbound immediate PersistentVolumeClaims', detail: immediate.metadata.name } }
  const placed = bound.map((claim): [Claim, Volume | undefined] => [claim, volumes.get(volumeOf(claim))])
  const csiNodes = index(storage.csiNodes)
  return {
    node(node) {
      const csiNode = csiNodes.get(node.metadata.name)
      // The first claim that does not fit decides what is said.
      const [misfit, volume] = placed.find(([, found]) => !found || !reaches(onNode(found, csiNode), node)) ?? []
      const lacking = unserved(waiting, node, storage)
      return together([
        ["node(s) didn't match PersistentVolume's node affinity", misfit && volume && volumeOf(misfit)],
        [lacking?.reason ?? '', lacking?.claim.metadata.name],
        ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)', volume ? undefined : misfit?.metadata.name],
      ])
    },
  }
}

/** All that holds; undefined when nothing does. */
function together(said: [reason: string, culprit: string | undefined][]): Refusal | undefined {
  const holds = said.filter(([, culprit]) => culprit !== undefined)
  if (holds.length === 0) return undefined
  return { reason: holds.map(([reason]) => reason).join(', '), detail: holds.map(([, culprit]) => culprit).join(', ') }
}

/** Volumes with labels of zones or regions are used in those alone. */
function judgeZone(pod: Pod, { claims, volumes, classes }: Storage): Judge {
  const [byName, byVolume, byClass] = [index(claims), index(volumes), index(classes)]
  const wanted: { key: string; values: string[]; volume: string }[] = []
  for (const claimName of directClaims(pod)) {
    const claim = byName.get(`${pod.metadata.namespace}/${claimName}`)
    // What is missing, VolumeBinding says.
    if (!claim || (volumeOf(claim) === '' && waitsForPod(claim, byClass))) continue
    const found = byVolume.get(volumeOf(claim))
    if (!found) {
      if (volumeOf(claim) !== '') return { pod: { reason: `persistentvolume "${volumeOf(claim)}" not found` } }
      continue
    }
    for (const key of zoneLabels) {
      const value = found.metadata.labels?.[key]
      if (value !== undefined) wanted.push({ key, values: value.split('__'), volume: found.metadata.name })
    }
  }
  return { node: (node) => outOfZone(node, wanted) }
}

function outOfZone({ metadata }: Node, wanted: readonly { key: string; values: string[]; volume: string }[]): Refusal | undefined {
  const { labels = {} } = metadata
  // A cluster without zones has them everywhere.
  if (!zoneLabels.some((key) => Object.hasOwn(labels, key))) return undefined
  const missed = wanted.find(({ key, values }) => !values.includes(labels[key] ?? labels[today[key] ?? ''] ?? ''))
  return missed && { reason: 'node(s) had no available volume zone', detail: `${missed.volume} ${missed.key}=${missed.values.join('|')}` }
}

import type { Volume } from '../core/v1/types.ts'
import { procMount } from './baseline.ts'
import {
  containersWhere,
  named,
  plural,
  quoted,
  setters,
  sorted,
  unlessInUserNamespace,
  unlessWindows,
  uses,
  type Check,
  type PodCheck,
} from './check.ts'
import { seccompRestricted } from './seccomp.ts'

/** What the level restricted asks for beside the baseline: the practice of hardened pods. In the order of the reasons' texts. */

const escalation: PodCheck = (_, spec) => {
  const containers = containersWhere(spec, (c) => c.securityContext?.allowPrivilegeEscalation !== false)
  if (containers.length === 0) return undefined
  const detail = `${named('container', containers)} must set securityContext.allowPrivilegeEscalation=false`
  return { reason: 'allowPrivilegeEscalation != false', detail }
}

const capabilities: PodCheck = (_, spec) => {
  const forbidden = new Set<string>()
  const undropped = containersWhere(spec, (c) => c.securityContext?.capabilities?.drop?.includes('ALL') !== true)
  const adding = containersWhere(spec, (c) => {
    const more = (c.securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')
    for (const name of more) forbidden.add(name)
    return more.length > 0
  })
  const details = [
    ...(undropped.length > 0 ? [`${named('container', undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${named('container', adding)} must not include ${quoted(sorted(forbidden))} in securityContext.capabilities.add`]
      : []),
  ]
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const VOLUME_TYPES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral'],
  ...['image', 'persistentVolumeClaim', 'projected', 'secret'],
]
/** In the order in which one is looked for. */
const RESTRICTED_TYPES = [
  ...['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'gitRepo', 'nfs', 'iscsi', 'glusterfs', 'rbd', 'flexVolume', 'cinder'],
  ...['cephfs', 'flocker', 'fc', 'azureFile', 'vsphereVolume', 'quobyte', 'azureDisk', 'photonPersistentDisk', 'portworxVolume'],
  ...['scaleIO', 'storageos'],
]
const isOf = (volume: Volume, type: string): boolean => (volume as Record<string, unknown>)[type] !== undefined

const volumes: PodCheck = (_, spec) => {
  const types = new Set<string>()
  const names: string[] = []
  for (const volume of spec.volumes ?? []) {
    if (VOLUME_TYPES.some((type) => isOf(volume, type))) continue
    names.push(volume.name ?? '')
    types.add(RESTRICTED_TYPES.find((type) => isOf(volume, type)) ?? 'unknown')
  }
  if (names.length === 0) return undefined
  const which = `${plural('restricted volume type', types.size)} ${quoted(sorted(types))}`
  return { reason: 'restricted volume types', detail: `${named('volume', names)} ${uses(names.length)} ${which}` }
}

const nonRoot: PodCheck = (_, spec) => {
  const reason = 'runAsNonRoot != true'
  const pod = spec.securityContext?.runAsNonRoot
  const who = setters(
    pod === false,
    containersWhere(spec, (c) => c.securityContext?.runAsNonRoot === false),
  )
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }
  if (pod === true) return undefined
  const containers = containersWhere(spec, (c) => c.securityContext?.runAsNonRoot === undefined)
  if (containers.length === 0) return undefined
  return { reason, detail: `pod or ${named('container', containers)} must set securityContext.runAsNonRoot=true` }
}

const isRoot = (uid: number | bigint | undefined): boolean => uid !== undefined && Number(uid) === 0

const user: PodCheck = (_, spec) => {
  const who = setters(
    isRoot(spec.securityContext?.runAsUser),
    containersWhere(spec, (c) => isRoot(c.securityContext?.runAsUser)),
  )
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, check: escalation },
      { since: 25, check: unlessWindows(escalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    overrides: 'capabilities_baseline',
    versions: [
      { since: 22, check: capabilities },
      { since: 25, check: unlessWindows(capabilities) },
    ],
  },
  // Since 1.35 the baseline lets pods with user namespaces do it.
  { id: 'procMount_restricted', overrides: 'procMount', versions: [{ since: 35, check: procMount }] },
  { id: 'restrictedVolumes', overrides: 'hostPathVolumes', versions: [{ since: 0, check: volumes }] },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, check: nonRoot },
      { since: 35, check: unlessInUserNamespace(nonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, check: user },
      { since: 35, check: unlessInUserNamespace(user) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    overrides: 'seccompProfile_baseline',
    versions: [
      { since: 19, check: seccompRestricted },
      { since: 25, check: unlessWindows(seccompRestricted) },
    ],
  },
]

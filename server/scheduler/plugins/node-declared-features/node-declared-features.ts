import { isDeepStrictEqual } from 'node:util'
import type { Container, Pod } from '../../../client/objects.ts'
import { stateKey, unresolvable, type Plugin } from '../../framework.ts'

const REFUSED = unresolvable("node(s) didn't match Pod's required features")

const anyContainer = ({ spec }: Pod, is: (c: Container) => boolean | undefined): boolean =>
  (spec?.containers?.some(is) ?? false) ||
  (spec?.initContainers?.some(is) ?? false) ||
  ((spec?.ephemeralContainers as Container[] | undefined)?.some(is) ?? false)

const restartsAll = (c: Container): boolean | undefined => c.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers')
const hasMountOptions = (c: Container): boolean | undefined => c.volumeMounts?.some((m) => (m.bindMountOptions ?? []).length > 0)

/** Features that a kubelet must have for a pod, by the names that nodes declare (KEP-5328; component-helpers nodedeclaredfeatures). */
const NEEDED: readonly (readonly [feature: string, isNeeded: (pod: Pod) => boolean])[] = [
  ['RestartAllContainersOnContainerExits', (pod) => anyContainer(pod, restartsAll)],
  ['UserNamespacesHostNetworkSupport', ({ spec }) => spec?.hostNetwork === true && spec.hostUsers === false],
  ['VolumeBindMountOptions', (pod) => anyContainer(pod, hasMountOptions)],
]

const NOTHING: readonly string[] = []

function neededBy(pod: Pod): readonly string[] {
  let needed: string[] | undefined
  for (const [feature, isNeeded] of NEEDED) if (isNeeded(pod)) (needed ??= []).push(feature)
  return needed ?? NOTHING
}

const features = stateKey<readonly string[]>('NodeDeclaredFeatures')

/** Pods that need a new feature of the kubelet go where the node says that it has it. */
export const nodeDeclaredFeatures: Plugin = {
  name: 'NodeDeclaredFeatures',
  events: [
    {
      on: ['NodeAdd', 'NodeUpdate'],
      changes: ['declaredFeatures'],
    },
    { on: ['PodUpdate'], helps: (_, e) => e.type === 'PodUpdate' && !isDeepStrictEqual(neededBy(e.pod.pod), neededBy(e.old.pod)) },
  ],
  sign: ({ pod }) => neededBy(pod).join(),
  preFilter({ pod }, state) {
    const needed = neededBy(pod)
    if (needed.length === 0) return 'skip'
    state.write(features, needed)
    return undefined
  },
  filter(_pod, { node }, state) {
    const declared = node?.status?.declaredFeatures ?? []
    return (state.read(features) ?? []).every((feature) => declared.includes(feature)) ? undefined : REFUSED
  },
}

import { isDeepStrictEqual } from 'node:util'
import type { Container, Pod } from '../../../client/objects.ts'
import { stateKey, unresolvable, type Plugin } from '../../framework.ts'

const REFUSED = unresolvable("node(s) didn't match Pod's required features")

const containersOf = ({ spec }: Pod): Container[] =>
  [spec?.containers, spec?.initContainers, spec?.ephemeralContainers as Container[] | undefined].flatMap((list) => list ?? [])

/** Features that a kubelet must have for a pod, by the names that nodes declare (KEP-5328; component-helpers nodedeclaredfeatures). */
const NEEDED: Readonly<Record<string, (pod: Pod) => boolean>> = {
  RestartAllContainersOnContainerExits: (pod) =>
    containersOf(pod).some((c) => c.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers') === true),
  UserNamespacesHostNetworkSupport: ({ spec }) => spec?.hostNetwork === true && spec.hostUsers === false,
  VolumeBindMountOptions: (pod) =>
    containersOf(pod).some((c) => c.volumeMounts?.some((m) => (m.bindMountOptions ?? []).length > 0) === true),
}

const neededBy = (pod: Pod): string[] =>
  Object.entries(NEEDED)
    .filter(([, isNeeded]) => isNeeded(pod))
    .map(([feature]) => feature)

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

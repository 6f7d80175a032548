import type { Pod } from '../types.ts'

/** Features that a kubelet must have for the pod, by the names that nodes declare (KEP-5328). */
export function neededFeatures({ spec }: Pod): string[] {
  const containers = [spec?.containers, spec?.initContainers, spec?.ephemeralContainers].flatMap((list) => list ?? [])
  const needed: [feature: string, isNeeded: boolean][] = [
    [
      'RestartAllContainersOnContainerExits',
      containers.some(({ restartPolicyRules }) => restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers')),
    ],
    ['UserNamespacesHostNetworkSupport', spec?.hostNetwork === true && spec.hostUsers === false],
    [
      'VolumeBindMountOptions',
      containers.some(({ volumeMounts }) => volumeMounts?.some(({ bindMountOptions }) => (bindMountOptions ?? []).length > 0)),
    ],
  ]
  return needed.filter(([, isNeeded]) => isNeeded).map(([feature]) => feature)
}

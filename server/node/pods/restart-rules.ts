import type { Container, Pod, RestartRule } from '../types.ts'

/** What a node declares when it keeps rules that restart all containers; the scheduler gives a pod of such a rule to no other node (KEP-5328). */
export const RESTART_ALL_FEATURE = 'RestartAllContainersOnContainerExits'

/** Why a container ended that ran beside one whose rule restarts them all (KEP-5532). */
export const RESTARTING_ALL = 'RestartingAllContainers'
export const RESTARTED_TEXT = 'The container is removed because RestartAllContainers in place'

/** What such a container is said to have ended with. */
export const RESTARTED = { exitCode: 137, reason: RESTARTING_ALL, message: RESTARTED_TEXT, startedAt: null, finishedAt: null } as const

/** The first of a container's own rules that its exit code matches (KEP-5307). */
export function ruleFor(container: Container, exitCode: number): RestartRule | undefined {
  return container.restartPolicyRules?.find(
    ({ exitCodes: e }) => e !== undefined && (e.values?.includes(exitCode) === true) === (e.operator === 'In'),
  )
}

/** Whether all containers of the pod start anew when this one ends with this code. */
export const restartsAll = (container: Container, exitCode: number): boolean =>
  ruleFor(container, exitCode)?.action === 'RestartAllContainers'

export const allContainers = ({ spec }: Pod): Container[] => [...(spec.initContainers ?? []), ...spec.containers]

/** Whether one of the pod's rules may ever restart all of it. */
export const mayRestartAll = (pod: Pod): boolean =>
  allContainers(pod).some((c) => c.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers') === true)

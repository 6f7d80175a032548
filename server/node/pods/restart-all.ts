import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime.ts'
import { Turns } from '../turns.ts'
import type { Pod } from '../types.ts'
import type { ContainerStarter } from './container-starter.ts'
import { attemptsByName } from './pod-status.ts'
import { allContainers, mayRestartAll, RESTARTED_TEXT, RESTARTING_ALL, restartsAll } from './restart-rules.ts'
import type { WorkerHost } from './worker-host.ts'

/** A kubelet hears of an exit when it lists containers anew: one that ends at once restarts the others no more often than that. */
export const RESTART_ALL_MS = 1000

/** Whether a container has ended so that all start anew. */
export function shouldRestartAll(pod: Pod, runtime: PodRuntimeStatus | undefined): boolean {
  if (runtime === undefined || !mayRestartAll(pod)) return false
  const attempts = attemptsByName(runtime)
  return allContainers(pod).some((c) => {
    const current = attempts.get(c.name)?.[0]
    return current?.state === 'exited' && restartsAll(c, current.exitCode)
  })
}

/**
 * Kills at once what runs of the pod, and removes every container from the runtime: they start anew in the same sandbox, init containers
 * first. Those whose end is the cause go last, so that whoever is interrupted finds the cause still there.
 */
export async function removeAll(host: WorkerHost, pod: Pod, runtime: PodRuntimeStatus, starter: ContainerStarter): Promise<void> {
  const byName = new Map(allContainers(pod).map((c) => [c.name, c]))
  const isCause = ({ name, state, exitCode }: ContainerRuntimeStatus): boolean => {
    const c = byName.get(name)
    return c !== undefined && state === 'exited' && restartsAll(c, exitCode)
  }
  const turns = new Turns()
  for (const s of [...runtime.containers].sort((a, b) => Number(isCause(a)) - Number(isCause(b)))) {
    const c = byName.get(s.name)
    if (s.state !== 'exited') {
      host.event(pod, 'Normal', 'Killing', 'killing', c)
      await host.runtime.stopContainer(s.id, 0)
    }
    await host.runtime.removeContainer(s.id)
    starter.startsAnew(s.name, s.attempt + 1, { reason: RESTARTING_ALL, message: RESTARTED_TEXT })
    const turn = turns.step()
    if (turn !== undefined) await turn
  }
}

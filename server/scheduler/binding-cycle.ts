import type { CycleState, Plugin } from './framework.ts'
import type { Rejection } from './node-verdict.ts'
import type { PodInfo } from './pod-info.ts'
import type { Profile } from './profile.ts'
import { PermitRefused } from './waiting-pods.ts'

/** A plugin does not want the pod on the node after all. */
export class Refused extends Error {
  override name = 'Refused'
  readonly plugin: string
  readonly rejection: Rejection
  /** When all had permitted it: it is then tried again whatever happens. */
  readonly isLate: boolean
  constructor(plugin: string, rejection: Rejection, isLate: boolean) {
    super(rejection.reasons.join(', '))
    this.plugin = plugin
    this.rejection = rejection
    this.isLate = isLate
  }
}

export interface Binding {
  /** Waits for plugins that want more time. Rejects with PermitRefused. */
  wait(patience: ReadonlyMap<string, number>): Promise<void>
  /** From here on the pod can fail, but is not refused. */
  permitted(): void
  /** Tells others where the pod is about to go. */
  nominate(): Promise<void>
  /** Does what has to be done before; it may be broken off. */
  preBinding(work: () => Promise<void>): Promise<void>
  /** What the bind is called in the message of its failure. */
  readonly step: string
  bind(): Promise<void>
}

/**
 * From reserve to bind, for a pod that counts on its node already (scheduler schedule_one.go, bindingCycle). Rejects with Refused or
 * PermitRefused when a plugin does not want it there, otherwise with an Error that says what was under way.
 */
export async function bindingCycle(
  info: PodInfo,
  nodeName: string,
  state: CycleState,
  points: Profile['points'],
  binding: Binding,
): Promise<void> {
  let step = ''
  try {
    for (const plugin of points.reserve) {
      step = `running Reserve plugin "${plugin.name}"`
      refuse(plugin, plugin.reserve?.(info, nodeName, state))
    }
    const patience = new Map<string, number>()
    for (const plugin of points.permit) {
      step = `running Permit plugin "${plugin.name}"`
      const answer = plugin.permit?.(info, nodeName, state)
      if (answer !== undefined && 'waitMs' in answer) patience.set(plugin.name, answer.waitMs)
      else refuse(plugin, answer)
    }
    // Whoever allows the pod may do so at once, so that the wait begins first.
    const waiting = patience.size > 0 ? binding.wait(patience) : undefined
    waiting?.catch(() => undefined)
    const works = points.preBind.some((plugin) => plugin.preBindPreFlight?.(info, nodeName, state) === true)
    if (works || waiting !== undefined) await binding.nominate()
    await waiting
    binding.permitted()
    // Volumes may take minutes; meanwhile others are bound.
    const preBind = async (): Promise<void> => {
      for (const plugin of points.preBind) {
        step = `running PreBind plugin "${plugin.name}"`
        const work = plugin.preBind?.(info, nodeName, state)
        if (work !== undefined) refuse(plugin, (await work) ?? undefined, true)
      }
    }
    await (works ? binding.preBinding(preBind) : preBind())
    step = binding.step
    await binding.bind()
  } catch (e) {
    if (e instanceof Refused || e instanceof PermitRefused) throw e
    throw new Error(`${step}: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
  }
}

function refuse(plugin: Plugin, rejection: Rejection | undefined, isLate = false): void {
  if (rejection !== undefined) throw new Refused(plugin.name, rejection, isLate)
}

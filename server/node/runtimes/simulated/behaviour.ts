import type { ContainerConfig } from '../../runtime.ts'
import { compile, type Program, type Step } from './shell.ts'

/** How one simulated container behaves: its program, and what the pod's annotations ask for. */
export interface Behaviour {
  program: Program
  /** Ends by itself after this long, milliseconds. */
  exitAfterMs: number | undefined
  exitCode: number
  heartbeatMs: number | undefined
  ignoreSigterm: boolean
}

export const ANNOTATION_PREFIX = 'simulated.binnacle.dev/'

/** `simulated.binnacle.dev/FIELD`, or `simulated.binnacle.dev/FIELD.CONTAINER` for one container only. */
export function annotation(annotations: Readonly<Record<string, string>>, field: string, container: string): string | undefined {
  return annotations[`${ANNOTATION_PREFIX}${field}.${container}`] ?? annotations[ANNOTATION_PREFIX + field]
}

/** Seconds as milliseconds; undefined for anything that is not a number of zero or more. */
function seconds(text: string | undefined): number | undefined {
  const n = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(n) && n >= 0 ? Math.min(n * 1000, 2 ** 31 - 1) : undefined
}

export function behaviourOf(config: ContainerConfig, annotations: Readonly<Record<string, string>>): Behaviour {
  const field = (name: string): string | undefined => annotation(annotations, name, config.name)
  const argv = [...config.command, ...config.args]
  const exitAfterMs = seconds(field('exit-after-seconds'))
  const exitCode = Number(field('exit-code') ?? 0)
  const heartbeatMs = seconds(field('heartbeat-seconds'))
  return {
    program: (config.command.length === 0 ? undefined : compile(argv)) ?? opaque(config.image, argv),
    exitAfterMs,
    exitCode: Number.isInteger(exitCode) ? exitCode & 0xff : 0,
    heartbeatMs: heartbeatMs === undefined || heartbeatMs < 100 ? undefined : heartbeatMs,
    ignoreSigterm: field('ignore-sigterm') === 'true',
  }
}

function opaque(image: string, argv: readonly string[]): Program {
  const program = argv.length === 0 ? `the entrypoint of ${image}` : argv.join(' ')
  return function* (): Generator<Step, void> {
    yield { kind: 'opaque', program }
  }
}

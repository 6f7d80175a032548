import type { Admission, AdmissionAttributes, AdmissionPlugin } from './contract.ts'

type Step = (attributes: AdmissionAttributes) => void | Promise<void>

/** Plugins in the order of upstream's chain (`kubeapiserver/options/plugins.go`). */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  return {
    mutate: twiceIfRequired(inOrder(plugins.flatMap((p) => (p.mutate === undefined ? [] : [p.mutate.bind(p)])))),
    validate: inOrder(plugins.flatMap((p) => (p.validate === undefined ? [] : [p.validate.bind(p)]))),
  }
}

/** Once more when a plugin says that others must see what it has done. */
function twiceIfRequired(round: Step): Step {
  return (attributes) => {
    const waiting = round(attributes)
    if (waiting === undefined) return attributes.reinvocation.begin() ? round(attributes) : undefined
    return waiting.then(() => (attributes.reinvocation.begin() ? round(attributes) : undefined))
  }
}

/** One step after the other; done at once when none of them has to wait. */
function inOrder(steps: readonly Step[]): Step {
  return (attributes) => {
    for (let i = 0; i < steps.length; i++) {
      const waiting = steps[i]!(attributes)
      if (waiting !== undefined) return finish(waiting, steps, i + 1, attributes)
    }
  }
}

async function finish(first: Promise<void>, steps: readonly Step[], next: number, attributes: AdmissionAttributes): Promise<void> {
  await first
  for (let i = next; i < steps.length; i++) await steps[i]!(attributes)
}

import type { Admission, AdmissionAttributes } from '../registry/generic/store.ts'

/** One admission plugin. Throws a Status to refuse; may change `object`. Mutating plugins come first in the chain. */
export interface AdmissionPlugin {
  /** Name as in kube-apiserver's --enable-admission-plugins. */
  readonly name: string
  admit(attributes: AdmissionAttributes): void | Promise<void>
}

/** Plugins in the order of upstream's chain (`kubeapiserver/options/plugins.go`). */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  return {
    admit(attributes) {
      for (let i = 0; i < plugins.length; i++) {
        const waiting = plugins[i]!.admit(attributes)
        if (waiting !== undefined) return finish(waiting, plugins, i + 1, attributes)
      }
    },
  }
}

async function finish(
  first: Promise<void>,
  plugins: readonly AdmissionPlugin[],
  next: number,
  attributes: AdmissionAttributes,
): Promise<void> {
  await first
  for (let i = next; i < plugins.length; i++) await plugins[i]!.admit(attributes)
}

import { qualified } from '../../machinery/status.ts'
import type { GroupResource, KubeObject } from '../../machinery/types.ts'

type Warning = (obj: KubeObject) => string | undefined

/** What is missing when an object of the kind is stored: the warning says it to whoever wrote the object. */
export const NOTHING_ENFORCES: Readonly<Record<string, string>> = {
  'mutatingadmissionpolicies.admissionregistration.k8s.io':
    'MutatingAdmissionPolicy is stored, but this server does not evaluate admission policies yet',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io':
    'MutatingAdmissionPolicyBinding is stored, but this server does not evaluate admission policies yet',
  'validatingadmissionpolicies.admissionregistration.k8s.io':
    'ValidatingAdmissionPolicy is stored, but this server does not evaluate admission policies yet',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io':
    'ValidatingAdmissionPolicyBinding is stored, but this server does not evaluate admission policies yet',
  'flowschemas.flowcontrol.apiserver.k8s.io': 'FlowSchema is stored, but this server does not apply priority and fairness yet',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io':
    'PriorityLevelConfiguration is stored, but this server does not apply priority and fairness yet',
}

/**
 * The warning for an object that was stored and has no effect on this server yet; undefined when there is nothing to say.
 * A row goes when the server does what it speaks of.
 */
export function unenforcedWarning(resource: GroupResource): Warning | undefined {
  const name = qualified(resource)
  const text = NOTHING_ENFORCES[name]
  return text === undefined ? undefined : () => text
}

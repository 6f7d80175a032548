import type { AdmissionAttributes } from '../contract.ts'
import { Reinvocation } from '../reinvocation.ts'

/** A write of somebody, for tests of plugins; `annotations` holds what they note. */
export function testAttributes(more: Partial<AdmissionAttributes> = {}, annotations = new Map<string, string>()): AdmissionAttributes {
  const kind = more.kind ?? { group: '', version: 'v1', kind: 'Pod' }
  const { group, version } = more.resource ?? kind
  return {
    ...{ operation: 'CREATE', subresource: '', namespace: 'default', name: 'x', object: undefined, oldObject: undefined },
    ...{ dryRun: false, options: undefined, user: { name: 'somebody', groups: [] }, internal: false, signal: undefined },
    kind,
    resource: { group, version, resource: 'pods', namespaced: true },
    requested: { kind, group, version },
    reinvocation: new Reinvocation(),
    warn: () => undefined,
    annotate: (key, value) => void annotations.set(key, value),
    ...more,
  }
}

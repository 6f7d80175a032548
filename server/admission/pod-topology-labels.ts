import type { Entry } from '../cache/entry.ts'
import { textAt } from '../machinery/json-walk.ts'
import { creates, isOf, PODS } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'

const COPIED = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** A pod bears the zone and region of the node that it is bound to (KEP-4742; plugin/pkg/admission/podtopologylabels). */
export function podTopologyLabels(node: (name: string) => Entry | undefined): AdmissionPlugin {
  const read = new WeakMap<Entry, Readonly<Record<string, string>>>()
  const labelsOf = (entry: Entry): Readonly<Record<string, string>> => {
    let found = read.get(entry)
    if (found === undefined) {
      const { labels = {} } = entry.parts
      read.set(entry, (found = Object.fromEntries(COPIED.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])))))
    }
    return found
  }
  return {
    name: 'PodTopologyLabels',
    mutate(a) {
      const binds = a.operation === 'CREATE' && a.subresource === 'binding' && isOf(a, PODS)
      if (!binds && !creates(a, PODS)) return
      // A binding's labels become the pod's.
      if (binds && textAt(a.object, 'target.kind') !== 'Node') return
      const name = textAt(a.object, binds ? 'target.name' : 'spec.nodeName')
      const entry = name === '' ? undefined : node(name)
      if (entry === undefined) return
      const labels = labelsOf(entry)
      if (Object.keys(labels).length > 0) a.object!.metadata.labels = { ...a.object!.metadata.labels, ...labels }
    },
  }
}

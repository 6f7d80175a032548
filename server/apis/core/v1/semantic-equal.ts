import { compareQuantity, tryQuantity } from '../../../machinery/quantity.ts'

const isEmpty = (v: unknown): boolean =>
  v === undefined || v === null || (typeof v === 'object' && (Array.isArray(v) ? v.length === 0 : Object.keys(v).length === 0))

// Members whose values are quantities: resource lists and the two single ones.
const quantityLists = new Set(['limits', 'requests', 'overhead', 'capacity', 'allocatable', 'allocatedResources'])
const quantities = new Set(['sizeLimit', 'divisor'])

/**
 * apiequality.Semantic.DeepEqual on values in JSON form: no list and an empty list are the same, as are a quantity's spellings.
 * An object without members counts as absent only where Go has no pointer: `emptyDir: {}` is no missing emptyDir.
 */
export function semanticEqual(a: unknown, b: unknown, key = ''): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) {
    if (isEmpty(a) && isEmpty(b)) return true
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((v, i) => semanticEqual(v, b[i], key))
  }
  const aMissing = a === undefined || a === null
  const bMissing = b === undefined || b === null
  if (aMissing || bMissing) {
    const other = aMissing ? b : a
    if (other === undefined || other === null) return true
    // Go's zero values of plain fields are left out of JSON.
    if (other === '' || other === 0 || other === false) return plainZero.has(key)
    return looseMaps.has(key) && isEmpty(other)
  }
  if (typeof a === 'object' && typeof b === 'object') {
    const x = a as Record<string, unknown>
    const y = b as Record<string, unknown>
    const list = quantityLists.has(key)
    for (const k of new Set([...Object.keys(x), ...Object.keys(y)])) {
      if (list ? !quantityEqual(x[k], y[k]) : !semanticEqual(x[k], y[k], k)) return false
    }
    return true
  }
  return quantities.has(key) && quantityEqual(a, b)
}

function quantityEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const x = tryQuantity(a)
  const y = tryQuantity(b)
  return x !== undefined && y !== undefined && compareQuantity(x, y) === 0
}

// Maps and structs that are never pointers in Go, so that empty and absent are one.
const looseMaps = new Set([
  'limits',
  'requests',
  'nodeSelector',
  'overhead',
  'labels',
  'annotations',
  'matchLabels',
  'resources',
  'metadata',
  'options',
  'preference',
])
// Fields of plain types that JSON leaves out when zero.
const plainZero = new Set([
  'nodeName',
  'serviceAccountName',
  'serviceAccount',
  'hostname',
  'subdomain',
  'schedulerName',
  'priorityClassName',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'image',
  'workingDir',
  'stdin',
  'stdinOnce',
  'tty',
  'value',
  'prefix',
  'readOnly',
  'subPath',
  'subPathExpr',
  'hostPort',
  'initialDelaySeconds',
  'host',
  'hostIP',
  'name',
  'key',
  'operator',
  'effect',
  'targetContainerName',
  'medium',
  'fsType',
  'podCIDR',
  'providerID',
  'unschedulable',
  'minReadySeconds',
  'paused',
])

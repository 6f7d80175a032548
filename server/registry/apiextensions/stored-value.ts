import { withSortedResourceVersion, type VersionedJson } from '../../cache/stored-json.ts'
import { decodeMap, isCbor } from '../../codec/cbor/index.ts'
import { escapedJson } from '../../machinery/json-escape.ts'
import { sortedForm } from '../../machinery/normal-form.ts'
import type { JsonObject } from '../../machinery/json-values.ts'

/** A stored value of a custom resource as JSON: what a kube-apiserver writes behind the gate CBORServingAndStorage is CBOR. */
export function storedJson(value: Buffer): Buffer {
  if (!isCbor(value)) return value
  return Buffer.from(escapedJson(sortedForm((decodeMap(value) ?? {}) as JsonObject)))
}

/** The same with its version. From our first update on, an object is JSON. */
export function decodeStored(value: Buffer, revision: number): VersionedJson {
  return isCbor(value)
    ? { ...withSortedResourceVersion(storedJson(value), revision), stale: true }
    : withSortedResourceVersion(value, revision)
}

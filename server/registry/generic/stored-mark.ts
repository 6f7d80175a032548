/**
 * JSON that this server has stored ends with white space, which nobody who reads JSON minds and no other writer leaves there. It says that the
 * object is in normal form and has the defaults of a minor version of Kubernetes. What has it is shown as it is stored, without a look; what
 * has none, or that of another version, is completed when it is read (../stored-objects.ts), as a kube-apiserver does with every object.
 */

/** The minor version that the facts table and the defaults are of. Another one makes everything be read once more, and so must new defaults. */
export const MARKED_MINOR = 37

const SPACE = 0x20
const TAB = 0x09
const CLOSE_BRACE = 0x7d

/** The version in binary, so that an editor's newline or a space is no mark. */
const MARK = Buffer.from(Array.from(MARKED_MINOR.toString(2), (bit) => (bit === '1' ? TAB : SPACE)))

/** @param json an object, as it is shown but for its version */
export const marked = (json: Buffer): Buffer => Buffer.concat([json, MARK])

/** The JSON of what `marked` gave; undefined for anything else. */
export function unmarked(value: Buffer): Buffer | undefined {
  const end = value.length - MARK.length
  if (value[value.length - 1] !== MARK.at(-1) || value[end - 1] !== CLOSE_BRACE) return undefined
  return value.compare(MARK, 0, MARK.length, end) === 0 ? value.subarray(0, end) : undefined
}

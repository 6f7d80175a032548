/** As much of a name's end as tells it from its neighbours: the hash and the random part of a pod's name, or an ordinal. */
const tailLength = 11

/**
 * A name in two parts, of which the first gives way when there is no room: names differ at their ends. The second is empty for a short
 * one, and both together are always the name.
 */
export function splitName(text: string): [head: string, tail: string] {
  if (text.length < 2 * tailLength) return [text, '']
  const dash = text.indexOf('-', text.length - tailLength - 1)
  const at = dash < 0 || dash > text.length - 6 ? text.length - tailLength : dash
  return [text.slice(0, at), text.slice(at)]
}

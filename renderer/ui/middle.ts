/** As much of a name's end as tells it from its neighbours: the hash and the random part of a pod's name, or an ordinal. */
const tailLength = 11
/** A shorter name has nothing in its middle. */
const leastLength = 8

/**
 * A name in two parts, of which the first gives way when there is no room: names differ at their ends. The second is empty for a short
 * one, takes no more than half of what there is room for (`room`, in characters), and both together are always the name.
 */
export function splitName(text: string, room = text.length): [head: string, tail: string] {
  const most = Math.min(tailLength, Math.floor(Math.min(text.length, room) / 2))
  if (text.length < leastLength || most < 1) return [text, '']
  const dash = text.indexOf('-', text.length - most - 1)
  const at = dash < 0 || dash > text.length - Math.ceil(most / 2) ? text.length - most : dash
  return [text.slice(0, at), text.slice(at)]
}

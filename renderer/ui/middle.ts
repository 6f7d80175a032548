/** As much of a name's end as tells it from its neighbours: the hash and the random part of a pod's name, or an ordinal. */
const tailLength = 11
/** A shorter name has nothing in its middle. */
const leastLength = 8

const plain = /^[\x20-\x7e]*$/
/** Written from right to left, and mostly with joined letters: in two boxes the parts would stand in the wrong order, and the letters apart. */
const inOnePiece =
  /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}|\p{Script=Adlam}|\p{Script=Hanifi_Rohingya}/u
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * A name in two parts, of which the first gives way when there is no room: names differ at their ends. The second is empty for a short
 * one and for one that cannot be parted, takes no more than half of what there is room for (`room`, in characters), and both together are
 * always the name.
 */
export function splitName(text: string, room = text.length): [head: string, tail: string] {
  const most = Math.min(tailLength, Math.floor(Math.min(text.length, room) / 2))
  const simple = plain.test(text)
  if (text.length < leastLength || most < 1 || (!simple && inOnePiece.test(text))) return [text, '']
  const dash = text.indexOf('-', text.length - most - 1)
  const at = dash < 0 || dash > text.length - Math.ceil(most / 2) ? text.length - most : dash
  const between = simple ? at : (letters.segment(text).containing(at)?.index ?? at)
  return [text.slice(0, between), text.slice(between)]
}

import type { Tone } from '../kube/types.ts'

export interface PickItem {
  value: string
  label: string
  note?: string
  tone?: Tone
}

/** Makes an entry of a typed text when no entry is called so; undefined when the text cannot be one. */
export interface TypedItem {
  place: 'first' | 'last'
  item(text: string): PickItem | undefined
}

/** No more are drawn: whoever looks among thousands types. */
const shownAtMost = 200

/** The entries for a typed text: those that are called so first, then those that begin with it, then those that contain it. */
export function findItems(items: readonly PickItem[], text: string, typed?: TypedItem): PickItem[] {
  const exact = text.trim()
  const wanted = exact.toLowerCase()
  if (wanted === '') return items.slice(0, shownAtMost)
  const ranks: PickItem[][] = [[], [], []]
  for (const item of items) {
    const label = item.label.toLowerCase()
    const rank = label === wanted ? 0 : label.startsWith(wanted) ? 1 : `${label} ${item.note ?? ''}`.toLowerCase().includes(wanted) ? 2 : 3
    ranks[rank]?.push(item)
  }
  const matching = ranks.flat().slice(0, shownAtMost)
  const own = items.some(({ value }) => value === exact) ? undefined : typed?.item(exact)
  return own === undefined ? matching : typed?.place === 'first' ? [own, ...matching] : [...matching, own]
}

/**
 * The index of the entry that Enter takes: the one that the arrow keys went to while it is still there, else the first that matches what
 * was typed; -1 when nothing was typed. It depends on nothing else, so a list that changes meanwhile cannot lose it.
 */
export function entryOfEnter(found: readonly PickItem[], text: string, movedTo: string | undefined): number {
  const moved = movedTo === undefined ? -1 : found.findIndex(({ value }) => value === movedTo)
  return moved >= 0 ? moved : text.trim() === '' || found.length === 0 ? -1 : 0
}

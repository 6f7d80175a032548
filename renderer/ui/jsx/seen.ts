import { seenText } from '../unseen.ts'

type Props = Record<string, unknown>

/** Attributes that somebody reads or hears. */
const read = ['title', 'aria-label', 'alt']

/**
 * Properties of an element with every text in them seen for what it is. A command, a message or a name of a cluster may hold characters that
 * turn the direction of what follows, and no page can be trusted to remember that: what is drawn passes here.
 */
export function seen<P>(props: P): P {
  let own = props as Props
  const change = (name: string, value: unknown): void => {
    if (own === props) own = { ...own }
    own[name] = value
  }
  const children = seenChildren(own.children)
  if (children !== own.children) change('children', children)
  for (const name of read) {
    const value = own[name]
    if (typeof value !== 'string') continue
    const text = seenText(value)
    if (text !== value) change(name, text)
  }
  return own as P
}

/** The same value when there is nothing to do, as nearly always. */
function seenChildren(children: unknown): unknown {
  if (typeof children === 'string') return seenText(children)
  if (!Array.isArray(children)) return children
  let own = children as unknown[]
  for (const [index, child] of children.entries()) {
    const made = seenChildren(child)
    if (made === child) continue
    if (own === children) own = [...own]
    own[index] = made
  }
  return own
}

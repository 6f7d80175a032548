import { splitName } from './middle.ts'
import './middle.css'

/** A name that is cut in its middle when there is no room for it. What holds it must say the whole name to those who cannot see it. */
export function MiddleName({ text }: { text: string }) {
  const [head, tail] = splitName(text)
  return (
    <span className="middle" title={text}>
      <span className="middle-head">{head}</span>
      {tail && <span className="middle-tail">{tail}</span>}
    </span>
  )
}

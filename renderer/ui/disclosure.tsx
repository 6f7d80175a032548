import { type ReactNode, useState } from 'react'

/** What opens below its summary. It is not drawn, nor reckoned, before it is opened for the first time: there may be hundreds of them. */
export function Disclosure({
  summary,
  className,
  open = false,
  children,
}: {
  summary: ReactNode
  className: string
  /** Opens it; whoever looks may close it again. */
  open?: boolean
  children: ReactNode
}) {
  const [opened, setOpened] = useState(false)
  return (
    <details className={className} open={open} onToggle={({ currentTarget }) => currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {(open || opened) && children}
    </details>
  )
}

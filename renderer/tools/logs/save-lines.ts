import { save } from '../../ui/save.ts'
import type { LogBuffer } from './log-buffer.ts'
import type { LogFilter } from './log-filter.ts'

const atOnce = 5_000

/** The lines as they came, those that the filter shows; of several sources each with its name. A million of them hold nobody up. */
export async function saveLines(
  title: string,
  buffer: LogBuffer,
  filter: LogFilter,
  names: readonly string[],
  named: boolean,
): Promise<void> {
  // What comes meanwhile is not among them, and what is dropped meanwhile is.
  const { lines, dropped, sources } = buffer
  const count = filter.active ? filter.matches.length : lines.length
  const matches = filter.active ? [...filter.matches] : undefined
  const open = filter.open.map((line) => `${named ? `${names[buffer.sourceOf(line) ?? 0] ?? ''} ` : ''}${buffer.at(line)}`)
  const parts: Blob[] = []
  for (let from = 0; from < count; from += atOnce) {
    const part: string[] = []
    for (let at = from; at < Math.min(count, from + atOnce); at++) {
      const line = (matches?.[at] ?? at + dropped) - dropped
      const rule = buffer.rules.get(line + dropped)
      const name = names[sources[line] ?? 0] ?? ''
      if (rule) part.push(`--- ${name} #${rule.run} ---`)
      else part.push(named ? `${name} ${lines[line] ?? ''}` : (lines[line] ?? ''))
    }
    parts.push(new Blob([part.join('\n'), '\n']))
    await new Promise((resolve) => setTimeout(resolve))
  }
  if (open.length > 0) parts.push(new Blob([open.join('\n')]))
  await save(`${title}.log`, new Blob(parts, { type: 'text/plain' }))
}

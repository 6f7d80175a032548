import { readFileSync } from 'node:fs'

/** Where the system does not say; the soft limit of macOS, and less than Windows takes. */
const unknown = 10_240

/** How many file descriptors this process may open. */
export function descriptorLimit(read = (): string => readFileSync('/proc/self/limits', 'utf8')): number {
  let text: string
  try {
    text = read()
  } catch {
    return unknown
  }
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1]
  if (soft === undefined) return unknown
  return soft === 'unlimited' ? Infinity : Number(soft)
}

import type { Column } from './strategy.ts'

/**
 * A list of columns in short: `Name|Status|*Images|Count:integer`. A star marks those that only `-o wide` shows; the type is string unless
 * given; a column called Name has the format `name` unless its type is written out.
 */
export function columns(text: string): Column[] {
  return text.split('|').map((part) => {
    const wide = part.startsWith('*')
    const [name = '', type] = (wide ? part.slice(1) : part).split(':')
    return {
      name,
      type: (type ?? 'string') as Column['type'],
      ...(name === 'Name' && type === undefined ? { format: 'name' as const } : {}),
      ...(wide ? { priority: 1 as const } : {}),
    }
  })
}

/** `a=b,c=d` in the order of keys, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort()
  return keys.length === 0 ? '<none>' : keys.map((k) => `${k}=${labels![k]}`).join(',')
}

/** The first three of a list, and how many more there are. */
export function firstThree(list: readonly string[], none = ''): string {
  const shown = list.slice(0, 3).join(',')
  return list.length > 3 ? `${shown} + ${list.length - 3} more...` : shown || none
}

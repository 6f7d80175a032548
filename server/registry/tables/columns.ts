import type { Column } from '../generic/strategy.ts'

/** Column lists in short: `Name|Status|Age+Images` is three columns and one that only `-o wide` shows; `:integer` and the like give a type. */
export function columns(text: string): Column[] {
  const [plain = '', wide = ''] = text.split('+')
  const list = (part: string, priority: 0 | 1): Column[] =>
    part === ''
      ? []
      : part.split('|').map((c, i) => {
          const [name = '', type = 'string'] = c.split(':')
          const base: Column = { name, type: type as Column['type'] }
          if (priority === 0 && i === 0) base.format = 'name'
          return priority === 0 ? base : { ...base, priority }
        })
  return [...list(plain, 0), ...list(wide, 1)]
}

/** `a=b,c=d` in the order of keys, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort()
  return keys.length === 0 ? '<none>' : keys.map((k) => `${k}=${labels![k]}`).join(',')
}

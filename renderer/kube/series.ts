/** One sample of Prometheus' text format. */
export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** The samples of these series in a `/metrics` answer (Prometheus text format 0.0.4); those of others are passed over. */
export function readSeries(text: string, wanted: ReadonlySet<string>): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>()
  for (const [, name = '', labels = '', value = ''] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/gm)) {
    if (!wanted.has(name)) continue
    const sample = { labels: readLabels(labels), value: Number(value) }
    const known = found.get(name)
    if (known) known.push(sample)
    else found.set(name, [sample])
  }
  return found
}

const escapes: Record<string, string> = { n: '\n' }

const readLabels = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [
      key,
      value.replaceAll(/\\(.)/g, (_, char: string) => escapes[char] ?? char),
    ]),
  )

/** Every series of a `/metrics` answer under its name and labels as they are written, with its value as it is written; and which are counters. */
export function allSeries(text: string): { values: Map<string, string>; counters: Set<string> } {
  const values = new Map<string, string>()
  const counters = new Set<string>()
  const counting = new Set<string>()
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      const [, name = '', type] = /^# TYPE (\S+) (\w+)/.exec(line) ?? []
      if (type === 'counter') counting.add(name)
      // What a histogram or a summary counts only grows too.
      else if (type === 'histogram' || type === 'summary')
        for (const part of type === 'histogram' ? ['_bucket', '_count', '_sum'] : ['_count', '_sum']) counting.add(name + part)
      continue
    }
    const [, series, name = '', value] = /^(([a-zA-Z_:][\w:]*)(?:\{.*\})?)\s+(\S+)/.exec(line) ?? []
    if (series === undefined || value === undefined) continue
    values.set(series, value)
    if (counting.has(name)) counters.add(series)
  }
  return { values, counters }
}

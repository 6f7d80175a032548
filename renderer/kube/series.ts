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

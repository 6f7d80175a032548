/** One line of the palette. */
export interface Entry {
  id: string
  group: 'kinds' | 'objects' | 'commands' | 'actions'
  text: string
  note?: string
  run(): void
}

/** Whether a line has every word of what is typed, in any order: `web restart` is `Restart` of `Deployment web`. `wanted` in lower case. */
export function hasWords({ text, note = '' }: Pick<Entry, 'text' | 'note'>, wanted: string): boolean {
  const line = `${text} ${note}`.toLowerCase()
  return wanted.split(/\s+/).every((word) => line.includes(word))
}

/** What is replaced in a file: from one text up to another, or one text, or what fits a pattern, by a text that may be made of it and of its first part. */
export type Edit = readonly [from: string | RegExp, to: string | undefined, by: string | ((all: string, part: string) => string)]

/** @throws Error when the text does not have what is to be replaced */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((all, [from, to, by]) => {
    const found = typeof from === 'string' ? { index: all.indexOf(from), 0: from, 1: '' } : from.exec(all)
    if (found === null || found.index < 0) throw new Error(`the source of Kubernetes does not have ${String(from).trim()}`)
    const { index, 0: whole, 1: part = '' } = found
    const end = to === undefined ? index + whole.length : all.indexOf(to, index)
    return all.slice(0, index) + (typeof by === 'string' ? by : by(whole, part)) + all.slice(end)
  }, text)
}

/** Longer than any size. */
const MOST = 1024

/** Reads the sizes of a client's terminal: JSON objects one after another, over as many messages as it likes. */
export class TerminalSizes {
  #text = ''
  #isBroken = false

  /** The sizes that are whole, each a line as kubelets read it. After something else there are no more. */
  read(data: Buffer): string[] {
    if (this.#isBroken) return []
    this.#text += data.toString('latin1')
    const objects = this.#text.split('}')
    this.#text = objects.pop()!
    const sizes: string[] = []
    for (const object of objects) {
      const size = sizeOf(`${object}}`)
      if (size === undefined) return this.#broken(sizes)
      sizes.push(size)
    }
    return this.#text.length > MOST ? this.#broken(sizes) : sizes
  }

  #broken(sizes: string[]): string[] {
    this.#isBroken = true
    this.#text = ''
    return sizes
  }
}

/** Go finds fields whatever the case of their letters, and refuses what is no uint16. */
function sizeOf(text: string): string | undefined {
  let fields: [string, unknown][]
  try {
    fields = Object.entries(JSON.parse(text) as object)
  } catch {
    return undefined
  }
  const of = (name: string): unknown => fields.findLast(([key]) => key.toLowerCase() === name)?.[1] ?? 0
  const [width, height] = [of('width'), of('height')]
  const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) >= 0 && (side as number) <= 65_535
  return isSide(width) && isSide(height) ? `${JSON.stringify({ Width: width, Height: height })}\n` : undefined
}

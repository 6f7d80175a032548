/**
 * What a terminal of one line would show: SGR styles (ECMA-48, ISO 8613-6 colours), `\r` and `\b`, and erasing in the line, as progress
 * lines use them; every other escape sequence is dropped. Linear in the line's length.
 */

/** A palette index from 0 to 255, or `rgbFlag | 0xRRGGBB`. */
export type Color = number
export const rgbFlag = 0x1000000

export interface Style {
  fg?: Color
  bg?: Color
  bold?: boolean
  dim?: boolean
  italic?: boolean
  underline?: boolean
  strike?: boolean
  inverse?: boolean
}

/** Code units [from, to) of the text that are not drawn plain. */
export interface Span {
  from: number
  to: number
  style: Style
}

export interface ParsedLine {
  text: string
  /** In order, without overlaps. */
  spans: Span[]
}

/** Control characters but for the tab, and those that take no room or turn the direction of a line (`ui/unseen.ts`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const special = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/
const noRoom = new Set([0x200b, 0x2060, 0xfeff])
const turns = (code: number): boolean => (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)

const ESC = 0x1b
const BEL = 0x07
const CSI = 0x9b
const plain: Style = {}

/** `meter` counts how many characters were looked at. */
export function parseLine(raw: string, meter?: { steps: number }): ParsedLine {
  return special.test(raw) ? new Screen(raw, meter).read() : { text: raw, spans: [] }
}

/** A terminal's line while it is written. The cursor is never behind the last character. */
class Screen {
  readonly #raw: string
  readonly #meter: { steps: number } | undefined
  readonly #units: Uint16Array
  readonly #styleOf: Uint32Array
  readonly #styles: Style[] = [plain]
  #style = 0
  #length = 0
  #cursor = 0

  constructor(raw: string, meter: { steps: number } | undefined) {
    this.#raw = raw
    this.#meter = meter
    this.#units = new Uint16Array(raw.length)
    this.#styleOf = new Uint32Array(raw.length)
  }

  read(): ParsedLine {
    const raw = this.#raw
    let at = 0
    while (at < raw.length) {
      const code = raw.charCodeAt(at)
      this.#step()
      if (code === ESC) at = this.#escape(at + 1)
      else if (code === CSI) at = this.#control(at + 1)
      else {
        this.#write(code)
        at++
      }
    }
    // What is overwritten may leave half of a surrogate pair: the decoder replaces it.
    const text = new TextDecoder('utf-16le', { ignoreBOM: true }).decode(this.#units.subarray(0, this.#length))
    return { text, spans: this.#spans() }
  }

  #step(): void {
    if (this.#meter) this.#meter.steps++
  }

  #write(code: number): void {
    if (code === 0x0d) this.#cursor = 0
    else if (code === 0x08) this.#cursor = Math.max(0, this.#cursor - 1)
    else if (code === BEL) return
    // The Unicode block of control pictures: ␀ for NUL.
    else if (code < 0x20 && code !== 9) this.#put(0x2400 + code)
    else if (code === 0x7f) this.#put(0x2421)
    else if (noRoom.has(code)) return
    // One character for one: rows are counted by them.
    else this.#put(turns(code) || (code >= 0x80 && code < 0xa0) ? 0xfffd : code)
  }

  #put(code: number): void {
    this.#units[this.#cursor] = code
    this.#styleOf[this.#cursor] = this.#style
    this.#cursor++
    this.#length = Math.max(this.#length, this.#cursor)
  }

  /** Behind an ESC; returns where the text goes on. */
  #escape(start: number): number {
    const next = this.#raw.charCodeAt(start)
    if (next === 0x5b) return this.#control(start + 1)
    // OSC, DCS, SOS, PM and APC are strings up to BEL or ST.
    if (next === 0x5d || next === 0x50 || next === 0x58 || next === 0x5e || next === 0x5f) return this.#string(start + 1)
    let at = start
    while (inRange(this.#raw.charCodeAt(at), 0x20, 0x2f)) {
      this.#step()
      at++
    }
    return inRange(this.#raw.charCodeAt(at), 0x30, 0x7e) ? at + 1 : at
  }

  /** One that never ends hides nothing: only its introducer is dropped. Another escape ends it, so that no character is looked at thrice. */
  #string(start: number): number {
    const raw = this.#raw
    for (let at = start; at < raw.length; at++) {
      this.#step()
      const code = raw.charCodeAt(at)
      if (code === BEL) return at + 1
      if (code === ESC) return raw.charCodeAt(at + 1) === 0x5c ? at + 2 : at
    }
    return start
  }

  /** Behind a CSI. */
  #control(start: number): number {
    const raw = this.#raw
    let at = start
    while (inRange(raw.charCodeAt(at), 0x30, 0x3f)) {
      this.#step()
      at++
    }
    const parameters = raw.slice(start, at)
    const last = at
    while (inRange(raw.charCodeAt(at), 0x20, 0x2f)) {
      this.#step()
      at++
    }
    const final = raw.charCodeAt(at)
    if (!inRange(final, 0x40, 0x7e)) return at
    if (at === last && final === 0x6d && !/[<-?]/.test(parameters)) this.#select(parameters)
    else if (at === last && final === 0x4b) this.#erase(parameters)
    return at + 1
  }

  /** What stands to the left is left alone: `1K` is nobody's progress line. After `2K` writers go to the first column. */
  #erase(parameters: string): void {
    if (parameters === '2') this.#cursor = 0
    if (parameters === '' || parameters === '0' || parameters === '2') this.#length = this.#cursor
  }

  #select(parameters: string): void {
    const style = withSgr(this.#styles[this.#style] ?? plain, parameters)
    this.#style = style === plain ? 0 : this.#styles.push(style) - 1
  }

  #spans(): Span[] {
    const spans: Span[] = []
    let from = 0
    for (let at = 1; at <= this.#length; at++) {
      const index = this.#styleOf[from] ?? 0
      if (at < this.#length && this.#styleOf[at] === index) continue
      if (index !== 0) spans.push({ from, to: at, style: this.#styles[index] ?? plain })
      from = at
    }
    return spans
  }
}

const inRange = (code: number, low: number, high: number): boolean => code >= low && code <= high

const on: Record<number, Style> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
}
const off: Record<number, (keyof Style)[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg'],
}

/** A style after the parameters of one SGR; `plain` itself when nothing is left of it. */
function withSgr(before: Style, parameters: string): Style {
  let style: Style = { ...before }
  const parts = parameters.split(';')
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? ''
    const subs = part.split(':')
    const code = Number(subs[0])
    if (code === 0) style = {}
    else if (code === 4 && subs[1] === '0') delete style.underline
    else if (on[code]) Object.assign(style, on[code])
    else if (off[code]) for (const key of off[code]) delete style[key]
    else if (code === 38 || code === 48 || code === 58) {
      const [color, used] = subs.length > 1 ? [coloned(subs), 0] : listed(parts, at + 1)
      at += used
      if (color !== undefined && code !== 58) style[code === 38 ? 'fg' : 'bg'] = color
    } else if (inRange(code, 30, 37)) style.fg = code - 30
    else if (inRange(code, 40, 47)) style.bg = code - 40
    else if (inRange(code, 90, 97)) style.fg = code - 82
    else if (inRange(code, 100, 107)) style.bg = code - 92
  }
  return Object.keys(style).length === 0 ? plain : style
}

/** `38;5;n` and `38;2;r;g;b`: the colour, and how many parameters it took. */
function listed(parts: readonly string[], at: number): [Color | undefined, number] {
  if (parts[at] === '5') return [indexed(parts[at + 1]), 2]
  if (parts[at] === '2') return [rgb(parts.slice(at + 1, at + 4)), 4]
  return [undefined, 0]
}

/** `38:5:n`, `38:2:r:g:b` and `38:2:colour space:r:g:b`. */
function coloned(subs: readonly string[]): Color | undefined {
  if (subs[1] === '5') return indexed(subs[2])
  return subs[1] === '2' ? rgb(subs.length > 5 ? subs.slice(3, 6) : subs.slice(2, 5)) : undefined
}

const byte = (text: string | undefined): number | undefined => {
  const value = Number(text ?? '')
  return inRange(value, 0, 255) ? value : undefined
}
const indexed = byte

function rgb(parts: readonly string[]): Color | undefined {
  const [r, g, b] = parts.map(byte)
  return r === undefined || g === undefined || b === undefined ? undefined : rgbFlag | (r << 16) | (g << 8) | b
}

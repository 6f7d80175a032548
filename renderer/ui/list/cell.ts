import { shortDuration } from '../../kube/age.ts'
import type { Cell } from '../../kube/columns.ts'
import type { RowRef } from '../../kube/protocol.ts'
import { figure } from '../../kube/figures.ts'
import type { Tone } from '../../kube/types.ts'
import { cellFlex, type ListColumn } from './columns.ts'
import { splitName } from '../middle.ts'
import { seenText } from '../unseen.ts'
import '../middle.css'
import type { TextWidth } from './text-width.ts'

/** What all cells of a list share. A new one is made when the columns, their widths or the links are others. */
export interface CellContext {
  columns: readonly ListColumn[]
  /** The columns' widths on screen, px; undefined before they are known. */
  widths: readonly number[] | undefined
  text: TextWidth
  mono: TextWidth
  linkFor(column: ListColumn['info'], text: string, row: RowRef): string | undefined
}

type Shape = 'text' | 'link' | 'tone' | 'age' | 'middle'

/** Columns whose texts are names, which differ at their ends: an object's own, its namespace, and that of whom an event is about. */
const namesObject: ReadonlySet<string> = new Set(['name', 'namespace', 'object'])

/** Both paddings, and a little for what is rounded. */
const aroundText = 18
const markWidth = 17

/**
 * One cell of a recycled row. Its elements stay while the kind of its content does; another object only brings another text.
 * A box that clips costs a property node, a paint chunk and a clip in every raster: only a text that may be too long gets one.
 */
export class ListCell {
  readonly element = document.createElement('div')
  readonly #column: ListColumn
  readonly #place: number
  #shape: Shape | undefined
  #text = document.createTextNode('')
  #tail = document.createTextNode('')
  #outer: HTMLElement | undefined
  #tone: Tone | undefined
  #since: number | undefined
  #cut = false

  constructor(column: ListColumn, place: number) {
    this.#column = column
    this.#place = place
    const { type } = column.info
    this.element.className = type === 'text' || type === 'status' ? 'list-td' : `list-td ${type === 'number' ? 'num' : type}`
    this.element.setAttribute('role', 'gridcell')
    const { flex, minWidth } = cellFlex(column.info)
    this.element.style.flex = flex
    this.element.style.minWidth = `${minWidth}px`
  }

  get column(): ListColumn {
    return this.#column
  }

  write(cell: Cell, context: CellContext, row: RowRef): void {
    const { info } = this.#column
    if (cell !== null && typeof cell === 'object') return this.#writeTone(cell.text ? cell : null, context)
    if (info.type === 'age' && typeof cell !== 'string') return this.#writeAge(cell)
    const text = cell === null ? '' : Number.isInteger(cell) ? figure(Number(cell)) : seenText(String(cell))
    const url = text ? context.linkFor(info, text, row) : undefined
    // Whether a name is cut in its middle is known once its width is.
    if (url !== undefined) this.#become('link')
    else if (this.#shape !== 'middle') this.#become('text')
    if (url !== undefined && this.#outer instanceof HTMLAnchorElement && this.#outer.getAttribute('href') !== url) this.#outer.href = url
    this.#say(text, context, 0)
  }

  #writeTone(word: { text: string; tone: Tone } | null, context: CellContext): void {
    this.#become(word ? 'tone' : 'text')
    if (word && this.#tone !== word.tone) {
      if (this.#tone) this.element.classList.remove(`tone-${this.#tone}`)
      this.element.classList.add(`tone-${word.tone}`)
      this.#tone = word.tone
      if (this.#outer) this.#outer.className = `tone-mark tone-${word.tone}`
    }
    this.#say(seenText(word?.text ?? ''), context, markWidth)
  }

  #writeAge(at: number | null): void {
    this.#become(at === null ? 'text' : 'age')
    if (at === null) return this.#set('')
    if (this.#since !== at && this.#outer instanceof HTMLTimeElement) {
      this.#since = at
      // What `tickAges` reads.
      this.#outer.dataset.since = String(at)
      this.#outer.dateTime = new Date(at).toISOString()
    }
    this.#set(shortDuration(Date.now() - at))
  }

  #say(text: string, context: CellContext, beside: number): void {
    const width = context.widths?.[this.#place]
    const needs = (this.#column.info.type === 'mono' ? context.mono : context.text)(text)
    const cut = text !== '' && (width === undefined || needs === undefined || needs + beside + aroundText > width)
    if (cut !== this.#cut) this.element.classList.toggle('cut', (this.#cut = cut))
    const room = width === undefined || needs === undefined ? undefined : Math.floor(((width - aroundText) * text.length) / needs)
    if (namesObject.has(this.#column.info.id) && this.#sayMiddle(text, cut, room)) return
    this.#set(text)
  }

  /** True when the name is drawn in two parts. */
  #sayMiddle(text: string, cut: boolean, room: number | undefined): boolean {
    const [head, tail] = cut ? splitName(text, room) : ['', '']
    if (tail === '') {
      if (this.#shape === 'middle') this.#become('text')
      return false
    }
    this.#become('middle')
    // Two boxes are two words to who listens.
    if (this.element.ariaLabel !== text) this.element.ariaLabel = text
    this.#set(head)
    if (this.#tail.data !== tail) this.#tail.data = tail
    return true
  }

  #set(text: string): void {
    if (this.#text.data !== text) this.#text.data = text
  }

  #become(shape: Shape): void {
    if (this.#shape === shape) return
    this.#shape = shape
    if (this.#tone) this.element.classList.remove(`tone-${this.#tone}`)
    this.element.classList.toggle('middle', shape === 'middle')
    if (shape !== 'middle') this.element.ariaLabel = null
    this.#tone = undefined
    this.#since = undefined
    this.#outer = undefined
    if (shape === 'text') return this.element.replaceChildren(this.#text)
    if (shape === 'middle') return this.element.replaceChildren(part('middle-head', this.#text), part('middle-tail', this.#tail))
    const outer = document.createElement(shape === 'link' ? 'a' : shape === 'age' ? 'time' : 'i')
    this.#outer = outer
    if (shape === 'tone') {
      outer.setAttribute('aria-hidden', 'true')
      return this.element.replaceChildren(outer, this.#text)
    }
    if (shape === 'link') outer.tabIndex = -1
    outer.append(this.#text)
    this.element.replaceChildren(outer)
  }
}

function part(className: string, text: Text): HTMLElement {
  const element = document.createElement('span')
  element.className = className
  element.append(text)
  return element
}

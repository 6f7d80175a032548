import { isLarge } from './copy-json.ts'
import { escapeJson, escapedJson } from './json-escape.ts'
import { setOwn } from './own.ts'
import { JsonNumber } from './numbers.ts'
import { isTurn, type Pausing } from './slice.ts'
import { running, type Steps } from './steps.ts'
import { compareText, sortTexts } from './text-order.ts'
import { isObject, type JsonObject } from './json-values.ts'

/**
 * A value as Go writes decoded JSON: the fields of objects in the order of their names, floats without their spelling. Equal values have
 * equal texts in this form. Parts that are in it already are shared.
 */
export function normalForm(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(normalForm)
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  if (value instanceof JsonNumber) return floatForm(value)
  return isObject(value) ? sortedForm(value) : value
}

/** An object by its fields; what is undefined is left out. */
export function sortedForm(value: JsonObject): JsonObject {
  const [names, wasSorted] = sortedNames(value)
  let isSame = wasSorted
  const out: JsonObject = {}
  for (const name of names) {
    const field = normalForm(value[name])
    if (field !== value[name] || field === undefined) isSame = false
    if (field !== undefined) setOwn(out, name, field)
  }
  return isSame ? value : out
}

/** The same in turns with others where the object is a large one. */
export function* sortingForm(value: JsonObject): Pausing<JsonObject> {
  return isLarge(value) ? ((yield* running(formOf(value))) as JsonObject) : sortedForm(value)
}

function* formOf(value: unknown): Steps<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const item of value) {
      if (isTurn()) yield
      items.push(isPlain(item) ? item : yield formOf(item))
    }
    return items
  }
  if (!isObject(value)) return normalForm(value)
  const out: JsonObject = {}
  for (const name of sortedNames(value)[0]) {
    if (isTurn()) yield
    const field = value[name]
    if (field !== undefined) setOwn(out, name, isPlain(field) ? field : yield formOf(field))
  }
  return out
}

/** The names of an object's fields in order, and whether they are in it already. */
function sortedNames(value: JsonObject): [names: string[], wasSorted: boolean] {
  const names = Object.keys(value)
  for (let i = 1; i < names.length; i++) if (compareText(names[i - 1]!, names[i]!) > 0) return [sortTexts(names), false]
  return [names, true]
}

/** Whether a value is its own form. Owned fields are mostly empty objects. */
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null || isEmpty(value)

/** An object without fields. */
export function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

/** Go's ParseInt takes -0 for an integer; of floats it keeps the sign. */
function floatForm(number: JsonNumber): unknown {
  if (number.literal === '-0') return 0
  return Object.is(number.value, -0) || !Number.isFinite(number.value) ? number : number.value
}

/** The text of an object's sorted form, escaped as Go does, in turns with others where it is a large one. */
export function* sortedJson(object: JsonObject): Pausing<Buffer> {
  if (!isLarge(object)) return Buffer.from(escapedJson(sortedForm(object)))
  const writer = new Writer()
  yield* running(writer.object(object))
  return writer.end()
}

/** Writes without making the sorted objects first: one of a hundred thousand fields is dear to make, and to write. */
class Writer {
  readonly #parts: Buffer[] = []
  #text = ''

  end(): Buffer {
    this.#cut()
    return Buffer.concat(this.#parts)
  }

  *object(value: JsonObject): Steps<void> {
    this.#text += '{'
    let comma = ''
    for (const name of sortTexts(Object.keys(value))) {
      const field = value[name]
      if (field === undefined) continue
      if (isTurn()) yield this.#cut()
      this.#text += `${comma}${JSON.stringify(name)}:`
      comma = ','
      if (isPlain(field)) this.#text += JSON.stringify(field)
      else yield this.#container(field)
    }
    this.#text += '}'
  }

  *#container(value: unknown): Steps<void> {
    if (Array.isArray(value)) return yield* this.#list(value)
    if (value instanceof JsonNumber) this.#text += JSON.stringify(floatForm(value))
    else yield* this.object(value as JsonObject)
  }

  *#list(list: readonly unknown[]): Steps<void> {
    this.#text += '['
    for (const [i, item] of list.entries()) {
      if (isTurn()) yield this.#cut()
      if (i > 0) this.#text += ','
      if (isPlain(item)) this.#text += JSON.stringify(item) ?? 'null'
      else yield this.#container(item)
    }
    this.#text += ']'
  }

  #cut(): undefined {
    this.#parts.push(Buffer.from(escapeJson(this.#text)))
    this.#text = ''
    return undefined
  }
}

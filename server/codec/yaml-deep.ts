/**
 * The YAML printer recurses, and the reference stores objects of up to 10,000 levels. What is nested too deeply for the printer is written
 * as JSON in one line, which is YAML too, and which the engine writes without it.
 */
import type { Scalar, ScalarTag } from 'yaml'
import { isDeeper } from '../machinery/depth.ts'
import { JsonNumber } from '../machinery/numbers.ts'

/** Deeper than any manifest that somebody reads. */
const MAX_LEVELS = 100

class DeepPart {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Tag of what withDeepParts puts in. */
export const deepPart: ScalarTag = {
  tag: 'tag:yaml.org,2002:deep',
  default: true,
  test: /(?!)/,
  resolve: (text) => text,
  identify: (value) => value instanceof DeepPart,
  stringify: ({ value }: Scalar) => (value as DeepPart).text,
}

/** The value for the printer: itself, or a copy in which parts below MAX_LEVELS are texts. */
export function withDeepParts(value: unknown): unknown {
  return isDeeper(value, MAX_LEVELS) ? shortened(value, MAX_LEVELS) : value
}

function shortened(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value
  if (levels === 0) return new DeepPart(jsonText(value))
  if (Array.isArray(value)) return value.map((item) => shortened(item, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item, levels - 1)]))
}

/** JSON without recursion, and without the characters that end a line, or may not stand, in YAML. */
function jsonText(root: unknown): string {
  const out: string[] = []
  // What is still to be written, the next last: values, and texts in a list of one.
  const left: (readonly [text: string] | { readonly value: unknown })[] = [{ value: root }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (!('value' in next)) {
      out.push(next[0])
      continue
    }
    const { value } = next
    if (Array.isArray(value)) {
      left.push([']'])
      for (let i = value.length - 1; i >= 0; i--) left.push({ value: value[i] as unknown }, [i === 0 ? '[' : ','])
      if (value.length === 0) left.push(['['])
    } else if (isPlain(value)) {
      const entries = Object.entries(value)
      left.push(['}'])
      for (let i = entries.length - 1; i >= 0; i--)
        left.push({ value: entries[i]![1] }, [`${i === 0 ? '{' : ','}${JSON.stringify(entries[i]![0])}:`])
      if (entries.length === 0) left.push(['{'])
    } else out.push(JSON.stringify(value))
  }
  return out.join('').replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** An object that JSON writes field by field: one of a class writes itself. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

import { isCollection, isMap, type Node, type ParsedNode, Scalar, visit } from 'yaml'

/** Escapes of JSON that the reference does not read in double quotes. */
const REFUSED_ESCAPE = /\\(?:\/|u[dD][89a-fA-F])/

/** A key has to stand in one line, and to be followed by its colon within so many characters (libyaml, simple keys). */
const LONGEST_KEY = 1024
const LONG_TEXT = new RegExp(`(["'])(?:(?!\\1).){${LONGEST_KEY / 2},}\\1`, 's')
/** Those that JSON takes for letters. */
const BREAK_OF_YAML = /[\x85\u2028\u2029]/

/** Whether a text may have what refusedScalar looks for, which only nodes with their sources can tell. */
export const mayBeRefused = (text: string): boolean => REFUSED_ESCAPE.test(text) || LONG_TEXT.test(text) || BREAK_OF_YAML.test(text)

/** What Go's library does not read where this one does. */
export interface Refused {
  why: string
  offset: number
}

/** The first text in quotes that the reference does not read, of nodes that know their source. */
export function refusedScalar(root: Node | null, text: string): Refused | undefined {
  let found: Refused | undefined
  visit(root, {
    Scalar(place, { type, srcToken }, path) {
      if (srcToken === undefined || (type !== Scalar.QUOTE_DOUBLE && type !== Scalar.QUOTE_SINGLE)) return undefined
      const { source, offset } = srcToken as { source: string; offset: number }
      if (type === Scalar.QUOTE_DOUBLE) found = refusedEscape(source, offset)
      const map = place === 'key' ? path.at(-2) : undefined
      if (isMap(map)) found ??= refusedKey(source, offset, map.flow === true, text)
      return found === undefined ? undefined : visit.BREAK
    },
  })
  return found
}

function refusedEscape(source: string, offset: number): Refused | undefined {
  for (let at = source.indexOf('\\'); at >= 0; at = source.indexOf('\\', at + 2)) {
    const escape = source.slice(at, at + 4)
    if (escape.search(REFUSED_ESCAPE) !== 0) continue
    return {
      why: escape[1] === '/' ? 'found unknown escape character' : 'found invalid Unicode character escape code',
      offset: offset + at,
    }
  }
  return undefined
}

function refusedKey(source: string, offset: number, inBraces: boolean, text: string): Refused | undefined {
  let colon = offset + source.length
  while (text[colon] === ' ') colon++
  if (colon - offset <= LONGEST_KEY && !BREAK_OF_YAML.test(source)) return undefined
  return { why: inBraces ? "did not find expected ',' or '}'" : 'mapping values are not allowed in this context', offset: colon }
}

/**
 * Where a document in braces or brackets ends. What stands behind begins another one: who reads one document looks at the first token of it and
 * no further (libyaml, yaml_parser_parse_document_end).
 */
export const endOfFlow = (root: ParsedNode | null): number | undefined =>
  isCollection(root) && root.flow === true ? root.range[1] : undefined

const NO_TOKEN = 'found character that cannot start any token'
/** What libyaml's scanner does not take for a token behind the end of a document, in the same line and in later ones. */
const NOT_BEHIND: readonly (readonly [in_: 'line' | 'text', token: RegExp, why: string])[] = [
  ['text', /^[@`]/, NO_TOKEN],
  ['line', /^%/, NO_TOKEN],
  ['line', /^\?(?=\s|$)/, 'mapping keys are not allowed in this context'],
  ['line', /^-(?=\s|$)/, 'block sequence entries are not allowed in this context'],
  ['text', /^[|>][-+0-9]*(?![-+0-9]|[ \t]*(?:#|[\r\n]|$))/, 'did not find expected comment or line break'],
]

export function faultBehind(text: string, end: number): Refused | undefined {
  const blank = /(?:[ \t\r\n]|(?<=[ \t\r\n])#.*)*/y
  blank.lastIndex = end
  const offset = end + blank.exec(text)![0].length
  const rest = text.slice(offset, offset + LONGEST_KEY)
  const isSameLine = !/[\r\n]/.test(text.slice(end, offset))
  const why = NOT_BEHIND.find(([where, token]) => (where === 'text' || isSameLine) && token.test(rest))?.[2]
  return why === undefined ? undefined : { why, offset }
}

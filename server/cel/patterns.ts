import { RE2JS } from 're2js'
import { CelError } from './values.ts'

/** Users' patterns: RE2, linear in the text whatever the pattern is. The latest are kept compiled. */
const kept = new Map<string, RE2JS | CelError>()
const MAX_KEPT = 256
/** In code units, of all that are kept. */
const MAX_KEPT_TEXT = 100_000
let keptText = 0

export function searchPattern(source: string): RE2JS | CelError {
  const known = kept.get(source)
  if (known !== undefined) return known
  const made = compilePattern(source)
  if (source.length > MAX_KEPT_TEXT / 4) return made
  if (kept.size >= MAX_KEPT || keptText + source.length > MAX_KEPT_TEXT) {
    kept.clear()
    keptText = 0
  }
  kept.set(source, made)
  keptText += source.length
  return made
}

function compilePattern(source: string): RE2JS | CelError {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    return new CelError((error as Error).message)
  }
}

/** Why a text is no pattern, in Go's words; undefined for one. */
export const patternError = (source: string): string | undefined => {
  const made = searchPattern(source)
  return made instanceof CelError ? made.message : undefined
}

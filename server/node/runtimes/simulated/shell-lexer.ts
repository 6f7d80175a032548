/** A piece of a word: text as it is, or the value of a variable (`(date)` stands for `$(date)`). */
export type Part = { text: string } | { variable: string }
export type Token = { kind: 'word'; parts: Part[] } | { kind: 'op'; op: string }

const OPERATORS = ['&&', '||', ';;', ';', '\n', '|', '&', '(', ')', '{', '}', '<', '>'] as const

/** Words and operators; undefined where the text needs a real shell (command substitution, globs are left as they are). */
export function tokenize(script: string): Token[] | undefined {
  const tokens: Token[] = []
  let parts: Part[] | undefined
  const text = (s: string): void => {
    parts ??= []
    const last = parts.at(-1)
    if (last !== undefined && 'text' in last) last.text += s
    else parts.push({ text: s })
  }
  const endWord = (): void => {
    if (parts !== undefined) tokens.push({ kind: 'word', parts })
    parts = undefined
  }
  for (let i = 0; i < script.length; ) {
    const c = script[i]!
    if (c === "'") {
      const end = script.indexOf("'", i + 1)
      if (end === -1) return undefined
      text(script.slice(i + 1, end))
      i = end + 1
    } else if (c === '"') {
      text('')
      for (i++; script[i] !== '"'; ) {
        if (i >= script.length) return undefined
        const used = escapeOrVariable(script, i, '"\\$`')
        if (used === undefined) return undefined
        if ('variable' in used) (parts ??= []).push({ variable: used.variable })
        else text(used.text)
        i = used.next
      }
      i++
    } else if (c === '\\' || c === '$' || c === '`') {
      const used = escapeOrVariable(script, i)
      if (used === undefined) return undefined
      if ('variable' in used) (parts ??= []).push({ variable: used.variable })
      else text(used.text)
      i = used.next
    } else if (c === '#' && parts === undefined) {
      const end = script.indexOf('\n', i)
      i = end === -1 ? script.length : end
    } else if (c === ' ' || c === '\t' || c === '\r') {
      endWord()
      i++
    } else {
      const redirect = /^[12]?>&[12]/.exec(script.slice(i, i + 4))
      const op = redirect?.[0] ?? OPERATORS.find((o) => script.startsWith(o, i))
      if (op === undefined || (redirect !== null && parts !== undefined)) {
        text(c)
        i++
      } else {
        endWord()
        tokens.push({ kind: 'op', op })
        i += op.length
      }
    }
  }
  endWord()
  return tokens
}

function escapeOrVariable(
  script: string,
  at: number,
  escapable?: string,
): { text: string; next: number } | { variable: string; next: number } | undefined {
  const c = script[at]!
  const following = script[at + 1]
  if (c === '\\') {
    if (following === undefined) return { text: '\\', next: at + 1 }
    if (following === '\n') return { text: '', next: at + 2 }
    const literal = escapable !== undefined && !escapable.includes(following)
    return { text: literal ? `\\${following}` : following, next: at + 2 }
  }
  if (c === '`') return undefined
  if (c === '$') {
    if (script.startsWith('$(date)', at)) return { variable: '(date)', next: at + 7 }
    const m = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(script.slice(at, at + 260))
    if (m !== null) return { variable: (m[1] ?? m[2])!, next: at + m[0].length }
    if (following !== undefined && /[({\d?#@*!$-]/.test(following)) return undefined
  }
  return { text: c, next: at + 1 }
}

/** How wide a text is at most, px. Undefined when only the browser can tell. */
export type TextWidth = (text: string) => number | undefined

const firstChar = 32
const lastChar = 126

/**
 * Adds up the widths of single characters, measured once: kerning only makes a text narrower. Asking the browser for each text
 * would cost more than drawing it. Other characters than ASCII's are left to the browser.
 */
export function textWidth(measure: (text: string) => number): TextWidth {
  const widths = new Float64Array(lastChar + 1)
  for (let code = firstChar; code <= lastChar; code++) widths[code] = measure(String.fromCharCode(code))
  return (text) => {
    let sum = 0
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code < firstChar || code > lastChar) return undefined
      sum += widths[code] as number
    }
    return sum
  }
}

/** Every list has the same fonts, and to ask for one makes the browser lay the page out: once for a language, which may have its own. */
const known = new Map<string, TextWidth>()

/** The widths in the font that an element of these classes has inside `parent`, which is a list's body. */
export function textWidthIn(parent: Element, classes: string): TextWidth {
  const key = `${document.documentElement.lang} ${classes}`
  const made = known.get(key) ?? measureIn(parent, classes)
  known.set(key, made)
  return made
}

function measureIn(parent: Element, classes: string): TextWidth {
  const context = document.createElement('canvas').getContext('2d')
  if (!context) return () => undefined
  const probe = document.createElement('span')
  probe.className = classes
  parent.append(probe)
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(probe)
  context.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`
  probe.remove()
  return textWidth((text) => context.measureText(text).width)
}

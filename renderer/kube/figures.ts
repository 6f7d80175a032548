let grouped: ((digits: number) => Intl.NumberFormat) | undefined

/** From now on figures are grouped as this language does. The feed worker names none: its texts are what filters find and kubectl writes. */
export function groupFigures(language: string): void {
  const formats = new Map<number, Intl.NumberFormat>()
  grouped = (digits) => {
    let format = formats.get(digits)
    if (!format) {
      format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
      formats.set(digits, format)
    }
    return format
  }
}

/** A number with this many digits after the point, as the reader writes it. */
export const figure = (value: number, digits = 0): string => grouped?.(digits).format(value) ?? value.toFixed(digits)

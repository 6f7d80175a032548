/**
 * Records of a CSV file (RFC 4180): quoted fields may hold commas, line breaks and doubled quotes; blank lines are skipped.
 * Throws an Error naming the line of a quote that is out of place.
 */
export function parseCsv(text: string): string[][] {
  const records: string[][] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const record: string[] = []
    const first = line
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at, line) : plain(text, at, line)
      record.push(field.value)
      at = field.end
      line += field.lines
      if (text[at] !== ',') break
      at++
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    if (at < text.length && text[at] !== '\n') throw new Error(`line ${first}: extraneous or missing " in quoted-field`)
    at++
    line++
    if (record.length > 1 || record[0] !== '') records.push(record)
  }
  return records
}

interface Field {
  value: string
  end: number
  lines: number
}

function plain(text: string, start: number, line: number): Field {
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++
  if (text[end] === '\n' && text[end - 1] === '\r' && end - 1 >= start) end--
  const value = text.slice(start, end)
  if (value.includes('"')) throw new Error(`line ${line}: bare " in non-quoted-field`)
  return { value, end, lines: 0 }
}

function quoted(text: string, start: number, line: number): Field {
  let value = ''
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at]
    else if (text[at + 1] === '"') {
      value += '"'
      at++
    } else return { value, end: at + 1, lines: value.split('\n').length - 1 }
  }
  throw new Error(`line ${line}: extraneous or missing " in quoted-field`)
}

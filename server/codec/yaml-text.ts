import { isUtf8 } from 'node:buffer'
import { YamlError } from './yaml-read.ts'

/** By their first byte: how many bytes a character has, and the least that it may then be. */
const WIDTHS = [
  { mask: 0x80, lead: 0x00, width: 1, least: 0 },
  { mask: 0xe0, lead: 0xc0, width: 2, least: 0x80 },
  { mask: 0xf0, lead: 0xe0, width: 3, least: 0x800 },
  { mask: 0xf8, lead: 0xf0, width: 4, least: 0x10000 },
] as const

/** Byte order marks of what is no UTF-8 (YAML 1.1 §5.2). */
const WIDE = [
  [0xff, 0xfe, 'utf-16le'],
  [0xfe, 0xff, 'utf-16be'],
] as const

/** The text of a YAML body. @throws YamlError in the words of Go's reader for bytes that are no UTF-8 (go.yaml.in/yaml, readerc.go) */
export function yamlText(bytes: Buffer): string {
  const wide = WIDE.find(([first, second]) => bytes[0] === first && bytes[1] === second)
  if (wide !== undefined) return new TextDecoder(wide[2]).decode(bytes)
  if (!isUtf8(bytes)) throw new YamlError(`yaml: ${faultOf(bytes)}`)
  return bytes.toString()
}

function faultOf(bytes: Buffer): string {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!
    const row = WIDTHS.find(({ mask, lead }) => (first & mask) === lead)
    if (row === undefined) return 'invalid leading UTF-8 octet'
    const { width, mask, least } = row
    if (at + width > bytes.length) return 'incomplete UTF-8 octet sequence'
    let value = first & ~mask & 0xff
    for (const next of bytes.subarray(at + 1, at + width)) {
      if ((next & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet'
      value = (value << 6) + (next & 0x3f)
    }
    if (value < least) return 'invalid length of a UTF-8 sequence'
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) return 'invalid Unicode character'
    at += width
  }
  return 'invalid UTF-8'
}

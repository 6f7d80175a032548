import { randomInt } from 'node:crypto'

// apiserver `storage/names`: no vowels and no look-alikes; 63 bytes in all.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX = 5
const MAX_BASE = 63 - SUFFIX

/** A name from metadata.generateName with five random characters. */
export function generateName(base: string): string {
  let name = base.length > MAX_BASE ? base.slice(0, MAX_BASE) : base
  for (let i = 0; i < SUFFIX; i++) name += ALPHABET[randomInt(ALPHABET.length)]
  return name
}

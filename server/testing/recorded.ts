import { readFileSync } from 'node:fs'

/** What the reference answered, from the room where its answers are kept: `conversion/pairs`. */
export const recorded = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../e2e/reference/${name}.answers.json`, import.meta.url), 'utf8')) as T
